# make demo and make test build what they need; make help lists the rest.

# Interpreter of the package: Python 3.10 to 3.14, the newest that runs; 3.14 only where there is no
# other, since TensorFlow has wheels for it from 2.22 on.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3.10 python3.14 python3 python; do \
	$$python -c 'import sys, ensurepip, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 15))' \
	>/dev/null 2>&1 && { command -v $$python; break; }; done)
# Interpreter of TensorFlow 1.15.5: Python 3.7.
LEGACY_PYTHON ?= $(shell for python in python3.7 "$$HOME"/.pyenv/versions/3.7*/bin/python; do \
	"$$python" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 7))' \
	>/dev/null 2>&1 && { command -v "$$python"; break; }; done)
# Interpreter of TensorFlow 0.12 to 1.4: Python 3.6.
ERAS_PYTHON ?= $(shell for python in python3.6 "$$HOME"/.pyenv/versions/3.6*/bin/python; do \
	"$$python" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 6))' \
	>/dev/null 2>&1 && { command -v "$$python"; break; }; done)
# Interpreter of Python 2.7, which records what Python 2 programs print; nothing else needs it.
PYTHON2 ?= $(shell for python in python2.7 "$$HOME"/.pyenv/versions/2.7*/bin/python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (2, 7))' \
	>/dev/null 2>&1 && { command -v "$$python"; break; }; done)
# Interpreter of TensorFlow 2.15.1: Python 3.10 or 3.11.
TF215_PYTHON ?= $(shell for python in python3.11 python3.10 "$$HOME"/.pyenv/versions/3.1[01]*/bin/python; do \
	"$$python" -c 'import sys, ensurepip, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 12))' \
	>/dev/null 2>&1 && { command -v "$$python"; break; }; done)
# TensorFlow to use in place of the newest `tensorflow`, as pip would have it: tensorflow==2.18.*,
# tensorflow-cpu==2.21.*, the path of a vendor's wheel.
TENSORFLOW ?=
# PyTorch of the benchmarks, as pip would have it: a build for CPUs alone is smaller.
PYTORCH ?= torch==2.13.0
# JAX of the benchmarks on a GPU, as pip would have it: jax[cuda12]==0.10.2 where there is one.
JAX ?= jax==0.10.2
# Processes that tests run in, and further arguments of pytest or of the benchmarks.
JOBS ?= 2
ARGS ?=

VENV := .venv
READY := $(VENV)/.ready
SLOW_TESTS := $(VENV)/bin/python -m pytest -q -n $(JOBS) -m slow
CHOICE := $(VENV)/.tensorflow
# The versions of TensorFlow 1 before 1.15 whose golden arrays are in tests/eras.
ERAS := 0.12.1 1.0.1 1.1.0 1.2.1 1.3.0 1.4.1
ERAS_READY := $(ERAS:%=.venvs/tf-%/.ready)
TF215 := .venvs/tf215
LEGACY := .venvs/legacy
# The Python that runs TensorFlow 1.15.5; naming one that exists saves building it.
ifndef ORACLE
ORACLE := $(LEGACY)/bin/python
ORACLE_READY := $(LEGACY)/.ready
endif
# Likewise the other Pythons of the benchmarks: this package's, TensorFlow Addons' and PyTorch's.
TORCH := .venvs/torch
JAX_VENV := .venvs/jax
ifndef BENCH_OURS
BENCH_OURS := $(VENV)/bin/python
BENCH_READY += $(READY)
GPU_READY += $(READY)
endif
ifndef BENCH_TFA
BENCH_TFA := $(TF215)/bin/python
BENCH_READY += $(TF215)/.ready
endif
ifndef BENCH_TORCH
BENCH_TORCH := $(TORCH)/bin/python
BENCH_READY += $(TORCH)/.ready
GPU_READY += $(TORCH)/.ready
endif
ifndef BENCH_JAX
BENCH_JAX := $(JAX_VENV)/bin/python
GPU_READY += $(JAX_VENV)/.ready
endif

export TF_CPP_MIN_LOG_LEVEL ?= 3
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1
pip_install = -m pip install -qq

