# Everything that is done with this repository. `make` alone lists it.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The build tools come from the pins too, so nothing is downloaded that the pins do not name.
INSTALL := $(PIP) install --quiet --constraint constraints.txt
EDITABLE := $(INSTALL) --no-build-isolation --editable

LINT_ROOT := build/lint
CHECKED := adapters application domain entrypoints tests $(wildcard benchmarks docs)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format lint types imports bench test-gateway test-newest test-postgres \
	test-fastapi constraints wheel clean lint-root

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Setting up. The stamps say what the venv was last set up for.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; make PYTHON=/path/to/python chooses one")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) setuptools
	$(EDITABLE) .
	@touch $@

$(VENV)/development.stamp: $(VENV)/runtime.stamp
	$(EDITABLE) '.[dev]'
	@touch $@

## What people come for.

demo: $(VENV)/runtime.stamp ## set up and run the main job: register, ping, remove, history
	$(BIN)/openclaw-manager demo

test: $(VENV)/development.stamp ## set up and run the tests; ARGS='-k name' narrows them
	$(BIN)/python -m pytest $(ARGS)

check: lint types imports test ## everything that CI runs before the heavy tests

## The parts of check.

format: $(VENV)/development.stamp ## write the code in the one layout
	$(BIN)/ruff check --fix-only --quiet $(CHECKED)
	$(BIN)/ruff format --quiet $(CHECKED)

lint: $(VENV)/development.stamp ## check layout and style
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)

types: $(VENV)/development.stamp lint-root ## check types, strictly
	$(BIN)/mypy --package openclaw_manager
	$(BIN)/mypy tests

imports: $(VENV)/development.stamp lint-root ## check which part may import which
	PYTHONPATH=$(LINT_ROOT) $(BIN)/lint-imports --no-cache

# The build maps the folders to one import name; tools that read source files need to see the
# same, so here are symlinks under the names that the wheel gives them.
lint-root:
	@rm -rf $(LINT_ROOT)
	@mkdir -p $(LINT_ROOT)/openclaw_manager/entrypoints
	@cd $(LINT_ROOT)/openclaw_manager && \
		ln -s ../../../adapters ../../../application ../../../domain ../../../entrypoints/embedding/* .
	@cd $(LINT_ROOT)/openclaw_manager/entrypoints && \
		ln -s $(addprefix ../../../../,$(filter-out entrypoints/embedding,$(wildcard entrypoints/*))) .

## Heavy or rare.

bench: wheel ## print the table of benchmarks, measured from an installed wheel
	rm -rf build/bench && $(PYTHON) -m venv build/bench
	build/bench/bin/python -m pip --disable-pip-version-check install --quiet \
		--constraint constraints.txt dist/*.whl
	build/bench/bin/python benchmarks/run.py $(ARGS)

test-gateway: $(VENV)/development.stamp ## test against real OpenClaw gateways (installs 1.5 GB once)
	OPENCLAW_MANAGER_TEST_GATEWAY=1 $(BIN)/python -m pytest -m real_gateway --skips-fail $(ARGS)

test-newest: ## run the tests on the newest Python that Debian has
	.ci/newest-python build/newest
	build/newest/venv/bin/python -m pip --disable-pip-version-check install --quiet \
		--constraint constraints.txt setuptools
	build/newest/venv/bin/python -m pip --disable-pip-version-check install --quiet \
		--constraint constraints.txt --no-build-isolation --editable '.[keyring,test]'
	build/newest/venv/bin/python -m pytest $(ARGS)

test-postgres: $(VENV)/development.stamp ## test on a real PostgreSQL, where no test may be skipped
	$(BIN)/python -m pytest --skips-fail tests/contract/test_event_log.py \
		tests/integration/test_postgres.py tests/integration/test_sealed_secrets.py \
		tests/end_to_end/test_shared_store.py $(ARGS)

# Not in the venv: where FastAPI is installed, dependency-injector imports it at each start.
test-fastapi: $(VENV)/development.stamp ## run the application of the guide (installs FastAPI)
	$(PIP) install --quiet --upgrade --target build/fastapi fastapi==0.165.0
	OPENCLAW_MANAGER_TEST_FASTAPI=build/fastapi $(BIN)/python -m pytest --skips-fail \
		tests/end_to_end/test_embedding_guide.py $(ARGS)

constraints: ## pin the newest versions of all that is installed here
	rm -rf build/constraints && $(PYTHON) -m venv build/constraints
	build/constraints/bin/python -m pip install --quiet --upgrade pip
	build/constraints/bin/python -m pip install --quiet --upgrade setuptools '.[dev]'
	.ci/pins build/constraints/bin/python > build/constraints.txt
	mv build/constraints.txt constraints.txt

wheel: $(VENV)/development.stamp ## build the wheel into dist/
	@# setuptools puts into the wheel whatever an earlier build left in build/lib.
	rm -rf build/lib build/bdist.* dist
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what was built here; the venv stays
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
