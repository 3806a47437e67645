"""The largest of each row, compiled as integers: the same class as NumPy's."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths import PATHS, run
from tf_seq2seq_compat.core.sampling import most_likely

SPECIAL = [0.0, -0.0, np.inf, -np.inf, 1e-45, -1e-45, 1.0, -1.0, 3e38, -3e38]
LOGITS = st.lists(
    st.lists(
        st.one_of(st.sampled_from(SPECIAL), st.floats(-(2.0**99), 2.0**99, width=32)),
        min_size=5,
        max_size=5,
    ),
    min_size=3,
    max_size=3,
)
COMPILED = tf.function(most_likely, jit_compile=True, autograph=False)


@settings(max_examples=200)
@given(LOGITS)
def test_the_first_of_the_largest(rows):
    logits = np.array(rows, np.float32)
    # XLA on CPUs takes the smallest of numbers for zero.
    logits[np.abs(logits) < 1e-37] *= 0
    np.testing.assert_array_equal(COMPILED(tf.constant(logits)), logits.argmax(-1))


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
def test_other_types_and_ranks(dtype, path):
    logits = np.random.RandomState(0).randint(-3, 4, [2, 3, 17]).astype(dtype)
    found = run(path, most_likely, logits)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, logits.argmax(-1))
