# 모든 일은 make.py가 합니다. Windows에서는 `make book` 대신 `py make.py book`을 쓰세요.
PYTHON ?= python3

.PHONY: help book test lab run exercises env clean
help book test lab run exercises env clean:
	@$(PYTHON) make.py $@
.DEFAULT_GOAL := help
