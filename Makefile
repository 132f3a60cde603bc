# The book, its notebooks and its tests. `make help` says what you can ask for.
#
# Each step leaves a stamp file when it has succeeded, so that a repeated command does
# only what is missing, and an interrupted one starts again where it stopped.
# Written for any GNU make from 3.81 (macOS) and any POSIX shell. All paths are
# relative: the folder may have spaces in its name.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: book serve lab pdf test test-all bench twice clean distclean help

PORT ?= 8000
PYTEST_ARGS ?=
JOBS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install
TORCH := $(shell sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.txt)

# PyPI's torch for Linux brings gigabytes of CUDA; PyTorch's own index has it for the CPU.
# Where that index cannot be reached, pip gives up on it in seconds and takes PyPI's; it is
# asked for torch alone, since each further package would wait as long again.
ifeq ($(shell uname -s),Linux)
TORCH_INDEX := --extra-index-url https://download.pytorch.org/whl/cpu --retries 1 --timeout 10
endif

# The kernel "python3" and all settings are those of .venv, whatever the user's home holds.
export JUPYTER_PREFER_ENV_PATH := 1
export PYTHON

# Arrays come and go by the thousand: glibc then keeps what they leave, and does not return it to the
# system to ask for it again. Deep networks train in 60 % of the processor's time.
export MALLOC_TRIM_THRESHOLD_ := 268435456
export MALLOC_MMAP_THRESHOLD_ := 33554432

# What the site is made of. Folders are listed too: a deleted file changes its folder.
SOURCES := $(shell find chapters code tests/claims _config.yml _toc.yml \
	! -path '*/__pycache__*' ! -path '*.egg-info*' ! -path '*/.*' 2>/dev/null | sed 's/ /\\ /g')

help:
	@echo "make book    create .venv, install what the book needs, build the site in _build/html"
	@echo "make serve   serve the site at http://127.0.0.1:$(PORT)/ (PORT=8001 for another port)"
	@echo "make lab     open the chapters as notebooks in JupyterLab"
	@echo "make pdf     print the book into _build/feedforward.pdf"
	@echo "make test    install what the tests need and run them"
	@echo "             (PYTEST_ARGS='tests/site -k keyboard' runs a part, JOBS=1 one at a time)"
	@echo "make test-all  also run the tests that take long: every notebook from nothing, every engine, twice"
	@echo "make bench   measure figures, pages, the engine and the counts beside those of other tools"
	@echo "make twice   build, edit, build again, and compare all files with a build from nothing"
	@echo "make clean   remove what was built; make distclean removes .venv as well"
	@echo "PYTHON=/path/to/python3.x names the Python to create .venv with (3.11 or newer)"

book: _build/.site
	@echo "The book is built. Open $(CURDIR)/_build/html/index.html, or run: make serve"

_build/.site: $(VENV)/.book $(SOURCES)
	@echo "==> Building the site in _build/html"
	@$(PY) -m compileall -q code tests/claims  # now, as it changes folders that are sources
	@mkdir -p _build && touch _build/.began
	@$(VENV)/bin/jupyter-book build . -W -n --keep-going
	@mv _build/.began $@  # what was edited during the build is newer

serve: book
	@$(PY) -c "import socket; socket.create_server(('127.0.0.1', $(PORT)))" 2>/dev/null \
	  || { echo "Port $(PORT) is in use. Choose another: make serve PORT=8001"; exit 1; }
	@echo "Serving the book at http://127.0.0.1:$(PORT)/ (stop with Ctrl-C)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(VENV)/.lab
	@$(PY) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters

pdf: $(VENV)/.test _build/.site
	@$(PY) -m booktools.browser --install
	@$(PY) -m booktools.paper

test: $(VENV)/.test _build/.site
	@$(PY) -m booktools.browser --install
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder $(PYTEST_ARGS)

# `twice` after the tests: both would keep all cores busy.
test-all: PYTEST_ARGS += -m ""
test-all: test
	@$(PY) -m benchmarks.twice

bench: $(VENV)/.bench _build/.site
	@$(PY) -m booktools.browser --install
	@$(PY) -m benchmarks.explorers
	@$(PY) -m benchmarks.pages
	@$(PY) -m benchmarks.engines
	@$(PY) -m benchmarks.regions

twice: $(VENV)/.book
	@$(PY) -m benchmarks.twice

clean:
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

distclean: clean
	rm -rf $(VENV) code/*.egg-info

# A .venv that works is kept, also one that was made by hand; a broken one is made anew.
$(VENV)/.python:
	@if $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  touch $@; exit 0; \
	fi; \
	found=""; no_venv=""; \
	if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; \
	else set -- python3.14 python3.13 python3.12 python3.11 python3 python; fi; \
	for python in "$$@"; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  if "$$python" -c 'import venv, ensurepip' 2>/dev/null; \
	  then found="$$python"; break; \
	  else no_venv="$$python"; fi; \
	done; \
	if [ -z "$$found" ] && [ -n "$$no_venv" ]; then \
	  echo "Missing: the venv module of $$no_venv. On Debian and Ubuntu: apt install python3-venv"; \
	  exit 1; \
	elif [ -z "$$found" ]; then \
	  echo "Missing: Python 3.11 or newer$${PYTHON:+ ($$PYTHON is not)}." \
	    "Install one, or name it: make book PYTHON=/path/to/python3"; \
	  exit 1; \
	fi; \
	echo "==> Creating $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV) && touch $@

$(VENV)/.packages: requirements.txt pyproject.toml $(VENV)/.python
	@echo "==> Installing $(TORCH)"
	@$(PIP) --no-deps $(TORCH_INDEX) "$(TORCH)"
	@echo "==> Installing the other packages of requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.book: $(VENV)/.packages $(wildcard code/booktools/install.py)
	@echo "==> Fetching the fonts that typeset mathematics"
	@$(PY) -m booktools.install
	@touch $@

$(VENV)/.lab: $(VENV)/.packages
	@$(VENV)/bin/jupytext-config \
	  --settings-file $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json \
	  set-default-viewer markdown myst
	@touch $@

$(VENV)/.test: $(VENV)/.book $(VENV)/.lab
	@echo "==> Installing what the tests need"
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	@echo "==> Installing what the benchmarks need"
	@$(PIP) -e '.[test,bench]'
	@touch $@
