# 모든 일은 make.py가 합니다. Windows에서는 `make book` 대신 `py make.py book`을 쓰세요.
PYTHON ?= python3

.PHONY: help book pdf epub test check report lab run grade progress exercises jumok
.PHONY: parity bench runs ledger env clean
help book pdf epub check report lab run progress exercises parity bench runs ledger:
	@$(PYTHON) make.py $@
env clean:
	@$(PYTHON) make.py $@

# 쓰는 법: make test, 또는 방 하나만 make test ROOM=lesson
test:
	@$(PYTHON) make.py test $(ROOM)

# 쓰는 법: make grade CH=04
grade:
	@$(PYTHON) make.py grade $(CH)

# 쓰는 법: make jumok ARGS="train translation --preset cpu"
jumok:
	@$(PYTHON) make.py jumok $(ARGS)
.DEFAULT_GOAL := help
