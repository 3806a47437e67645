"""The tables of tf_upgrade_v2, which comes with TensorFlow."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def changes() -> Any:
    """The tables of tf_upgrade_v2: `symbol_renames`, `function_keyword_renames`, …"""
    from tensorflow.tools.compatibility import tf_upgrade_v2

    return tf_upgrade_v2.TFAPIChangeSpec()
