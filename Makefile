# 农事网通 · 阳光红页. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data

.DEFAULT_GOAL := help
.PHONY: help run test check fast-test long-properties virtual-pc lock screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/ready ## start everything on this machine: server, worker, WeChat simulator, kiosk with its virtual camera
	@$(BIN)/hongye run --data $(DATA)

# What drives a browser, plays a story or simulates a PC needs the machine for itself; the rest shares its cores.
ALONE := browser or story or virtual_pc
test: system-test $(VENV)/ready browser check ## everything: style, import contracts, all tests on SQLite and PostgreSQL
	@$(BIN)/pytest -n auto --dist worksteal -m "not ($(ALONE) or virtual_pc_long)"
	@$(BIN)/pytest -m "$(ALONE)"

check: $(VENV)/ready ## style and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

fast-test: $(VENV)/ready ## the tests that need no browser and start no processes
	@$(BIN)/pytest -n auto --dist worksteal -m "not ($(ALONE) or virtual_pc_long)"

long-properties: $(VENV)/ready ## what must hold of clocks and calendars, tried with 10 000 examples each
	@HYPOTHESIS_PROFILE=long $(BIN)/pytest -m property tests/server/domain

virtual-pc: system-test $(VENV)/ready ## the kiosk in a virtual village PC, all of it: cameras and printers on USB cables, and their faults
	@$(BIN)/pytest tests/virtual_pc -m ""

.PHONY: system-run system-test browser
browser: $(VENV)/ready
	@[ -x /usr/bin/chromium ] || $(BIN)/playwright install --with-deps chromium

system-run:
	@scripts/system-packages.sh run

system-test:
	@scripts/system-packages.sh test

# The environment is made anew when what it is made of has changed.
$(VENV)/ready: requirements/all.txt pyproject.toml | system-run
	@echo "making the Python environment"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/all.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: ## pin the requirements anew (needs uv); no address of a package registry is recorded
	@uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --upgrade -o requirements/all.txt

screenshots: system-test $(VENV)/ready ## take the README's screenshots from a played story
	@$(BIN)/python scripts/screenshots.py

clean: ## remove the environment and caches; data stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
