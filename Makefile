# Every target installs what it needs: a machine with Python, pip, make and git is enough.
WINDOWS := $(filter Windows_NT,$(OS))
# In an activated environment, which has no pip, the Python that it was made with.
PYTHON ?= $(if $(WINDOWS),python,$(if $(VIRTUAL_ENV),$(shell python3 -c 'import sys; print(sys._base_executable)'),python3))
SCRIPTS := $(if $(WINDOWS),Scripts,bin)
VENV := .venv
BIN := $(VENV)/$(SCRIPTS)
DEMO := .venv-demo
STAMP := $(VENV)/.installed
DEV := $(VENV)/.dev
AZURITE := .venv-azurite
UV := .venv-uv
BROWSER := $(VENV)/.browser
SITE := $(VENV)/.site
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
# The other rooms of the tests need a shell, signals, or symbolic links.
ROOMS := $(if $(WINDOWS),tests/test_windows.py $(addprefix tests/,api checks config config_write convert model planfile reconcile render))

# With it, each program that a test starts would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all test-314 test-lives test-long test-browser azurite screenshots seen docs dist lint live coverage mutate bench soak size schemas lock clean help

help:            ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/	/'

# pip installs uv, and uv the rest, in a fifth of pip's time. --without-pip: Debian's Python comes without ensurepip; its
# pip can still install into the environment.
$(UV)/.installed: requirements-uv.lock
	@test -x $(UV)/$(SCRIPTS)/python || $(PYTHON) -m venv --without-pip $(UV)
	@$(PYTHON) -m pip --python $(UV) install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-uv.lock
	@touch $@

# Its cache is here, too: a home may be read-only, and files that are in both are linked.
INSTALL = $(UV)/$(SCRIPTS)/uv pip install --quiet --cache-dir $(UV)/cache --python $(VENV)
$(STAMP): requirements-test.lock pyproject.toml $(UV)/.installed
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@$(INSTALL) --require-hashes -r requirements-test.lock
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(DEV): requirements.lock $(STAMP)
	@$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(BROWSER): requirements-browser.lock $(STAMP)
	@$(INSTALL) --require-hashes -r requirements-browser.lock
	@touch $@

$(SITE): requirements-docs.lock $(STAMP)
	@$(INSTALL) --require-hashes -r requirements-docs.lock
	@touch $@

# Only what bufferctl needs to run; bufferctl itself is imported from here, which takes no build.
$(DEMO)/.installed: VENV := $(DEMO)
$(DEMO)/.installed: requirements-run.lock $(UV)/.installed
	@test -x $(DEMO)/$(SCRIPTS)/python || $(PYTHON) -m venv --without-pip $(DEMO)
	@$(INSTALL) --require-hashes -r requirements-run.lock
	@touch $@

demo: export PYTHONPATH := $(CURDIR)
demo: $(DEMO)/.installed ## a month of posts on a local Buffer: validate, apply, "No changes."
	@rm -rf build/demo
	@$(DEMO)/$(SCRIPTS)/python -m bufferctl demo build/demo

test: $(STAMP)   ## the tests
	@$(PYTEST) $(ROOMS)

test-314: $(STAMP) ## what needs no compiled library but pydantic's, on Python 3.14 in node (npm's pyodide)
	@$(BIN)/python tools/python314/run.py $(VENV)-314 $(PYTHON)

# By npm, if it is there; what needs it is skipped otherwise (tests/needs.py).
$(AZURITE)/.installed: tests/stores/azurite/package-lock.json
	@mkdir -p $(AZURITE) && cp tests/stores/azurite/package*.json $(AZURITE)
	@if command -v npm >/dev/null; then cd $(AZURITE) && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error && touch .installed; fi

azurite: $(AZURITE)/.installed

test-all: test-lives test-long test-browser ## the tests that take minutes, besides `make test`

test-lives: $(STAMP) ## random histories of whole projects
	@LIVES=300 $(PYTEST) tests/lives

test-long: $(DEV) azurite ## races, kills, all examples of each property, and 10,000 damaged files and answers
	@THOROUGH=1 $(PYTEST) -m 'long or hypothesis'

