# One virtual environment for everything; set up again only when a requirements file changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
CODE := $(wildcard gliner2_core ui storage app.py)
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-slow benchmark lint system clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the workbench; options: make run ARGS="--help"
	$(BIN)/python app.py $(ARGS)

test: lint system ## Run every check and all tests but the slow ones
	$(PYTEST) -m "not slow" $(ARGS)

test-slow: $(VENV)/test.stamp system ## Run the slow tests
	$(PYTEST) -m slow $(ARGS)

benchmark: $(VENV)/test.stamp ## Time this machine; REFERENCE=python adds the reference package that python has
	$(BIN)/python -m gliner2_core benchmark $(ARGS)
	@if [ -n "$(REFERENCE)" ]; then for size in embedded base; do for precision in float32 bfloat16; do \
	    echo; echo "$$size, $$precision"; \
	    $(BIN)/python -m tests.benchmarks.runtimes --python $(REFERENCE) --size $$size --precision $$precision || exit 1; \
	done; done; fi

lint: $(VENV)/test.stamp ## Run the checks that read the code
	@find ui -name '*.pyi' -delete # Gradio writes stubs beside components; mypy would believe them
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/python -m flake8 --isolated --select=DOC102,DOC104,DOC501 --style=google \
	    --arg-type-hints-in-docstring=False --skip-checking-raises=False $(CODE)
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

# Browser tests drive the system's Chromium, tests of the store start a PostgreSQL of their own.
system:
	@missing=""; \
	[ -x /usr/bin/chromium ] || missing="$$missing chromium"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	if [ -z "$$missing" ]; then exit 0; \
	elif [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	    echo "The tests need$$missing. On Debian: sudo apt-get install$$missing"; exit 1; \
	else apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; fi

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis

# torch comes first and alone: a later requirement that asks for torch then finds it in place. Where pip offers a
# CPU build of this release, that one is taken.
$(VENV)/torch.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "$$(grep -oE '^torch==[0-9.]+' requirements.txt)"
	@touch $@

$(VENV)/run.stamp: $(VENV)/torch.stamp
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp tests/requirements.txt
	$(BIN)/python -m pip install --quiet -r tests/requirements.txt
	@touch $@
