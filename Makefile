# `make` alone lists the commands.
.DEFAULT_GOAL := help
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
# The address in links when the server listens on all interfaces: this machine's first one.
REACHED := $(if $(filter 0.0.0.0,$(HOST)),$(firstword $(shell hostname -I)),$(HOST))
# Test processes, each running whole files; 0 runs all tests in this process, without xdist. In the order in which they
# are collected (FIRST_FILES in tests/conftest.py): xdist would start files of one long test last.
# One process more than there are processors: tests of browsers and servers spend a part of their time waiting.
WORKERS ?= $(shell n=$$(nproc); echo $$((n < 8 ? n + 1 : 8)))
SITE_URL ?= http://$(REACHED):$(PORT)
RUN := .venv/bin/python
BIOME := .venv/bin/node tests/node_modules/@biomejs/biome/bin/biome
export SITE_URL

.PHONY: help demo run test bench mutants screenshots lint check files messages clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: free-port ready ## a demo newsroom: site and desk at http://127.0.0.1:8000 (HOST=, PORT= change that)
	@$(RUN) manage.py load_demo
	@exec $(RUN) manage.py serve --host $(HOST) --port $(PORT)

run: free-port ready ## an empty newsroom of your own: asks for the first account, then serves
	@exec $(RUN) manage.py serve --host $(HOST) --port $(PORT) --ask-account

test: .venv/tests .env ## all tests, in parallel (WORKERS=), on SQLite; REQUIRE_ALL=1 turns skips into failures
	@$(RUN) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: .venv/tests .env ## benchmarks, as ratios (docs/performance.md); needs nginx, wrk, PostgreSQL
	@$(RUN) -m tests.bench.run

mutants: .venv/tests .env ## mutation tests of the verbs; FILES=, SAMPLE=, SEED=, WORKERS=
	@$(RUN) -m tests.mutants.run --sample $(or $(SAMPLE),14) --seed $(or $(SEED),1) --workers $(or $(WORKERS),2) $(FILES)

screenshots: .venv/tests .env ## screenshots of every kind of page, into var/screenshots; DOCS=1: those in docs/ too
	@DOCS=$(DOCS) $(RUN) -m tests.screenshots

lint: .venv/tests .env ## linters and checks
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/djlint --quiet --lint templates
	@$(BIOME) ci --colors=off --log-level=warn .
	@$(RUN) manage.py makemigrations --check --dry-run

check: .venv/ready ## Django's deployment checks, with production settings
	@SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))') SITE_URL=https://news.example.cn \
		BEHIND_PROXY=true $(RUN) manage.py check --deploy --fail-level WARNING

files: ## the files of a feature: OF=预览 (docs/features.md has the words)
	@$(PYTHON) -m tests.print_features "$(OF)"

messages: .venv/ready .env ## collect strings and compile the translations (needs gettext)
	@$(RUN) manage.py makemessages -l zh_Hans --no-obsolete --no-wrap --add-location file -i .venv -i var
	@$(RUN) manage.py compilemessages -l zh_Hans -i .venv -v 0

clean: ## remove what the commands above created, except the newsroom's data
	rm -rf .venv tests/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis var/static

# Said before anything slow; `serve` asks again.
.PHONY: free-port
free-port:
	@$(PYTHON) -c 'import socket; family, _, _, _, address = socket.getaddrinfo("$(HOST)", int("$(PORT)"), \
	  type=socket.SOCK_STREAM)[0]; socket.create_server(address[:2], family=family)' 2>/dev/null || \
	  { echo "Cannot listen on $(HOST):$(PORT). Stop the program that uses it, or choose another port: PORT=8001"; exit 1; }

.PHONY: ready
ready: .venv/ready .env
	@echo "Preparing database and static files…"
	@$(RUN) manage.py migrate --verbosity 0
	@$(RUN) manage.py make_log_key
	@$(RUN) manage.py collectstatic --noinput --verbosity 0

# Debian and Ubuntu ship Python without ensurepip; the package python3-venv contains it.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Newsroom needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory venv-package
	@$(PYTHON) -m venv .venv

.PHONY: venv-package
venv-package:
	@echo "Python's venv package is missing; installing python3-venv."
	@SUDO=$$(test $$(id -u) = 0 || echo "sudo -n"); \
	  ($$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq python3-venv) >/dev/null 2>&1 \
	  || { echo "That needs an administrator: run 'sudo apt install python3-venv', then this command again."; exit 1; }

.venv/ready: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing requirements (once, about a minute)…"
	@.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tests: tests/requirements.txt tests/package-lock.json .venv/ready
	@echo "Installing the packages for tests (once)…"
	@.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@.venv/bin/npm ci --prefix tests --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

# Secrets that are missing are added: newer versions need more of them.
.PHONY: .env
.env:
	@umask 077 && touch .env
	@[ -z "$$(tail -c 1 .env)" ] || echo >> .env
	@grep -q '^SECRET_KEY=' .env || echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" >> .env
	@grep -q '^ENCRYPTION_KEYS=' .env || \
	  echo "ENCRYPTION_KEYS=$$($(PYTHON) -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" >> .env
