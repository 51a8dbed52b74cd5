#!/bin/sh
# Makes the databases and their owners when PostgreSQL starts for the first time; the passwords are
# those of deploy/make-secrets.sh. The assistant cannot read the case store's database, nor the
# other way round.
set -eu
secrets=${SECRETS_DIR:-/run/secrets}

psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username="$POSTGRES_USER" --dbname=postgres \
    --set=bot_password="$(cat "$secrets/bot_database_password")" \
    --set=case_store_password="$(cat "$secrets/case_store_database_password")" <<'SQL'
CREATE ROLE xiaobao LOGIN PASSWORD :'bot_password';
CREATE ROLE casestore LOGIN PASSWORD :'case_store_password';
CREATE DATABASE journal OWNER xiaobao;
CREATE DATABASE channel OWNER xiaobao;
CREATE DATABASE knowledge OWNER xiaobao;
CREATE DATABASE tracker OWNER xiaobao;
CREATE DATABASE analytics OWNER xiaobao;
CREATE DATABASE casestore OWNER casestore;
REVOKE CONNECT ON DATABASE journal, channel, knowledge, tracker, analytics, casestore FROM PUBLIC;
SQL
