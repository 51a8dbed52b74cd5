#!/bin/sh
# Everything. Installs missing system packages when it may; otherwise names what it could not run.
set -eu
cd "$(dirname "$0")/.."
mkdir -p var

missing=""
sh scripts/system-packages.sh || missing=$(cat var/missing-packages)

sh scripts/check.sh

set --
case " $missing " in *" chromium "*|*" fonts-noto-cjk "*) set -- "$@" --ignore=tests/e2e ;; esac
without=""
case " $missing " in *" postgresql "*) without="not postgres" ;; esac
case " $missing " in *" rabbitmq-server "*) without="${without:+$without and }not rabbitmq" ;; esac
case " $missing " in *" prometheus "*) without="${without:+$without and }not promtool" ;; esac
if [ -n "$without" ]; then set -- "$@" -k "$without"; fi
unmarked=""
case " $missing " in *" nginx "*) unmarked="not nginx" ;; esac
case " $missing " in *" systemd "*) unmarked="${unmarked:+$unmarked and }not systemd_analyze" ;; esac
if [ -n "$unmarked" ]; then set -- "$@" -m "$unmarked"; fi

printf '\n== model\n'
# Training reads no secret; the settings want to have them all.
XIAOBAO_ENV_FILE=/dev/null WEB_SESSION_SECRET=none FIELD_KEYS=none ANALYTICS_SECRET=none \
    CASE_STORE_TOKEN=none .venv/bin/python -m bot train >var/train.log 2>&1 \
    || { cat var/train.log; exit 1; }

# Two lanes: tests of parts keep a processor busy, tests of the whole product mostly wait for it.
whole="tests/dialogue tests/crash tests/e2e tests/launch tests/network tests/personas"
parts="tests"
for folder in tests/unit tests/data $whole; do parts="$parts --ignore=$folder"; done
# shellcheck disable=SC2086 # several words each
.venv/bin/python -m pytest $parts "$@" -q >var/test-parts.log 2>&1 &
lane=$!
trap 'kill "$lane" 2>/dev/null || true' EXIT
printf '\n== dialogue, crash and browser tests (contract and channel tests beside them)\n'
result=0
# shellcheck disable=SC2086
.venv/bin/python -m pytest $whole "$@" -q || result=$?
wait "$lane" || result=$?
printf '\n== contract and channel tests\n'
cat var/test-parts.log
if [ "$result" -ne 0 ]; then exit "$result"; fi

if [ -n "$missing" ]; then
    echo "没有安装：$missing。没有运行的测试：浏览器测试（chromium、fonts-noto-cjk）、PostgreSQL 测试（postgresql）、消息队列测试（rabbitmq-server）、告警规则的测试（prometheus）、分流测试（nginx）或 systemd 单元的检查（systemd）。"
    if [ "${CI:-}" = "true" ]; then exit 1; fi
fi
