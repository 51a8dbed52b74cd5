# `make help` lists what there is. README shows `run` and `test` as the only set-up.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
STAMP := .venv/.installed

.PHONY: help run wechat-sim test check train bench scorecard lock clean

help:  ## 列出所有命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock scripts/venv.sh
	@sh scripts/venv.sh

run: $(STAMP)  ## 安装依赖、训练模型、启动全部服务（Ctrl-C 停止）
	@$(PY) -m bot run

wechat-sim: $(STAMP)  ## 微信模拟器：在本机试公众号渠道，设置写进 .env（先于 make run，各占一个终端）
	@$(PY) -m wechatsim serve --write-env .env

test: $(STAMP)  ## 全部检查和测试（需要的系统软件包自动安装）
	@sh scripts/test.sh

check: $(STAMP)  ## 快速检查：格式、规范、类型、分层、数据、单元测试（一分钟左右）
	@sh scripts/check.sh

train: $(STAMP)  ## 重新训练模型
	@$(PY) -m bot train --force

bench: $(STAMP)  ## 性能对照：小保与 Rasa 默认配置，受理系统到十万件，微信和网页；打印并写入 docs/
	@$(PY) -m benchmarks
	@$(PY) -m benchmarks.casestore --cases 100000
	@$(PY) -m benchmarks.channels

scorecard: $(STAMP)  ## 成绩单：几种听懂客户的做法比准确率，写入 docs/scorecard.md（ARGS="--file 名称=路径" 加测试集）
	@$(PY) -m benchmarks.scorecard $(ARGS)

lock: $(STAMP)  ## 由 requirements.in 重新生成 requirements.lock（需要 uv）
	@uv pip compile requirements.in --python-version 3.10 --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:  ## 删除本机生成的模型和缓存（保留 .env 和 var/ 里的数据）
	@rm -rf models .rasa .mypy_cache .ruff_cache .import_linter_cache test-results
