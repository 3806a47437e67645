"""Everything takes the other floating types, outputs and gradients have them, and agree."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.running import assert_same, eager, kept_or_listed
from tests.conformance.table import ROWS

# How near to float32 the numbers of a type are.
NEAR = {'float64': 1e-4, 'float16': 3e-2, 'bfloat16': 2e-1}


@pytest.mark.slow
@pytest.mark.parametrize('name', ROWS)
def test_dtypes(name: str) -> None:
    def check() -> None:
        wanted = eager(name)
        for dtype, near in NEAR.items():
            expected = {
                key: value.astype(tf.as_dtype(dtype).as_numpy_dtype)
                if value.dtype == np.float32
                else value
                for key, value in wanted.items()
            }
            assert_same(eager(name, dtype=dtype), expected, near, near)

    kept_or_listed('dtypes', name, check)
