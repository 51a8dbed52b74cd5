#!/bin/sh
# Makes .venv with Python 3.10 and installs the locked packages, hashes checked.
set -eu
cd "$(dirname "$0")/.."

is_310() {
    "$@" -c 'import sys, ensurepip; raise SystemExit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1
}

make_venv() {
    if is_310 python3.10; then
        python3.10 -m venv --clear .venv
        return
    fi
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python3.10; do
        if is_310 "$python"; then
            "$python" -m venv --clear .venv
            return
        fi
    done
    if command -v uv >/dev/null 2>&1 && uv venv --quiet --clear --seed --python 3.10 .venv; then
        return
    fi
    echo "没有找到 Python 3.10（Rasa 3.6 需要这个版本）。请任选一种方式安装后再运行：" >&2
    echo "  pyenv install 3.10      或      uv python install 3.10" >&2
    exit 1
}

if ! is_310 .venv/bin/python; then
    make_venv
fi
total=$(grep -c '==' requirements.lock)
echo "正在安装依赖（共约 ${total} 个包，首次需要几分钟）…"
mkdir -p var/log
log=var/log/install.log
{
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --require-hashes -r requirements.lock 2>&1 || echo "INSTALL FAILED"
} | tee "$log" | if [ -t 1 ]; then
    awk '/^Collecting |^Requirement already/ { printf "\r  %d 个包", ++n; fflush() } END { print "" }'
else
    cat >/dev/null
fi
if grep -q "INSTALL FAILED" "$log"; then
    echo "依赖安装失败，详情见 $log：" >&2
    grep -E "^ERROR" "$log" | tail -3 >&2
    exit 1
fi
touch .venv/.installed
