# Bare `make` prints what there is to make.

PYTHON ?= python3
VENV   ?= .venv
SEED   ?= 0

# Where the dataset is: DATA=..., or the environment variable GTZAN_HOME, or data/gtzan. If there is
# none, `report` downloads the mini set; if that fails, it synthesizes a demo, with its pages in
# reports/demo.
space := $(subst ,, )
DATA ?= $(or $(GTZAN_HOME),$(wildcard data/gtzan))
ifeq ($(strip $(DATA)),)
override DATA := data/demo
NOWHERE := yes
endif
DEMO    := $(or $(filter data/demo,$(DATA)),$(wildcard $(subst $(space),\ ,$(DATA))/DEMO.json))
PROFILE ?= $(if $(DEMO),quick,full)
# Pages with audio players stay on this machine: we may not publish the recordings.
LISTEN  ?= $(if $(DEMO),1)
# Only full pages without recordings go into the folder that git tracks.
OUT     := $(if $(DEMO),reports/demo,$(if $(LISTEN)$(filter-out full,$(PROFILE)),reports/local,reports))

BIN       := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY     := $(VENV)/.ready
BUILD     := build/$(OUT)
NOTEBOOKS := $(sort $(basename $(notdir $(wildcard notebooks/[0-9]*.py))))
SCRIPTS   := $(NOTEBOOKS:%=notebooks/%.py)
PAGES     := $(NOTEBOOKS:%=$(OUT)/%.html)
PAIRS     := $(NOTEBOOKS:%=notebooks/%.ipynb)
# All files below a folder, however deep.
below      = $(foreach f,$(wildcard $1/*),$(call below,$f) $f)
TEMPLATES := $(call below,genre_utils/report/template)
ENCODER   := genre_utils/data/encoder.txt
STEP      := $(BIN)/python -m genre_utils.report
DRY       := $(findstring n,$(firstword -$(MAKEFLAGS)))

# The encoder's package is installed in a step of its own: the dependencies that it declares no longer exist.
define get-encoder
@$(BIN)/python -m pip install -qqq --disable-pip-version-check --retries 1 --no-deps \
  --require-hashes --requirement $(ENCODER) && $(BIN)/genre download encoder || \
  echo "The pretrained encoder cannot be downloaded now. Everything else works; make encoder tries again."
endef

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help env encoder report fetched-or-demo data audit demo test collections alone check lint format sync bench ship wheel lab lock clean FORCE

help: ## print this
	@$(PYTHON) -c 'import re; print("make TARGET [DATA=folder] [PROFILE=full|quick] [SEED=0] [LISTEN=1]\n"); \
	  [print(f"  {name:11} {what}") for name, what in re.findall(r"(?m)^([a-z]+):.*?## (.*)", open("Makefile").read())]'
	@echo; echo "DATA is the folder of the dataset, now $(DATA). Pages go to $(OUT)/."

env: $(READY) ## make the environment, .venv, with the pretrained encoder

encoder: $(READY) ## download the pretrained encoder, if make env could not
	$(get-encoder)

report: $(if $(NOWHERE),fetched-or-demo,$(OUT)/index.html) ## execute all notebooks, render the pages and the index
	@$(if $(NOWHERE),,echo "The report is in $(OUT)/index.html")

# genre download succeeds if there is a dataset in data/gtzan afterwards.
fetched-or-demo: $(READY)
	@if $(BIN)/genre download mini; then \
	  $(MAKE) --no-print-directory report DATA=data/gtzan; \
	else \
	  echo "There is no dataset here and none can be downloaded, so a small one is synthesized."; \
	  echo "Its pages go to reports/demo; those in reports/ stay as they are."; \
	  $(MAKE) --no-print-directory report DATA=data/demo && \
	  echo "NO REAL MUSIC: no dataset could be downloaded (see above), so the pages in reports/demo" && \
	  echo "show synthesized music, and their scores mean nothing. With real music: make report DATA=folder."; \
	fi

data: $(READY) ## download GTZAN into data/gtzan: 100 tracks, or all 1000 with FULL=1
	@$(BIN)/genre download $(if $(FULL),full,mini)

audit: $(READY) ## list the faults of the dataset
	@$(BIN)/genre audit $(if $(NOWHERE),,"$(DATA)")

demo: ## the same on a synthesized dataset, into reports/demo
	@$(MAKE) --no-print-directory report DATA=data/demo

test: $(READY) ## run the tests (those on the real dataset need DATA or GTZAN_HOME)
	GTZAN_HOME="$(if $(DEMO),,$(DATA))" $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

collections: $(READY) ## run every notebook on small and incomplete collections
	$(BIN)/python -m pytest -m collections --numprocesses 2

alone: $(READY) ## run each .ipynb alone from a built wheel, as on Colab (a quarter of an hour)
	$(BIN)/python -m pytest -m alone

check: $(READY) ## list the committed pages whose source has changed
	@$(STEP) check reports

lint: $(READY) ## check style, types, and that rooms import only from rooms below
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(READY) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sync: $(PAIRS) ## write the .ipynb of each notebooks/*.py

bench: $(READY) ## run the benchmarks (an hour) and write reports/performance.html
	$(BIN)/python benchmarks/bench_report.py "$(DATA)"
	$(BIN)/python benchmarks/bench_features.py "$(DATA)"
	$(BIN)/python benchmarks/bench_models.py "$(DATA)"
	$(BIN)/python benchmarks/bench_recommend.py
	$(BIN)/python benchmarks/bench_encoder.py "$(DATA)"
	@$(STEP) performance build/bench --output $(OUT)/performance.html

ship: $(READY) ## put the model that the last full report saved into the package
	@$(STEP) ship

wheel: $(READY) ## build the package as one file, for Colab and other machines, into dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --wheel-dir dist .

lab: $(READY) $(PAIRS) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=notebooks

lock: ## pin the newest versions that fit together (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --custom-compile-command "make lock" \
	  --extra cpu --extra index --extra cluster --extra live --extra notebooks --extra dev pyproject.toml --output-file requirements.lock

clean: ## remove what was built; the pages, the data and .venv stay
	rm -rf build

# ---------------------------------------------------------------------------------------------

$(VENV)/.locked: requirements.lock
	@test ! -L $(VENV) || { echo "$(VENV) is a link to another environment, which is left as it is."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; say which: make PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV): about 1 GB is downloaded, which takes some minutes."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements.lock
	@touch $@

$(READY): $(VENV)/.locked pyproject.toml $(ENCODER)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@$(BIN)/python -c "from genre_utils.audio.kernels import compile_librosa; compile_librosa()"
	$(get-encoder)
	@touch $@

data/demo/DEMO.json: genre_utils/data/synthetic.py | $(READY)
	$(BIN)/python -m genre_utils.data.synthetic data/demo
	@touch $@

# What each run depends on: the data, the settings, and the modules that the notebook comes to
# import. A file is written only if that changed. make -n looks as well, but not in a fresh clone.
$(BUILD)/.inputs: FORCE | $(READY) $(if $(filter data/demo,$(DATA)),data/demo/DEMO.json)
	+@$(if $(DRY),[ ! -d $(BUILD) ] ||) $(STEP) inputs $(SCRIPTS) --data "$(DATA)" \
	  --profile $(PROFILE) --seed $(SEED) $(if $(LISTEN),--listen) --output $(BUILD)

$(BUILD)/%.inputs: $(BUILD)/.inputs
	+@:

$(BUILD)/%.ipynb: notebooks/%.py $(BUILD)/%.inputs $(READY)
	$(STEP) execute $< --data "$(DATA)" --profile $(PROFILE) --seed $(SEED) \
	  $(if $(LISTEN),--listen) --output $@

# Each page links to its neighbors by their titles. Written only when one of them changed.
build/titles: FORCE
	+@$(if $(DRY),[ ! -d build ] ||) { mkdir -p build; grep -m1 '^# # ' $(SCRIPTS) > $@.new; \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi; }

$(OUT)/%.html: $(BUILD)/%.ipynb build/titles $(addprefix genre_utils/report/,pages.py figures.py) $(TEMPLATES)
	@$(STEP) render $< --output $@ --pages $(NOTEBOOKS)

$(OUT)/index.html: $(PAGES) genre_utils/report/index.py $(TEMPLATES)
	@$(STEP) index $(OUT)

notebooks/%.ipynb: notebooks/%.py pyproject.toml genre_utils/report/notebooks.py $(READY)
	@$(STEP) pair $<
