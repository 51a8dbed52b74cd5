#!/bin/sh
# Everything. Installs missing system packages when it may; otherwise names what it could not run.
set -eu
cd "$(dirname "$0")/.."
mkdir -p var

missing=""
sh scripts/system-packages.sh || missing=$(cat var/missing-packages)

sh scripts/check.sh

printf '\n== contract, dialogue, channel, crash and browser tests\n'
set -- tests --ignore=tests/unit --ignore=tests/data
case " $missing " in *" chromium "*|*" fonts-noto-cjk "*) set -- "$@" --ignore=tests/e2e ;; esac
without=""
case " $missing " in *" postgresql "*) without="not postgres" ;; esac
case " $missing " in *" rabbitmq-server "*) without="${without:+$without and }not rabbitmq" ;; esac
if [ -n "$without" ]; then set -- "$@" -k "$without"; fi
unmarked=""
case " $missing " in *" nginx "*) unmarked="not nginx" ;; esac
case " $missing " in *" systemd "*) unmarked="${unmarked:+$unmarked and }not systemd_analyze" ;; esac
if [ -n "$unmarked" ]; then set -- "$@" -m "$unmarked"; fi
.venv/bin/python -m pytest "$@" -q

if [ -n "$missing" ]; then
    echo "没有安装：$missing。没有运行的测试：浏览器测试（chromium、fonts-noto-cjk）、PostgreSQL 测试（postgresql）、消息队列测试（rabbitmq-server）、分流测试（nginx）或 systemd 单元的检查（systemd）。"
    if [ "${CI:-}" = "true" ]; then exit 1; fi
fi