# What the package needs beside TensorFlow and tf-keras, which are installed before this is asked.
define OTHER_REQUIREMENTS
from importlib.metadata import requires
from packaging.requirements import Requirement
for wanted in map(Requirement, requires('tf-seq2seq-compat')):
    if wanted.name.replace('_', '-') not in ('tensorflow', 'tf-keras'):
        if wanted.marker is None or wanted.marker.evaluate({'extra': 'test'}):
            wanted.marker = None  # pip would leave out all that an extra needs.
            print(wanted)
endef
export OTHER_REQUIREMENTS

.PHONY: help demo demo-distributed g2p-cmudict test test-slow test-all test-tf215 test-next lint release-check \
	bench bench-compare bench-scaling bench-programs bench-gpu gpu-bundle docs legacy-env eras-env \
	golden golden-eras golden-check clean FORCE

help:
	@echo 'make demo          run both articles and train the g2p program, about 3 minutes'
	@echo 'make demo-distributed  train it by two processes, as TF1 and as TF2 do it, a few minutes'
	@echo 'make g2p-cmudict   train its model on the whole CMU dictionary and score it, 20 to 30 minutes;'
	@echo '                   goes on where it was interrupted'
	@echo 'make test          the tests that take a few seconds each'
	@echo 'make test-slow     the others; make test-all: all of them'
	@echo 'make test-tf215    all tests on TensorFlow 2.15.1 (Keras 2; needs Python 3.10 or 3.11)'
	@echo 'make test-next     on the newest pre-release of TensorFlow: what it lacks, then the tests'
	@echo 'make lint          ruff and mypy'
	@echo 'make bench         against TensorFlow 1.15.5, TensorFlow Addons and PyTorch: an hour or two;'
	@echo '                   ARGS="--list", "--quick", "--only training-32 --peers ours,tf1" ...'
	@echo 'make bench-compare BASE=commit   what became slower since that commit'
	@echo 'make bench-scaling   time and memory against each size: an hour or two; ARGS="--budget 600"'
	@echo 'make bench-programs  start, steps and memory of real programs; ARGS="--tf1 drivers checkouts"'
	@echo 'make bench-gpu     what XLA compiles of it, run by JAX on a GPU, beside PyTorch'
	@echo 'make gpu-bundle    the same as a folder to take to a machine with a GPU'
	@echo 'make docs          the guide and the reference as a site: build/site'
	@echo 'make release-check build the wheel and the sdist, check them, install and run them under each'
	@echo '                   Python from 3.10 on that is found'
	@echo 'make legacy-env    build the TensorFlow 1.15.5 environment (needs Python 3.7)'
	@echo 'make eras-env      build those of TensorFlow 0.12 to 1.4 (needs Python 3.6)'
	@echo 'make golden-eras   record the golden values of TensorFlow 0.12 to 1.4'
	@echo 'make golden        record all golden values with TensorFlow 1.15.5'
	@echo 'make golden-check  record them again elsewhere and compare with what is committed'
	@echo 'make clean         remove the environments and what was made in them'
	@echo
	@echo 'Variables: PYTHON, LEGACY_PYTHON, PYTHON2, TF215_PYTHON, ORACLE, BENCH_OURS, BENCH_TFA,'
	@echo '  BENCH_TORCH, BENCH_JAX: interpreters; TENSORFLOW: which one, such as TENSORFLOW="tensorflow-cpu==2.21.*";'
	@echo '  PYTORCH, JAX: likewise; JOBS, ARGS: for pytest; ARGS: for bench'

demo: $(READY)
	$(VENV)/bin/python examples/demo.py

demo-distributed: $(READY)
	$(VENV)/bin/python examples/distributed/run.py $(ARGS)

G2P := $(VENV)/bin/python examples/tf2/g2p_cmudict.py --model_dir=demo_output/g2p_cmudict

g2p-cmudict: $(READY)
	$(G2P) --mode=train $(ARGS)
	$(G2P) --mode=eval $(ARGS)
	$(G2P) --mode=eval --beam_width=4 $(ARGS)

test: $(READY)
	$(VENV)/bin/python -m pytest -q -n $(JOBS) -m 'not slow' $(ARGS)

# In parts, since TensorFlow frees what XLA compiled only at the end of a process.
test-slow: $(READY)
	$(SLOW_TESTS) tests/conformance $(ARGS)
	$(SLOW_TESTS) tests/test_golden.py $(ARGS)
	$(SLOW_TESTS) --ignore=tests/conformance --ignore=tests/test_golden.py $(ARGS)
	TF_USE_LEGACY_KERAS=1 $(VENV)/bin/python -m pytest -q -n $(JOBS) -m 'not slow' \
		tests/addons tests/layers/test_keras_owner.py $(ARGS)

