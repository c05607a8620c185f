# Everything a person runs. Each target installs what it needs on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= data/sample
OPTIONS := --workspace "$(WORKSPACE)" $(if $(AS_OF),--as-of $(AS_OF))
INSTALLED := $(VENV)/.installed
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: weekly qbr test check bench docs clean help libraries browser lock

weekly: $(INSTALLED) libraries ## The week: exports in, reports out  [WORKSPACE=dir] [AS_OF=2026-10-30]
	@$(BIN)/bellwether weekly $(OPTIONS)

qbr: $(INSTALLED) libraries ## One account's QBR pack  ACCOUNT="name or id" [WORKSPACE=dir] [AS_OF=..]
	@$(BIN)/bellwether qbr "$(ACCOUNT)" $(OPTIONS)

test: $(INSTALLED) libraries browser ## The tests
	@$(BIN)/pytest

check: $(INSTALLED) libraries ## Exactly what CI runs: format, lint, types, architecture, SQL, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint --disable-progress-bar sql
	@$(MAKE) --no-print-directory test

bench: $(INSTALLED) libraries browser $(VENV)/vnu ## The slow sweeps and benchmarks
	@$(BIN)/pytest -m nightly -n 0
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.score
	@$(BIN)/python -m bench.revenue
	@$(BIN)/python -m bench.service
	@$(BIN)/python -m bench.proof
	@$(BIN)/python -m bench.ingest
	@$(BIN)/python -m bench.render

docs: $(INSTALLED) ## The generated pages of docs/: the sources from their TOML, the design system from the templates
	@$(BIN)/python -m schemas.sources.pages
	@$(BIN)/python -m pipeline.stages.press.specimen

clean: ## Remove what can be made again (not archive/ and out/ of a workspace)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis data/sample/var data/sample/out data/sample/archive

lock: ## Write requirements.lock anew from the pins of pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra dev --python-version 3.11 pyproject.toml --output-file requirements.lock

help: ## This list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | awk -F'\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

libraries:
	@.ci/libraries

browser:
	@.ci/browser

# The HTML validator, where there are npm and Java; its test is skipped without.
$(VENV)/vnu:
	@npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix $@ vnu-jar@26 2>/dev/null || rm -rf $@

$(INSTALLED): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pipeline.stages.press.fonts
	@touch $@
