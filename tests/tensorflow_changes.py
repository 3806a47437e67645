"""Lists what the TensorFlow that runs this lacks of what the package takes from it.

python tests/tensorflow_changes.py      exits with 1 if there is anything
make test-next                          the same on the newest pre-release, then the tests
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.test_tensorflow_internals import ELSEWHERE  # noqa: E402
from tf_seq2seq_compat.core import tensorflow_internals  # noqa: E402
from tf_seq2seq_compat.tf1 import facade, symbols  # noqa: E402
from tf_seq2seq_compat.tf1.estimator import library  # noqa: E402

FUNCTIONS = Path(__file__).parent / 'api' / 'functions_1_15_5.json'


def private_names() -> Iterator[str]:
    """Private names, with what is without them."""
    for name, place in tensorflow_internals.NAMES.items():
        if tensorflow_internals._find(place) is None:
            yield f'private name {place.replace(":", ".")} ({name}): loops are not compiled'
    for file, names in ELSEWHERE.items():
        for name in sorted(names):
            module, _, attribute = name.rpartition('.')
            try:
                importlib.import_module(name)
            except ImportError:
                if tensorflow_internals._find(f'{module}:{attribute}') is None:
                    yield f'private name {name}: {file} needs it'


def table_rows() -> Iterator[str]:
    """Rows of symbols.tsv whose target is not there."""
    for row in symbols.TABLE.values():
        if row.target and row.kind != 'alias':
            try:
                symbols.load(row.target)
            except (ImportError, AttributeError) as error:
                yield f'row {row.name}: no {row.target} ({error})'


def names_without_rows() -> Iterator[str]:
    """Public functions of TensorFlow 1.15.5 that neither TensorFlow nor the table has any more."""
    for name in json.loads(FUNCTIONS.read_text(encoding='utf-8')):
        found = facade.tensorflow()
        try:
            for part in name.split('.')[1:]:
                found = getattr(found, part)
        except facade.LegacyNameError:
            pass
        except AttributeError:
            yield f'name {name}: TensorFlow lacks it, and symbols.tsv has no row'


def stand_ins() -> Iterator[str]:
    """Packages that old programs get, which no longer import."""
    loads = {
        'tf_keras': lambda: importlib.import_module('tf_keras'),
        'tf_slim': lambda: importlib.import_module('tf_slim'),
        'tensorflow_estimator': lambda: library.module(''),
    }
    for package, load in loads.items():
        try:
            load()
        except Exception as error:
            yield f'package {package}: {type(error).__name__}: {error}'


def changes() -> list[str]:
    """One line for each thing that is gone."""
    return [*private_names(), *table_rows(), *names_without_rows(), *stand_ins()]


if __name__ == '__main__':
    found = changes()
    print(*found, sep='\n')
    print(f'TensorFlow {tf.__version__}: {len(found)} things are gone', file=sys.stderr)
    sys.exit(bool(found))
