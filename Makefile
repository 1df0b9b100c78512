# make run    everything on embedded defaults: gRPC on 127.0.0.1:50051, page and bridge on http://127.0.0.1:8080
# make test   all tests (REQUIRE_ALL=1: a missing component is a failure and not a skip)
# make test-scaled-out  the same service, its contract and guarantees, on PostgreSQL and NATS
# make check  what precedes a commit, in half a minute: contract, style, types, layers, quick tests

PYTHON ?= python3.11
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
# What asks the service under test by gRPC or stands on its ports; the rest of tests/fire has its own PostgreSQL.
SCALED_OUT := tests/rpc tests/jobs tests/client tests/app tests/cli $(addprefix tests/fire/test_,live.py matrix.py crowd.py cancel.py upload_crash.py fuzz.py failpoints.py)
# Where nothing may be kept, pytest rewrites every test at every start, and every program that a test starts is compiled anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-scaled-out check lint contract types layers quick coverage generate format release-contract clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26

$(VENV)/installed: pyproject.toml resumate_grpc/__init__.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(VENV)/installed ## start gRPC server, workers, bridge and page
	@exec $(BIN)/resumate serve $(ARGS)

test: $(VENV)/installed-dev ## run all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

test-scaled-out: $(VENV)/installed-dev ## the suites of contract and guarantees on PostgreSQL and NATS
	$(BIN)/python -m pytest -n 2 --dist worksteal --scaled-out $(SCALED_OUT) $(ARGS)

check: $(VENV)/installed-dev ## what precedes every commit
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target contract lint types layers
	@$(MAKE) --no-print-directory quick

contract: $(VENV)/installed-dev ## lint and format of the protos, compatibility with the released ones, fresh stubs
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/buf breaking --against tests/contract/released.binpb
	$(BIN)/python protos/generate.py --check

lint: $(VENV)/installed-dev ## ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@! git grep -nE '^(<{7}|>{7}) ' || { echo "a merge left its marks there"; exit 1; }

types: $(VENV)/installed-dev ## mypy --strict
	$(BIN)/mypy

layers: $(VENV)/installed-dev ## the dependency rule
	$(BIN)/lint-imports --no-logo

quick: $(VENV)/installed-dev ## the tests that take no time
	$(BIN)/python -m pytest -q -n 3 --dist worksteal --hypothesis-profile=quick -m 'not slow and not browser and not node' $(ARGS)

coverage: $(VENV)/installed-dev ## the same with the lines that they reach
	$(MAKE) quick ARGS="--cov --cov-report=term:skip-covered $(ARGS)"

generate: $(VENV)/installed-dev ## make the stubs anew from the protos
	$(BIN)/python protos/generate.py

format: $(VENV)/installed-dev ## format everything
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/buf format --write

release-contract: $(VENV)/installed-dev ## at a release: what `buf breaking` compares with from now on
	$(BIN)/buf build protos --exclude-source-info --output tests/contract/released.binpb
	$(BIN)/python -m tests.store.released > tests/store/released.json

clean: ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage dist