test-browser: $(BROWSER) $(SITE) ## the tests that need Chromium
	@if command -v chromium chromium-browser google-chrome >/dev/null; then $(BIN)/python -m pytest tests/browser; \
	else echo "The browser tests did not run: there is no Chromium (Debian: apt-get install chromium)."; test "$$CI" != true; fi

live: $(STAMP)   ## try the facts of docs/how/buffer-api.md with your key: drafts on CHANNEL=id, deleted again; IMAGE=url
	@$(BIN)/python -m tests.live $(CHANNEL) $(if $(IMAGE),--image $(IMAGE))

lint: $(DEV)     ## style, types, import rules, and workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 bufferctl
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --quiet --offline --persona auditor action.yml .github examples/github-actions
	@$(BIN)/actionlint .github/workflows/*.yml examples/github-actions/.github/workflows/*.yml

coverage: $(DEV) ## the part of the code that the tests run in their own process, in percent
	@$(BIN)/python -m coverage run -m pytest $(ROOMS)
	@$(BIN)/python -m coverage report --format=total

mutate: $(STAMP) ## the part of small mistakes in each room that the room's own tests notice (half an hour)
	@PYTHONHASHSEED=0 $(BIN)/python -m tests.mutate

bench: $(STAMP)  ## the numbers of docs/how/performance.md
	@$(BIN)/python benchmarks/run.py

soak: $(STAMP)   ## 10,000 posts under faults and kills: counts duplicates and losses; 1,200 races; a year of pull requests; new examples
	@$(BIN)/python benchmarks/soak.py
	@RACES=200 $(PYTEST) -m long tests/races
	@MONTHS=12 $(PYTEST) -m long -s tests/cli/test_a_year.py
	@THOROUGH=1 $(PYTEST) -m hypothesis --hypothesis-profile=new

size: $(STAMP)   ## what each room costs a reader: tokens, statements, functions, classes; and options, kinds of holds
	@$(BIN)/python -m tools.size

# A file stays as it was if what writes it fails.
into = > $(1).new && mv $(1).new $(1)
schemas: $(STAMP) ## write the generated files
	@$(BIN)/bufferctl schema $(call into,schemas/bufferctl.schema.json)
	@for kind in $$($(BIN)/python -c 'from bufferctl.render.json_documents import DOCUMENTS; print(*DOCUMENTS)'); do \
	  $(BIN)/bufferctl schema $$kind $(call into,schemas/$$kind.schema.json) || exit; done
	@$(BIN)/python tools/make_fields.py $(call into,docs/reference/format.md)
	@$(BIN)/python tools/make_messages.py $(call into,docs/problems/messages.md)
	@$(BIN)/python tools/make_json.py $(call into,docs/reference/json.md)
	@$(BIN)/python tools/make_commands.py $(call into,docs/reference/commands.md)
	@$(BIN)/python tools/make_networks.py networks $(call into,docs/reference/networks.md)
	@$(BIN)/python tools/make_networks.py rules $(call into,docs/reference/rules.md)

docs: $(SITE)    ## the documentation as a site, in site/
	@$(BIN)/zensical build --strict --clean
	@$(BIN)/python tools/make_site.py site

dist: $(STAMP)   ## the wheel and the source distribution, in dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build

screenshots: $(BROWSER) ## take the screenshots in docs/images
	@$(BIN)/python -m tools.make_screenshots

seen: $(BROWSER) ## show twelve plans as reviewers see them: pictures in seen/, and a table
	@$(BIN)/python -m tools.make_seen seen

COMPILE = $(UV)/$(SCRIPTS)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-emit-find-links \
  --python-version 3.11 --custom-compile-command 'make lock'
lock: $(UV)/.installed ## update the locked dependencies
	@$(COMPILE) --all-extras --group dev --output-file requirements.lock pyproject.toml
	@$(COMPILE) --all-extras --group test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	@$(COMPILE) --extra remote --group build --constraint requirements.lock --output-file requirements-run.lock pyproject.toml
	@$(COMPILE) --group browser --output-file requirements-browser.lock
	@$(COMPILE) --group docs --constraint requirements.lock --output-file requirements-docs.lock
	@$(COMPILE) --group uv --constraint requirements.lock --output-file requirements-uv.lock

clean:           ## remove what was built
	rm -rf .venv* .hypothesis .mypy_cache .ruff_cache
