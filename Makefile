# Bare `make` prints what there is to make.

PYTHON ?= python3
VENV   ?= .venv
SEED   ?= 0

# Where the collection is: DATA=..., or the environment variable GTZAN_HOME, or data/gtzan.
# If it is nowhere, `report` fetches the mini set; where that fails, the demo collection is
# synthesized, and its pages go to reports/demo.
space := $(subst ,, )
DATA ?= $(or $(GTZAN_HOME),$(wildcard data/gtzan))
ifeq ($(strip $(DATA)),)
override DATA := data/demo
NOWHERE := yes
endif
DEMO    := $(or $(filter data/demo,$(DATA)),$(wildcard $(subst $(space),\ ,$(DATA))/DEMO.json))
PROFILE ?= $(if $(DEMO),quick,full)
# Pages with audio players are for this machine alone: the recordings are not ours to publish.
LISTEN  ?= $(if $(DEMO),1)
# Only full pages without recordings go where pages are committed.
OUT     := $(if $(DEMO),reports/demo,$(if $(LISTEN)$(filter-out full,$(PROFILE)),reports/local,reports))

BIN       := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY     := $(VENV)/.ready
BUILD     := build/$(OUT)
NOTEBOOKS := $(sort $(basename $(notdir $(wildcard notebooks/[0-9]*.py))))
PAGES     := $(NOTEBOOKS:%=$(OUT)/%.html)
PAIRS     := $(NOTEBOOKS:%=notebooks/%.ipynb)
# All files below a folder, however deep.
below      = $(foreach f,$(wildcard $1/*),$(call below,$f) $f)
TEMPLATES := $(call below,genre_utils/report/template)
ENCODER   := genre_utils/data/encoder.txt
STEP      := $(BIN)/python -m genre_utils.report

# The encoder's package is installed in a step of its own: what it declares to depend on is long gone.
define get-encoder
@$(BIN)/python -m pip install -qqq --disable-pip-version-check --retries 1 --no-deps \
  --require-hashes --requirement $(ENCODER) && $(BIN)/genre download encoder || \
  echo "The pretrained encoder cannot be had now: all else works, and make encoder tries again."
endef

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help env encoder report fetched-or-demo data audit demo test alone check lint format sync bench ship wheel lab lock clean FORCE

help: ## print this
	@$(PYTHON) -c 'import re; print("make TARGET [DATA=folder] [PROFILE=full|quick] [SEED=0] [LISTEN=1]\n"); \
	  [print(f"  {name:8} {what}") for name, what in re.findall(r"(?m)^([a-z]+):.*?## (.*)", open("Makefile").read())]'
	@echo; echo "DATA is the collection's folder. Now: $(DATA). Pages go to: $(OUT)/."

env: $(READY) ## make the environment, .venv, with the pretrained encoder, and nothing else

encoder: $(READY) ## fetch the pretrained encoder, where make env could not
	$(get-encoder)

report: $(if $(NOWHERE),fetched-or-demo,$(OUT)/index.html) ## execute all notebooks, render the pages and the index
	@$(if $(NOWHERE),,echo "The report is in $(OUT)/index.html")

# The exit status says whether there is a collection in data/gtzan now.
fetched-or-demo: $(READY)
	@if $(BIN)/genre download mini; then \
	  $(MAKE) --no-print-directory report DATA=data/gtzan; \
	else \
	  echo "There is no collection here and none can be downloaded, so a small one is synthesized:"; \
	  echo "everything runs, but its scores say nothing about music. Its pages go to reports/demo;"; \
	  echo "what is in reports/ stays as it is. With real music: make report DATA=folder."; \
	  $(MAKE) --no-print-directory report DATA=data/demo && \
	  echo "NO REAL MUSIC: no collection could be downloaded (see above), so the pages in reports/demo" && \
	  echo "are of synthesized music, and their scores say nothing. With real music: make report DATA=folder."; \
	fi

data: $(READY) ## fetch GTZAN into data/gtzan: 100 tracks, or all 1000 with FULL=1
	@$(BIN)/genre download $(if $(FULL),full,mini)

audit: $(READY) ## say what is wrong with the collection
	@$(BIN)/genre audit $(if $(NOWHERE),,"$(DATA)")

demo: ## the same from a collection synthesized on the spot, into reports/demo
	@$(MAKE) --no-print-directory report DATA=data/demo

test: $(READY) ## run the tests (those on the real collection need DATA or GTZAN_HOME)
	GTZAN_HOME="$(if $(DEMO),,$(DATA))" $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

alone: $(READY) ## run each .ipynb alone from a built wheel, as on Colab (a quarter of an hour)
	ALONE=all $(BIN)/python -m pytest tests/report/test_pairs.py -k alone

check: $(READY) ## say which committed pages were made from another version of their source
	@$(STEP) check reports

lint: $(READY) ## check style, types, and that rooms import only from rooms below
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(READY) ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sync: $(PAIRS) ## write the .ipynb beside each notebooks/*.py

bench: $(READY) ## measure how fast all of it is (an hour), into reports/performance.html
	$(BIN)/python benchmarks/bench_report.py "$(DATA)"
	$(BIN)/python benchmarks/bench_features.py "$(DATA)"
	$(BIN)/python benchmarks/bench_models.py "$(DATA)"
	$(BIN)/python benchmarks/bench_recommend.py
	$(BIN)/python benchmarks/bench_encoder.py "$(DATA)"
	@$(STEP) performance build/bench --output $(OUT)/performance.html

ship: $(READY) ## put the model that the last full report kept into the package
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
	$(get-encoder)
	@touch $@

data/demo/DEMO.json: genre_utils/data/synthetic.py | $(READY)
	$(BIN)/python -m genre_utils.data.synthetic data/demo
	@touch $@

# The stamp is written anew only when the data, the profile or the seed changed. It is also looked at
# by make -n, which would otherwise take it for changed, and name every notebook.
$(BUILD)/inputs: FORCE | $(READY) $(if $(filter data/demo,$(DATA)),data/demo/DEMO.json)
	+@$(STEP) stamp --data "$(DATA)" --profile $(PROFILE) --seed $(SEED) \
	  $(if $(LISTEN),--listen) --output $@

# Which modules each notebook comes to import; asked anew each time, written when it changed.
build/depends.mk: FORCE | $(READY)
	@$(BIN)/python -m genre_utils.report.dependencies $(NOTEBOOKS:%=notebooks/%.py) --output $@

ifneq ($(filter-out help env encoder audit data test alone lint format sync ship wheel lab lock clean,$(or $(MAKECMDGOALS),help)),)
include build/depends.mk
endif

$(BUILD)/%.ipynb: notebooks/%.py $(BUILD)/inputs $(READY)
	$(STEP) execute $< --data "$(DATA)" --profile $(PROFILE) --seed $(SEED) \
	  $(if $(LISTEN),--listen) --output $@

# Its table has the scores of notebook 3 as well.
$(BUILD)/04_cnn.ipynb: $(BUILD)/scores/03_classical_models.json
# Its table has the network of notebook 4 as well.
$(BUILD)/07_transfer.ipynb: $(BUILD)/scores/04_cnn.json

# Written anew only when a score changed.
$(BUILD)/scores/%.json: $(BUILD)/%.ipynb
	@:

# Each page links to its neighbours by their titles. Written anew only when one of them changed.
build/titles: FORCE
	+@mkdir -p build; grep -m1 '^# # ' $(NOTEBOOKS:%=notebooks/%.py) > $@.new; \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(OUT)/%.html: $(BUILD)/%.ipynb build/titles $(addprefix genre_utils/report/,pages.py figures.py templates.py) $(TEMPLATES)
	@$(STEP) render $< --output $@ --pages $(NOTEBOOKS)

$(OUT)/index.html: $(PAGES) $(addprefix genre_utils/report/,overview.py story.py templates.py) $(TEMPLATES)
	@$(STEP) index $(OUT)

notebooks/%.ipynb: notebooks/%.py pyproject.toml genre_utils/report/notebooks.py $(READY)
	@$(STEP) pair $<