test-all: $(READY)
	$(VENV)/bin/python -m pytest -q -n $(JOBS) $(ARGS)

# The addons by themselves: tests of checkpoints load tf-keras beside tf.keras, which is Keras 2 too.
test-tf215: $(TF215)/.ready $(READY)
	$(TF215)/bin/python -m pytest -q -n $(JOBS) --ignore=tests/addons $(ARGS)
	$(TF215)/bin/python -m pytest -q -n $(JOBS) tests/addons $(ARGS)
	$(VENV)/bin/python tests/export/new/elsewhere.py $(TF215)/bin/python

# The newest pre-release on PyPI; NEXT=tf-nightly is newer and larger.
NEXT ?= tensorflow-cpu>=2.22.0rc0

test-next:
	$(MAKE) VENV=.venvs/next TENSORFLOW='$(NEXT)' .venvs/next/.ready
	.venvs/next/bin/python tests/tensorflow_changes.py
	.venvs/next/bin/python -m pytest -q -n $(JOBS) -m 'not slow' $(ARGS)

release-check: .venvs/release/.ready
	.venvs/release/bin/python tests/release_check.py $(ARGS)

.venvs/release/.ready:
	@test -n '$(PYTHON)' || { echo 'no Python 3.10 to 3.14 found: make PYTHON=/path/to/python'; exit 1; }
	@$(PYTHON) -m venv .venvs/release
	@.venvs/release/bin/python $(pip_install) build twine check-wheel-contents
	@touch $@

lint: $(READY)
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m mypy

# Another choice of TensorFlow starts a new environment.
$(CHOICE): FORCE
	@if [ "$$(cat $@ 2>/dev/null)" != '$(TENSORFLOW)' ] || [ ! -f $@ ]; then \
		rm -rf $(VENV) && mkdir -p $(VENV) && echo '$(TENSORFLOW)' > $@; fi

$(READY): setup.py $(CHOICE)
	@test -n '$(PYTHON)' || { echo 'no Python 3.10 to 3.14 found: make PYTHON=/path/to/python'; exit 1; }
	@echo 'building $(VENV) with $(PYTHON), TensorFlow: $(or $(TENSORFLOW),the newest); takes minutes'
	@$(PYTHON) -m venv $(VENV)
ifeq ($(TENSORFLOW),)
	@$(VENV)/bin/python $(pip_install) -e '.[test]'
else
	@$(VENV)/bin/python $(pip_install) '$(TENSORFLOW)'
	@minor=$$($(VENV)/bin/python -c \
		'import tensorflow as tf; print(".".join(tf.__version__.split(".")[:2]))' \
		2> $(VENV)/tensorflow.log) || { cat $(VENV)/tensorflow.log; exit 1; }; \
		$(VENV)/bin/python $(pip_install) --no-deps "tf-keras<=$$minor.99" -e .
	@$(VENV)/bin/python -c "$$OTHER_REQUIREMENTS" > $(VENV)/requirements.txt
	@$(VENV)/bin/python $(pip_install) --no-warn-conflicts -r $(VENV)/requirements.txt
endif
	@touch $@

$(TF215)/.ready: setup.py
	@test -n '$(TF215_PYTHON)' || \
		{ echo 'no Python 3.10 or 3.11 found: make TF215_PYTHON=/path/to/python'; exit 1; }
	@echo 'building $(TF215) with $(TF215_PYTHON); takes minutes'
	@$(TF215_PYTHON) -m venv $(TF215)
	@$(TF215)/bin/python $(pip_install) 'tensorflow==2.15.1' -e '.[test,addons]'
	@touch $@

bench: $(BENCH_READY) $(ORACLE_READY)
	@$(BENCH_OURS) benchmarks/run.py $(BENCH_PYTHONS) $(ARGS)

BENCH_PYTHONS = --python tf1=$(ORACLE) --python tfa=$(BENCH_TFA) --python torch=$(BENCH_TORCH)

bench-scaling: $(BENCH_READY) $(ORACLE_READY)
	@$(BENCH_OURS) benchmarks/scaling.py $(BENCH_PYTHONS) $(ARGS)

