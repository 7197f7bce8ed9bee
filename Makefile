# The logic is in make.py, so that it is the same where there is no make: python3 make.py study
PYTHON ?= $(or $(shell command -v python3),$(shell command -v python),python3)

.DEFAULT_GOAL := help
TARGETS := study test figures report multiverse calibrate lab bench venv lock clean help
.PHONY: $(TARGETS)
$(TARGETS):
	@$(PYTHON) make.py $@
