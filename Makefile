# make report: set up and run the whole workflow · make test: set up and check it
# make validate: hold the sampler against known values, into results/validation.html
PYTHON ?= python3
CORES ?= all
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)

.PHONY: report validate study bench test lint clean unlock
.DEFAULT_GOAL := report

report: .venv/ready
	@$(SNAKEMAKE) $(ARGS) -- all where

validate: .venv/ready
	@$(SNAKEMAKE) $(ARGS) -- validation_report

# The default report with the study of cheap measures, and some twelve minutes more.
study: .venv/ready
	@$(SNAKEMAKE) --configfile presets/study.yaml $(ARGS)

test: .venv/ready
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/snakemake --lint

# How fast, on this machine: wants it quiet.
bench: .venv/ready
	@$(BIN)/python -W ignore benchmarks/bench.py $(ARGS)

# After Snakemake itself was killed: release the folder, then run again.
unlock: .venv/ready
	@$(SNAKEMAKE) --unlock $(ARGS)

# What the workflow made goes; .venv and your data stay.
clean:
	rm -rf results results-tiny .snakemake .pytest_cache .ruff_cache

.venv/ready: envs/requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
	  'Litmus needs Python 3.11 or newer, found ' + sys.version.split()[0] + '; name one: make PYTHON=python3.12')"
	@echo "Setting up .venv (minutes, once) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r envs/requirements.txt
	@touch $@
