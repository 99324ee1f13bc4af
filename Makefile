# `make demo` and `make test` work as the first command on a machine with Python >= 3.11, make and the package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ARGS   ?=
WORKERS ?= 8

# Sources are compiled once, not at every start: the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check slow bench format lock clean

$(READY): pyproject.toml requirements.lock hatch_build.py $(wildcard terminal/locale/*/LC_MESSAGES/*.po)
	@$(PYTHON) -c 'import sys; sys.exit("Ringdesk needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/ringdesk demo $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

slow: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=deep -m "slow or property"
	$(BIN)/python -m benchmarks.smoke
	sh tests/wheel.sh $(PYTHON)

bench: $(READY)
	$(BIN)/python -m benchmarks.pop $(ARGS)
	$(BIN)/python -m benchmarks.startup $(ARGS)
	$(BIN)/python -m benchmarks.typing $(ARGS)
	$(BIN)/python -m benchmarks.decode $(ARGS)
	$(BIN)/python -m benchmarks.webhook $(ARGS)

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The lock is for every platform and every extra; needs uv on the path.
lock:
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
