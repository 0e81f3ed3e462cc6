# Three commands: `make demo`, `make run` and `make test`. They need Python 3.11 or newer with pip, and make.

PYTHON ?= python3
python := .venv/bin/python
# The checks that read the settings ask no server anything.
offline := DATABASE_URL=postgresql:///nowhere REDIS_URL=redis://localhost SECRET_KEY=offline

# Where it is set, each of the many processes that tests start compiles all it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run cluster demo quick test prove fmt lint bench lock bootstrap

help:  ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

run: bootstrap  ## Start Warroom, empty at first (PORT=9000 for another port); Ctrl-C stops everything
	@exec $(python) manage.py up

cluster: bootstrap  ## The same with two web processes, two workers and two beats behind one port
	@exec $(python) manage.py up --web 2 --workers 2 --beats 2

demo: bootstrap  ## Start Warroom filled with a demo (ANEW=1 to throw the demo's data away first)
	@exec $(python) manage.py up --demo $(if $(ANEW),--anew)

# Each worker begins with half of the tests: two browsers at once are too much for two cores.
pytest := $(python) -m pytest -n 2 --dist worksteal

quick: bootstrap  ## Pure tests alone, in seconds: no server, no browser
	TEST_TIER=quick $(pytest)

test: lint  ## Every check and every test, each race and fault a few times
	@$(PYTHON) bin/bootstrap --browser
	TEST_TIER=test $(pytest)

prove: lint  ## The same at full length, for as long as it takes
	@$(PYTHON) bin/bootstrap --browser
	TEST_TIER=prove $(pytest)

fmt: bootstrap  ## Format the Python and the templates
	$(python) -m ruff format
	.venv/bin/djangofmt --quiet templates
	$(python) -m ruff check --fix

lint: bootstrap  ## Style, types, templates and the direction of imports
	@$(MAKE) --no-print-directory -j 2 types style

# The types take as long as all else.
.PHONY: types style
types:
	$(offline) $(python) -m mypy

style:
	$(python) -m ruff check
	$(python) -m ruff format --check
	.venv/bin/djangofmt --quiet --check templates
	$(python) -m djlint --quiet --lint templates
	.venv/bin/lint-imports

bench: bootstrap  ## Run one benchmark: make bench NAME=live
	$(python) benchmarks/$(NAME).py

# The image gets the same versions, without what only developers need.
compile := --quiet --universal --generate-hashes --no-header --no-annotate

lock: bootstrap  ## Resolve the packages anew into requirements.txt
	PATH="$$PATH:.tools/bin" uv pip compile $(compile) --group dev --upgrade pyproject.toml \
	  -o requirements.txt
	PATH="$$PATH:.tools/bin" uv pip compile $(compile) --constraint requirements.txt pyproject.toml \
	  -o requirements-image.txt

bootstrap:
	@$(PYTHON) bin/bootstrap
