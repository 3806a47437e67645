"""Every public name of `addons` has a docstring that says all arguments and has an example."""

import inspect

import pytest
import tensorflow as tf

from tests.addons.rows import MODULES
from tests.test_docstrings import names_every_argument, run_example
from tf_seq2seq_compat import addons
from tf_seq2seq_compat.addons.keras_generation import keras

OF_KERAS = {'KerasLegacyOptimizer'}
SYMBOLS = [
    pytest.param(symbol, id=f'{module}.{name}')
    for module in MODULES
    for name in getattr(addons, module).__all__
    if not inspect.ismodule(symbol := getattr(getattr(addons, module), name))
    and name not in OF_KERAS
]


class TensorFlow:
    """As the examples know it: with the Keras that the classes are made over."""

    def __getattr__(self, name):
        return keras if name == 'keras' else getattr(tf, name)


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('symbol', SYMBOLS)
def test_example_runs(symbol, tmp_path, monkeypatch):
    run_example(symbol, symbol.__name__, tmp_path, monkeypatch, tf=TensorFlow())


@pytest.mark.parametrize('symbol', SYMBOLS)
def test_docstring_names_every_argument(symbol):
    names_every_argument(symbol)
