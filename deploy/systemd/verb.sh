#!/bin/sh
# Runs a verb with the settings, the secrets and the rights of the services, for example
#     sudo sh deploy/systemd/verb.sh bot retry TS20261123-7K3QF8K
#     sudo OUT_DIR=/srv/xiaobao sh deploy/systemd/verb.sh bot backup /srv/xiaobao/20261123
# OUT_DIR: a folder of the service's user, the only one beside /var/lib/xiaobao that can be written to.
# The name of its unit makes xiaobao-.service.d and xiaobao-verb-.service.d count for it, too.
set -eu
secrets=${SECRETS_DIR:-/etc/xiaobao/secrets}
unit=xiaobao-verb-$$.service
: "${1:?哪个模块？bot 或 casestore}"

refuse() {  # refuse WHY
    printf '%s\n' "$1" >&2
    exit 2
}

set -- /opt/xiaobao/.venv/bin/python -m "$@"

# What the settings take from files: IN_FILES of bot/settings.py and casestore/settings.py.
for name in web_session_secret analytics_secret field_keys case_store_token case_store_field_keys \
    journal_url channel_url knowledge_url tracker_url analytics_url analytics_broker database_url \
    sms_token staff_webhook_url \
    wechat_app_secret wechat_token wechat_aes_key wechat_previous_aes_key; do
    if [ -e "$secrets/$name" ]; then
        variable=$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')_FILE
        set -- "--property=LoadCredential=$name:$secrets/$name" \
            "--setenv=$variable=/run/credentials/$unit/$name" "$@"
    fi
done

if [ -n "${OUT_DIR:-}" ]; then
    advice="请先建一个归它的目录：sudo install -d -o xiaobao -g xiaobao -m 700 目录"
    [ -d "$OUT_DIR" ] || refuse "OUT_DIR 不是已有的目录：${OUT_DIR}。结果由用户 xiaobao 写，$advice"
    folder=$(cd "$OUT_DIR" && pwd -P)
    case ${folder#/}/ in  # what ProtectHome= hides, systemd.exec(5)
        home/* | root/* | run/user/*)
            refuse "OUT_DIR 不能在 /home、/root、/run/user 里，服务看不到那里：${folder}。请换一个，例如 /srv/xiaobao。" ;;
        *[[:space:]\"\'\\]*)
            refuse "OUT_DIR 的路径里不能有空格、引号和反斜杠：${folder}。请换一个，例如 /srv/xiaobao。" ;;
    esac
    # As that user: a folder above may be closed to it.
    runuser -u xiaobao -- test -w "$folder/." || refuse "用户 xiaobao 写不进 OUT_DIR：${folder}。$advice"
    set -- "--property=ReadWritePaths=$folder" "$@"
fi

exec systemd-run --quiet --pipe --wait --collect --unit="$unit" "$@"
