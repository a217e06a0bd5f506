# Everything runs inside .venv, which these targets make; `make help` lists them.
PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet
PLAN    ?= scenarios/helpdesk/base.toml
OUT     ?= out

.PHONY: help plan app test check lint install bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

plan: $(VENV)/.run  ## install, then plan the example team (PLAN=file OUT=folder)
	$(BIN)/staffing plan $(PLAN) --out $(OUT)

app: $(VENV)/.run  ## open the planner in the browser
	$(BIN)/staffing app

test: $(VENV)/.test  ## run the tests
	$(BIN)/python -m tests.run

check: lint test  ## what CI runs: formatting, lint, types, architecture, tests

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(VENV)/.bench  ## everything for tests and benches

bench: $(VENV)/.bench  ## run the quick benches
	$(BIN)/python -m bench.queueing
	$(BIN)/python -m bench.main_job

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "staffing needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	$(BIN)/python -m staffing.warm
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m staffing.warm
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.test
	$(PIP) install --constraint constraints.txt --editable '.[test,bench]'
	@touch $@

clean:  ## remove what the targets made
	rm -rf $(VENV) out build *.egg-info
