# What an operator, a developer and the build server call. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
ARGS ?=
PYTHON ?=

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
TEST := $(PY) -m tests.support.run

.PHONY: help setup run test test-sqlite check format bench faults fuzz a11y screenshots lock messages

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(CATALOGUES) ## Make .venv with everything the other targets need; quick when nothing is to do

run: setup ## Serve on http://127.0.0.1:8000 (PORT= changes it) with worker and scheduler; Ctrl-C stops all
	@exec $(PY) -m integrity.supervisor --port $(PORT) --stop-with-parent

test: setup ## The whole suite on real PostgreSQL, Redis, SMTP and Chromium (ARGS= goes to pytest)
	@$(TEST) $(ARGS)

test-sqlite: setup ## The same suite on SQLite and the embedded broker alone (ARGS= goes to pytest)
	@$(TEST) --embedded $(ARGS)

check: setup ## Formatting, lint, types, layers, migrations, templates, deployment settings
	@$(PY) -m tests.support.check

format: setup ## Put Python and templates into the agreed form
	@$(PY) -m ruff check --fix-only --quiet . && $(PY) -m ruff format . && $(PY) -m djlint templates --reformat --quiet

bench: setup ## Benchmarks, each beside a baseline of the same run
	@$(TEST) tests/benchmarks -s -o faulthandler_timeout=0 $(ARGS)

faults: setup ## The fault suite: killed processes, absent mail server, absent broker, 1,000 races each
	@RACES=$${RACES:-1000} $(TEST) tests/faults $(ARGS)

fuzz: setup ## Long run of the generated inputs
	@HYPOTHESIS_PROFILE=long $(TEST) -m fuzz -o faulthandler_timeout=0 $(ARGS)

a11y: setup ## Accessibility of every page: dark, narrow, Spanish, right to left, and all of the demo
	@$(TEST) tests/a11y tests/a11y/test_matrix.py -s -o faulthandler_timeout=0 $(ARGS)

screenshots: setup ## Save pictures of the browser tests under var/screenshots
	@SCREENSHOTS=var/screenshots $(TEST) tests/e2e $(ARGS)

messages: setup ## Put new and changed sentences into the catalogues (needs GNU gettext)
	@command -v msgmerge >/dev/null || { echo "GNU gettext is missing. On Debian: apt-get install gettext" >&2; exit 1; }
	@$(PY) manage.py makemessages --all --no-wrap --no-obsolete --add-location file \
	  --ignore '.venv' --ignore 'var' --ignore 'tests' --ignore 'staticfiles'
	@$(PY) -m integrity.catalogues --tidy
	@$(PY) -m integrity.catalogues --count

lock: setup ## Pin the newest allowed versions, with hashes, from requirements/*.in
	@for name in base dev uv; do \
	  $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --system-certs requirements/$$name.in --output-file requirements/$$name.txt; done

$(INSTALLED): requirements/uv.txt requirements/dev.txt
	@python=""; \
	for name in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is needed. On Debian: apt-get install python3 python3-venv" >&2; exit 1; fi; \
	if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  if ! "$$python" -m venv --clear $(VENV) >/dev/null 2>&1; then \
	    rm -rf $(VENV); \
	    echo "$$python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; fi; fi; \
	echo "Installing into $(VENV)"; \
	export PIP_DISABLE_PIP_VERSION_CHECK=1; \
	if $(PY) -m pip install --quiet --require-hashes -r requirements/uv.txt && \
	   $(VENV)/bin/uv pip sync --quiet --system-certs --require-hashes --python $(PY) requirements/dev.txt; then :; else \
	  echo "uv could not do it; going on with pip." >&2; \
	  $(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt; fi; \
	touch $@

%.mo: %.po $(INSTALLED)
	@$(PY) -m integrity.catalogues $<
