# Every action a developer or operator takes. Settings are environment variables: make run PORT=9000
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
export PORT

PYTHON_FILES := services shared tests tools
RUN := .venv/.run
DEV := .venv/.dev

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN) ## Steward on this machine alone: one process, data under var/ (PORT=8000)
	@.venv/bin/python tools/messages.py compile
	@exec .venv/bin/python -m services embedded

.PHONY: stack
stack: $(RUN) ## Steward as in production: PostgreSQL, RabbitMQ, a process for each role (PORT=8000)
	@.venv/bin/python tools/messages.py compile
	@exec .venv/bin/python -m services stack

.PHONY: reset
reset: ## Remove all data under var/ and start over
	@tools/reset

.PHONY: test
test: $(DEV) ## All tests, on real parts; installs what is missing
	@tools/system-parts
	@.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-fast
test-fast: $(DEV) ## The tests that need nothing but Python
	@.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not real" $(ARGS)

.PHONY: compose-test
compose-test: $(DEV) ## docker-compose.yml on a real engine (5 to 20 minutes; where there is none, it says so)
	@tools/compose-test $(ARGS)

.PHONY: rolling-restart
rolling-restart: $(DEV) ## One web server restarted after the other under load (2 minutes)
	@.venv/bin/pytest tests/native/rolling_restart.py $(ARGS)

.PHONY: lint
lint: $(DEV) ## Style, types, layers, catalogues and known vulnerabilities
	@.venv/bin/ruff check $(PYTHON_FILES)
	@.venv/bin/ruff format --check $(PYTHON_FILES)
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python tools/messages.py check
	@.venv/bin/python tools/audit.py

.PHONY: check
check: lint test ## What has to pass before a change is proposed

.PHONY: bench
bench: $(DEV) ## What was promised in seconds, beside its limit (docs/benchmarks.md)
	@.venv/bin/python -m tools.bench $(ARGS)

.PHONY: faults
faults: $(DEV) ## Break the running stack in each way that docs/reliability.md names (ARGS="broker-killed --seconds 15")
	@tools/system-parts
	@.venv/bin/python tools/messages.py compile
	@.venv/bin/python -m tools.faults $(ARGS)

MINUTES ?= 30

.PHONY: soak
soak: $(DEV) ## Load with faults here and there for a long time: does anything grow? (MINUTES=30)
	@tools/system-parts
	@.venv/bin/python tools/messages.py compile
	@.venv/bin/python -m tools.faults.soak --minutes $(MINUTES) --figures var/soak.json

.PHONY: messages
messages: $(DEV) ## Collect the texts of the code into the catalogues, and list what is not translated
	@.venv/bin/python tools/messages.py update
	@.venv/bin/python tools/messages.py check
	@.venv/bin/python tools/messages.py compile

.PHONY: migration
migration: $(DEV) ## Write a migration for what changed: SERVICE=signups MESSAGE="places know their row"
	@.venv/bin/python -m services migration "$(SERVICE)" "$(MESSAGE)"

.PHONY: screenshots
screenshots: $(DEV) ## Take the pictures in docs/screenshots anew
	@.venv/bin/python tools/messages.py compile
	@.venv/bin/python tools/screenshots.py

.PHONY: lock
lock: $(DEV) ## Write the lock files anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@tools/lock

$(RUN): requirements.lock tools/venv
	@tools/venv requirements.lock
	@touch $@

$(DEV): requirements-dev.lock tools/venv
	@tools/venv requirements-dev.lock
	@touch $@ $(RUN)
