#!/bin/sh
# Chromium, a Chinese font, PostgreSQL, RabbitMQ, promtool, nginx and systemd-analyze for the tests, from
# Debian. Exit 1 when one is missing; its name is then in var/missing-packages.
set -u
cd "$(dirname "$0")/.."

wanted() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
        || command -v google-chrome >/dev/null 2>&1 || printf 'chromium '
    ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 \
        || [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ] || printf 'fonts-noto-cjk '
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || printf 'postgresql '
    command -v promtool >/dev/null 2>&1 || printf 'prometheus '
    ls /usr/lib/rabbitmq/bin/rabbitmq-server >/dev/null 2>&1 || printf 'rabbitmq-server '
    ls /usr/sbin/nginx >/dev/null 2>&1 || printf 'nginx '
    command -v systemd-analyze >/dev/null 2>&1 || printf 'systemd '
}

packages=$(wanted)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "正在安装系统软件包：$packages"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends $packages) >var/apt.log 2>&1 || tail -5 var/apt.log
    packages=$(wanted)
fi
printf '%s' "$packages" >var/missing-packages
if [ -n "$packages" ]; then
    echo "缺少系统软件包：$packages。请运行：sudo apt-get install -y $packages"
    exit 1
fi
