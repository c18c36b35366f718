# `make` trains the model and tags the seed communiqués; `make test` runs every test.

PYTHON ?= python3
BIN := .venv/bin
# The stages of dvc.yaml call `balagh` by its name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Names of what is wanted come from pyproject.toml, versions and hashes from constraints.txt.
NAMES = $(BIN)/python tools/requirements.py

.DEFAULT_GOAL := main
.PHONY: main env test bench lint versions dist constraints clean

main: .venv/main.stamp
	$(BIN)/dvc repro
	$(BIN)/balagh tag seeds/*.txt

env: .venv/test.stamp

# `make test PYTEST="--cov"` also measures which lines and branches the tests run, and fails under 95%.
test: .venv/test.stamp
	$(BIN)/pytest -n auto $(PYTEST)

lint: .venv/test.stamp
	$(BIN)/ruff check pipeline tests benchmarks tools
	$(BIN)/ruff format --check pipeline tests benchmarks tools
	$(BIN)/mypy

bench: .venv/bench.stamp
	$(BIN)/python -m benchmarks

# The oldest libraries that pyproject.toml allows against the newest: each model scores the same in both.
versions: .venv/test.stamp
	$(BIN)/python tools/versions.py

# Wheel and sdist with the trained model, tried in a fresh environment.
dist: main
	$(BIN)/python tools/dist.py

.venv/pip.stamp: constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("balagh needs Python 3.11 or newer; pass PYTHON=...") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	# An old pip cannot take hashes from constraints: it first installs the one that is pinned.
	awk '/^pip==/ {on = 1} on {print} on && !/\\$$/ {exit}' constraints.txt > .venv/pip.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/pip.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt $$($(NAMES) build)
	touch $@

.venv/main.stamp: .venv/pip.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet -c constraints.txt $$($(NAMES) core pipeline report)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/test.stamp: .venv/main.stamp
	# Spark needs Java: where there is none, its tests are skipped.
	$(BIN)/python -m pip install --quiet -c constraints.txt $$($(NAMES) test lint browser report web spacy) \
	  $$(command -v java >/dev/null && $(NAMES) spark)
	touch $@

.venv/bench.stamp: .venv/test.stamp
	$(BIN)/python -m pip install --quiet -c constraints.txt $$($(NAMES) bench)
	touch $@

# Needs uv; writes versions and hashes for every platform, and no addresses.
constraints:
	uv pip compile --universal --all-extras --group test --group lint --group browser --group build --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml -o constraints.txt

clean:
	rm -rf .venv data/prepared data/features models/tagger.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
