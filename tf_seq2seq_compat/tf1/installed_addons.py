"""Whether `import tensorflow_addons` gives TensorFlow Addons itself or ours."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.machinery import PathFinder

ADDONS = 'tensorflow_addons'


class InstalledAddons:
    """An installed TensorFlow Addons, which is left alone where it still loads.

    Args:
      ours: It is not asked for: ours stands for it in any case.
    """

    def __init__(self, ours: bool = False) -> None:
        self._replaced: bool | None = True if ours else None

    def replaced(self) -> bool:
        """Whether ours stands for it: where it is not installed, or does not load."""
        if self._replaced is None:
            self._replaced = False  # for what is imported while it loads
            self._replaced = not self._loads()
        return self._replaced

    def _loads(self) -> bool:
        if ADDONS in sys.modules:
            return True
        if PathFinder.find_spec(ADDONS) is None:
            return False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')  # what it says of its end, and of versions
                importlib.import_module(ADDONS)
        except Exception as error:  # Each pair of versions fails in its own way.
            for name in [name for name in sys.modules if f'{name}.'.startswith(f'{ADDONS}.')]:
                del sys.modules[name]
            print(
                f'tf-seq2seq-compat: tf_seq2seq_compat.addons stands for the installed {ADDONS}, '
                f'which does not load ({type(error).__name__}: {error})',
                file=sys.stderr,
            )
            return False
        return True