bench-programs: $(BENCH_READY) $(ORACLE_READY)
	@$(BENCH_OURS) benchmarks/programs.py $(BENCH_PYTHONS) $(ARGS)

bench-compare: $(READY)
	@test -n '$(BASE)' || { echo 'which commit before? make bench-compare BASE=main~5'; exit 1; }
	@$(VENV)/bin/python benchmarks/compare.py $(BASE) $(ARGS)

$(TORCH)/.ready:
	@test -n '$(PYTHON)' || { echo 'no Python 3.10 to 3.14 found: make PYTHON=/path/to/python'; exit 1; }
	@echo 'building $(TORCH) with $(PYTHON); takes minutes'
	@$(PYTHON) -m venv $(TORCH)
	@$(TORCH)/bin/python $(pip_install) $(PYTORCH) numpy
	@touch $@

bench-gpu: $(GPU_READY)
	@$(BENCH_JAX) benchmarks/stablehlo/execute.py --python ours=$(BENCH_OURS) \
		--python torch=$(BENCH_TORCH) $(ARGS)

gpu-bundle: $(READY)
	@$(VENV)/bin/python benchmarks/stablehlo/bundle.py --folder benchmarks/output/gpu-bundle $(ARGS)

$(JAX_VENV)/.ready:
	@test -n '$(PYTHON)' || { echo 'no Python 3.10 to 3.14 found: make PYTHON=/path/to/python'; exit 1; }
	@echo 'building $(JAX_VENV) with $(PYTHON); takes minutes'
	@$(PYTHON) -m venv $(JAX_VENV)
	@$(JAX_VENV)/bin/python $(pip_install) '$(JAX)' numpy
	@touch $@

docs: $(READY)
	$(VENV)/bin/python migration_guide/generate.py
	$(VENV)/bin/python -m mkdocs build --strict

legacy-env: $(LEGACY)/.ready

# NumPy, protobuf and h5py: the newest that TensorFlow 1.15.5 works with; Keras, SciPy and others
# as of its day.
$(LEGACY)/.ready:
	@test -n '$(LEGACY_PYTHON)' || \
		{ echo 'no Python 3.7 found: make LEGACY_PYTHON=/path/to/python3.7'; exit 1; }
	@echo 'building $(LEGACY) with $(LEGACY_PYTHON); takes minutes'
	@$(LEGACY_PYTHON) -m venv $(LEGACY)
	@$(LEGACY)/bin/python $(pip_install) \
		tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19' keras==2.3.1 'h5py<3' \
		scipy==1.2.3 pillow==6.2.2 pandas==0.25.3 matplotlib==2.2.5 scikit-learn==0.20.4
	@touch $@

eras-env: $(ERAS_READY)

# An old TensorFlow has no wheel that the pip of Python 3.6 would take here with its requirements:
# a newer pip puts what it needs into its environment.
.venvs/tf-%/.ready: $(READY)
	@test -n '$(ERAS_PYTHON)' || \
		{ echo 'no Python 3.6 found: make ERAS_PYTHON=/path/to/python3.6'; exit 1; }
	@echo 'building .venvs/tf-$* with $(ERAS_PYTHON); takes a minute'
	@rm -rf .venvs/tf-$* && $(ERAS_PYTHON) -m venv --without-pip .venvs/tf-$*
	@$(VENV)/bin/python $(pip_install) --target .venvs/tf-$*/lib/python3.6/site-packages --no-deps \
		--python-version 3.6 --implementation cp --abi cp36m --abi none \
		--platform manylinux1_x86_64 --platform any --only-binary=:all: tensorflow==$* \
		numpy==1.16.6 protobuf==3.17.3 six==1.16.0 werkzeug==0.16.1 \
		$(if $(filter 1.2.1,$*),backports.weakref==1.0.post1)
	@touch $@

golden-eras: $(ERAS_READY)
	for version in $(ERAS); do \
		.venvs/tf-$$version/bin/python tests/eras/make.py --out tests/eras/arrays || exit 1; done

