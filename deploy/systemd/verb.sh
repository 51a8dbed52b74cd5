#!/bin/sh
# Runs a verb with the settings, the secrets and the rights of the services, for example
#     sudo sh deploy/systemd/verb.sh bot retry TS20261123-7K3QF8K
#     sudo sh deploy/systemd/verb.sh casestore invite admin --role admin
# The name of its unit makes xiaobao-.service.d count for it, too.
set -eu
secrets=${SECRETS_DIR:-/etc/xiaobao/secrets}
unit=xiaobao-verb-$$.service
: "${1:?哪个模块？bot 或 casestore}"

credentials=""
for name in web_session_secret analytics_secret field_keys case_store_token case_store_field_keys \
    journal_url channel_url knowledge_url tracker_url analytics_url analytics_broker database_url; do
    if [ -e "$secrets/$name" ]; then
        variable=$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')_FILE
        credentials="$credentials --property=LoadCredential=$name:$secrets/$name"
        credentials="$credentials --setenv=$variable=/run/credentials/$unit/$name"
    fi
done

# shellcheck disable=SC2086  # one word for each credential
exec systemd-run --quiet --pipe --wait --collect --unit="$unit" $credentials \
    /opt/xiaobao/.venv/bin/python -m "$@"
