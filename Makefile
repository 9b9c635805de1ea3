# make repro: all results at the default scale. make demo: the whole pipeline at toy size. make test: the tests;
# make unit: those of the library alone, which run no pipeline.
# make explore: a page to give looks and touches to trained networks, and see what they imagine.
# make docs: README, docs/ and an API reference as a site, site/index.html.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)

.PHONY: repro demo explore docs test unit setup
.DEFAULT_GOAL := repro

repro: setup
	python -m stages repro

demo: setup
	rm -rf .scratch/demo
	git clone --quiet . .scratch/demo
	cd .scratch/demo && sed -i.bak 's/^scale: .*/scale: smoke/' params.yaml && rm params.yaml.bak && python -m stages repro
	cd .scratch/demo && git add dvc.lock params.yaml reports \
		&& git -c user.name=demo -c user.email=demo@localhost commit --quiet --message "Scale smoke"
	@echo "report: $(CURDIR)/.scratch/demo/reports/smoke/index.html"

explore: setup
	python -m stages explore

docs: setup
	rm -rf site
	python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet -c docs -d .scratch/doctrees . site
	@echo "site: $(CURDIR)/site/index.html"

test: setup
	python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

unit: setup
	python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile \
		tests/data tests/evaluation tests/figures tests/mese tests/models tests/training

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "error: no Python >= 3.11 found; install one, for example: sudo apt-get install python3 python3-venv"; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "error: $(PYTHON) has no venv module; install it: sudo apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv .venv
	"$(BIN)/python" -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@