golden: $(ORACLE_READY)
	$(ORACLE) tests/checkpoints/make.py --out tests/checkpoints/data
	$(ORACLE) tests/export/old/make.py --out tests/export/old/data
	$(ORACLE) tests/golden/make.py --out tests/golden/arrays
	$(ORACLE) tests/eras/make.py --out tests/eras/arrays
	$(ORACLE) tests/random_programs/make.py
	$(ORACLE) tests/golden_programs/make.py
	$(ORACLE) tests/golden_programs/pairs.py
	$(ORACLE) tests/guide_run.py record
	$(ORACLE) tests/misuse/make.py --out tests/misuse/tf1_15_5.json
	$(ORACLE) tests/misuse/arguments.py --out tests/misuse/arguments_1_15_5.json
	$(ORACLE) tests/tf1/hparams_golden.py
	$(ORACLE) tests/tf1/old_libraries_golden.py
	$(ORACLE) tests/tf1/library_golden.py
	$(ORACLE) tests/tf1/internals_golden.py
	$(ORACLE) tests/tf1/estimator_golden.py
	$(ORACLE) tests/tf1/contrib_golden.py
	$(ORACLE) tests/tf1/contrib_names_golden.py
	$(ORACLE) tests/tf1/keras_layers_golden.py
	$(ORACLE) tests/api/attributes_golden.py
	$(ORACLE) tests/api/signatures.py --out tests/api/functions_1_15_5.json
ifneq ($(PYTHON2),)
	$(ORACLE) tests/tf1/python2_golden.py $(PYTHON2)
endif

golden-check: $(ORACLE_READY) $(READY)
	$(ORACLE) tests/checkpoints/make.py --check tests/checkpoints/data
	$(VENV)/bin/python tests/checkpoints/check_written.py $(ORACLE)
	$(ORACLE) tests/export/old/make.py --check tests/export/old/data
	$(VENV)/bin/python tests/export/old/check_loaded.py $(ORACLE)
	$(VENV)/bin/python tests/export/new/elsewhere.py $(ORACLE)
	$(ORACLE) tests/golden/make.py --check tests/golden/arrays
	$(ORACLE) tests/eras/make.py --check tests/eras/arrays
	$(ORACLE) tests/random_programs/make.py --check
	$(ORACLE) tests/golden_programs/make.py --check
	$(ORACLE) tests/golden_programs/pairs.py --check
	$(ORACLE) tests/guide_run.py record --check
	$(ORACLE) tests/misuse/make.py --check tests/misuse/tf1_15_5.json
	$(ORACLE) tests/misuse/arguments.py --check tests/misuse/arguments_1_15_5.json
	$(ORACLE) tests/tf1/hparams_golden.py --check
	$(ORACLE) tests/tf1/old_libraries_golden.py --check
	$(ORACLE) tests/tf1/library_golden.py --check
	$(ORACLE) tests/tf1/internals_golden.py --check
	$(ORACLE) tests/tf1/estimator_golden.py --check
	$(ORACLE) tests/tf1/contrib_golden.py --check
	$(ORACLE) tests/tf1/contrib_names_golden.py --check
	$(ORACLE) tests/tf1/keras_layers_golden.py --check
	$(ORACLE) tests/api/attributes_golden.py --check
	$(ORACLE) tests/api/signatures.py --check tests/api/functions_1_15_5.json
	$(ORACLE) tests/faults/check.py --record --check --oracle 'TF 1.15.5' --tf1 $(abspath $(shell command -v $(ORACLE)))
ifneq ($(TF215_PYTHON),)
	$(MAKE) $(TF215)/.ready
	$(TF215)/bin/python tests/export/old/make_addons.py --check tests/export/old/data
else
	@echo 'no Python 3.10 or 3.11: what TensorFlow Addons gives is not checked; make TF215_PYTHON=/path/to/python3.11'
endif
ifneq ($(ERAS_PYTHON),)
	$(MAKE) eras-env
	for version in $(ERAS); do \
		.venvs/tf-$$version/bin/python tests/eras/make.py --check tests/eras/arrays || exit 1; done
else
	@echo 'no Python 3.6: what TensorFlow 0.12 to 1.4 give is not checked; make ERAS_PYTHON=/path/to/python3.6'
endif
ifneq ($(PYTHON2),)
	$(ORACLE) tests/tf1/python2_golden.py $(PYTHON2) --check
else
	@echo 'no Python 2.7: what Python 2 programs print is not checked; make PYTHON2=/path/to/python2.7'
endif

clean:
	rm -rf .venv .venvs demo_output benchmarks/output build dist *.egg-info .pytest_cache \
		.mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
