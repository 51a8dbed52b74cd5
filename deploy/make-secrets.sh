#!/bin/sh
# Makes every secret of an installation as a file of its own, readable by its owner only.
# A file that is there already is left as it is: run again, nothing changes.
#
#     sh deploy/make-secrets.sh FOLDER DATABASE_HOST BROKER_HOST
#
# Keep a copy apart from the backups: without these keys nothing that is sealed can be opened.
set -eu
umask 077

folder=${1:?"哪个目录？用法：sh deploy/make-secrets.sh 目录 数据库主机 消息队列主机"}
database=${2:?"数据库在哪台主机？"}
broker=${3:?"消息队列在哪台主机？"}
mkdir -p "$folder"

keep() {  # keep NAME VALUE
    [ -s "$folder/$1" ] || printf '%s\n' "$2" >"$folder/$1"
}
word() { openssl rand -hex 32; }
fernet_key() { openssl rand -base64 32 | tr '+/' '-_'; }
said() { cat "$folder/$1"; }

for name in web_session_secret analytics_secret case_store_token; do keep $name "$(word)"; done
for name in field_keys case_store_field_keys; do keep $name "$(fernet_key)"; done
for name in postgres_password bot_database_password case_store_database_password broker_password; do
    keep $name "$(word)"
done

for name in journal channel knowledge tracker analytics; do
    keep ${name}_url "postgresql://xiaobao:$(said bot_database_password)@$database:5432/$name"
done
keep database_url "postgresql://casestore:$(said case_store_database_password)@$database:5432/casestore"
keep analytics_broker "amqp://xiaobao:$(said broker_password)@$broker:5672/"
keep rabbitmq.conf "default_user = xiaobao
default_pass = $(said broker_password)"
