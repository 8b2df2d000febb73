# Two commands do everything: `make demo` and `make test`. See README.md for Windows.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .peers
PEERS_BIN := $(PEERS)/venv/bin
WORKERS ?= auto

.PHONY: demo test peers lint types contracts lock wheel clean

demo: $(VENV)/.run
	$(BIN)/brickwall demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Servers that others wrote, for the tests of live accounts; without them those tests are skipped.
peers: $(PEERS)/.ready

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

wheel: $(VENV)/.dev
	$(BIN)/python -m build --no-isolation --wheel

lock: $(PEERS)/.ready
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  pyproject.toml --group build -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  pyproject.toml --extra outlook --group build --group dev -c requirements/run.txt \
	  -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	  requirements/peers/peers.in -o requirements/peers/peers.txt
	cd requirements/peers && PATH="$(CURDIR)/$(PEERS_BIN):$$PATH" npm install --package-lock-only

clean:
	rm -rf $(VENV) $(PEERS) build dist *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "brickwall needs Python 3.11 or newer; try: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment could be made. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up for development (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

$(PEERS)/.ready: requirements/peers/peers.txt requirements/peers/package-lock.json
	@echo "Setting up the test servers (once) ..."
	@$(PYTHON) -m venv --clear $(PEERS)/venv
	@$(PEERS_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers/peers.txt
	@cp requirements/peers/package.json requirements/peers/package-lock.json requirements/peers/.npmrc $(PEERS)/
	@PATH="$(CURDIR)/$(PEERS_BIN):$$PATH" npm ci --silent --prefix $(PEERS)
	@touch $@
