# 모든 일은 make.py가 합니다. Windows에서는 `make book` 대신 `py make.py book`을 쓰세요.
PYTHON ?= python3

.PHONY: help book pdf epub test lab run grade progress exercises jumok parity bench runs ledger env clean
help book pdf epub test lab run progress exercises parity bench runs ledger env clean:
	@$(PYTHON) make.py $@

# 쓰는 법: make grade CH=04
grade:
	@$(PYTHON) make.py grade $(CH)

# 쓰는 법: make jumok ARGS="train translation --preset cpu"
jumok:
	@$(PYTHON) make.py jumok $(ARGS)
.DEFAULT_GOAL := help
