# The commands of the project. `make run` and `make test` need nothing but make and Python 3.11-3.13.
VENV ?= .venv
PYTHON ?=
ARGS ?=
BIN = $(VENV)/bin

.PHONY: env run test check format interop fuzz bench bench-growth mutants prove lock
.DEFAULT_GOAL := run

env:
	@scripts/make-env $(VENV) $(PYTHON)

run: env
	@$(BIN)/mse-adapter run $(ARGS)

test: env
	$(BIN)/python -m pytest --numprocesses 2 $(ARGS)

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Foreign SOAP toolkits judge the served contract, foreign programs the signatures; tests/interop/README.md tells
# how to install them. ARGS="--only NAME" asks one toolkit and no judge of signatures.
interop: env
	$(BIN)/python -m tests.interop $(ARGS)
	$(if $(findstring --only,$(ARGS)),,$(BIN)/python -m tests.interop.signatures $(filter --allow-missing,$(ARGS)))

# Fuzz the readers of foreign signatures, a minute each or as told: ARGS=-runs=N. tests/fuzz/README.md tells more.
fuzz: env
	$(BIN)/python -m pip install --quiet --group fuzz
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: env
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Two PostgreSQL databases, of ten thousand and of ten million referrals (65 GB of disk and half an hour), or as told:
# ARGS="--size 1000000".
bench-growth: env
	$(BIN)/python -m tests.benchmarks.growth $(ARGS)

# Mutation testing of the rules; docs/proof.md tells more. An environment of its own, without the project installed:
# the tests must see the code of this folder and no other. ARGS="--only 'checks/*' --sample 200" asks for a part.
mutants:
	@scripts/make-mutants-env .venv-mutants $(PYTHON)
	.venv-mutants/bin/python -m tests.mutants $(ARGS)

# The proof that nothing is lost and nothing doubled: kills, fuzz of envelopes, soak. docs/proof/kills.md and its
# neighbours tell more. SIZE=0.01 asks for a hundredth of all; ARGS="kills --kills 100 --store sqlite" for one part.
SIZE ?= 1
prove: env
	$(BIN)/python -m tests.proof $(or $(ARGS),all --size $(SIZE))

# Needs `uv` on the PATH. One file for every supported Python, in pip's format, with hashes.
lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header \
		--group dev pyproject.toml --output-file requirements.lock
