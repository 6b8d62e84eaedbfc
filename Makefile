# PAM's commands. `make run` needs Python 3.11 or newer and make, nothing else.
#   PORT=8001 make run          another port
#   PYTHON=python3.13 make run  another Python
#   ONLY=list20,cached make bench  some works of it; with PROFILE=1 where their time goes, in bench/profiles/

HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
PYTHON ?=
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help run venv venv-dev test test-full lint format cov bench lock check-outside clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

venv:
	@sh scripts/venv.sh "$(VENV)" requirements.txt "$(PYTHON)"

venv-dev:
	@sh scripts/venv.sh "$(VENV)" requirements-dev.txt "$(PYTHON)"

run: venv ## start PAM on http://localhost:$PORT (8000): web, worker and scheduler in one process
	@exec $(PY) manage.py serve --host "$(HOST)" --port "$(PORT)"

test: venv-dev ## all tests that Python alone can run, on SQLite
	@scripts/tests.sh "$(PY)"

test-full: venv-dev ## the same on PostgreSQL and Redis, then the browser and the survival tests
	@scripts/tests.sh "$(PY)" full

lint: venv-dev ## formatting, imports, types, contracts, migrations, models, deployment check
	@scripts/lint.sh "$(PY)"

format: venv-dev ## format the code and sort its imports
	@$(PY) -m ruff check --fix-only --select I . && $(PY) -m ruff format .

cov: venv-dev ## tests with a coverage report in htmlcov/
	@$(PY) -m pytest --cov --cov-report=html --cov-report=term:skip-covered

bench: venv ## PAM beside other ways to build it, on PostgreSQL and Redis: docs/performance.md (QUICK=1: two minutes)
	@bench/bench.sh "$(PY)" $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) $(if $(PROFILE),--profile)

lock: venv-dev ## renew requirements.txt and requirements-dev.txt from pyproject.toml
	@scripts/lock.sh "$(PY)"

check-outside: venv ## a client that knows only the interfaces, against `make run`, embedded and on PostgreSQL and Redis
	@scripts/outside.sh embedded && scripts/outside.sh services

clean: ## take away the virtual environment and caches; var/ (your data) stays
	@rm -rf "$(VENV)" .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage
