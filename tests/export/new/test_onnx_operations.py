"""Operations that decoders and users' layers have, in ONNX, give what TensorFlow gives."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.export.new.test_formats import available
from tf_seq2seq_compat import export

# Of integers `i` and floats `x`, both `[rows, columns]` of any size: with negative values and ties.
OPERATIONS = {
    'floordiv': lambda i, x: i // 3,
    'floordiv_of_negative': lambda i, x: i // -3,
    'floordiv_of_floats': lambda i, x: x // 0.7,
    'floormod': lambda i, x: i % 3,
    'floormod_of_negative': lambda i, x: tf.math.floormod(i, -3),
    'floormod_of_floats': lambda i, x: tf.math.floormod(x, 0.7),
    'truncatediv': lambda i, x: tf.truncatediv(i, 3),
    'top_values': lambda i, x: tf.math.top_k(tf.cast(i, tf.float32), 3).values,
    'top_indices': lambda i, x: tf.math.top_k(tf.cast(i, tf.float32), 3).indices,
    'argmax': lambda i, x: tf.argmax(tf.cast(i, tf.float32), 1, tf.int32),
    'argmin': lambda i, x: tf.argmin(tf.cast(i, tf.float32), -1),
    'sequence_mask': lambda i, x: tf.sequence_mask(i[:, 0], 7, tf.float32),
    'cumsum': lambda i, x: tf.cumsum(x, 1, exclusive=True),
    'cumsum_reverse': lambda i, x: tf.cumsum(i, 1, reverse=True),
    'cumprod': lambda i, x: tf.math.cumprod(x, 1, exclusive=True),
    'reverse_sequence': lambda i, x: tf.reverse_sequence(x, tf.abs(i[:, 1]), seq_axis=1),
    'gather': lambda i, x: tf.gather(x, tf.clip_by_value(i, 0, tf.shape(x)[1] - 1), batch_dims=1),
    'where': lambda i, x: tf.where(i > 0, x, -x),
    'where_rows': lambda i, x: tf.compat.v1.where(i[:, 0] > 0, x, -x),
    'where_of_bool': lambda i, x: tf.where(i[:, :1] > 0, i > 2, i < -2),
    'softmax': lambda i, x: tf.nn.softmax(tf.where(i > 0, x, -np.inf)),
    'log_softmax': lambda i, x: tf.nn.log_softmax(x),
    'logsumexp': lambda i, x: tf.reduce_logsumexp(x, 1),
    'any': lambda i, x: tf.reduce_any(i > 2, 1),
    'cast': lambda i, x: tf.cast(x, tf.int32),
    'round': lambda i, x: tf.round(2 * x),
    'range': lambda i, x: tf.range(tf.shape(i)[0], -3, -1),
    'scatter': lambda i, x: tf.scatter_nd(
        tf.reverse(tf.range(tf.shape(x)[0]), [0])[:, None], x, tf.shape(x)
    ),
    'repeat': lambda i, x: tf.repeat(i, 3, axis=0),
    'sort': lambda i, x: tf.sort(x, 1),
    'unique': lambda i, x: tf.unique(tf.reshape(i, [-1]))[0],
    'xor': lambda i, x: tf.math.logical_xor(i > 0, x > 0),
}
OPERATIONS.update(
    {
        f'one_hot_{dtype.name}_{on}_{off}_{axis}_{rank}'.replace('-', 'm'): (
            lambda i, x, on=on, off=off, dtype=dtype, axis=axis, rank=rank: tf.one_hot(
                [i[0, 0], i[0], i][rank], 3 if rank else tf.shape(i)[0], on, off, axis, dtype
            )
        )
        for dtype, on, off in (
            (tf.bool, False, True),
            (tf.bool, True, False),
            (tf.int32, 0, 3),
            (tf.int64, 5, -2),
            (tf.float32, 0.0, -1e9),
            (tf.float64, 0.1, 0.0),
        )
        for axis, rank in ((-1, 0), (-1, 1), (0, 1), (-1, 2), (1, 2), (0, 2))
    }
)


@pytest.mark.slow
def test_operations(tmp_path):
    available('onnx')
    import onnxruntime

    specs = [tf.TensorSpec([None, None], tf.int32, 'i'), tf.TensorSpec([None, None], name='x')]

    def function(i, x):
        return {name: operation(i, x) for name, operation in OPERATIONS.items()}

    path = export.to_onnx(tmp_path / 'operations', (function, specs))
    session = onnxruntime.InferenceSession(str(path))
    names = [one.name for one in session.get_outputs()]
    assert set(names) == set(OPERATIONS)
    random = np.random.RandomState(0)
    for i in (
        [[3, 3, -1, 2, -4], [0, 1, 1, -2, 5], [2, 2, 2, 2, 2]],
        [[1, -3, 1], [2, 0, -6]],
        [[-1, 1, 0, 4]],
    ):
        given = {'i': np.array(i, np.int32), 'x': random.randn(*np.shape(i)).astype(np.float32)}
        wanted = function(*map(tf.constant, given.values()))
        for name, value in zip(names, session.run(names, given), strict=True):
            assert value.dtype == wanted[name].numpy().dtype, name
            np.testing.assert_allclose(value, wanted[name], 1e-5, 1e-6, err_msg=name)
