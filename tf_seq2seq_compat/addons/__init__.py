"""TensorFlow Addons' `seq2seq`, and what programs use beside it, over Keras 2 or Keras 3.

`from tf_seq2seq_compat import addons as tfa` stands for `import tensorflow_addons as tfa`: the
names, signatures and numbers of TensorFlow Addons 0.23. The classes are layers of the Keras that
the program uses (see `keras_generation`), which is chosen where the first of them is asked for.
"""

import importlib
import pkgutil
from typing import Any

__version__ = '0.23.0'  # of TensorFlow Addons, which programs compare with

# The modules that stand here, none of which is loaded before it is asked for.
_MODULES = sorted(module.name for module in pkgutil.iter_modules(__path__))
__all__ = [
    '__version__',
    *(name for name in _MODULES if name != 'keras_generation' and not name.startswith('_')),
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(
            f'tf_seq2seq_compat.addons has no {name!r}. It has: {", ".join(__all__[1:])}.'
        )
    return importlib.import_module(f'{__name__}.{name}')


def __dir__() -> list[str]:
    return __all__
