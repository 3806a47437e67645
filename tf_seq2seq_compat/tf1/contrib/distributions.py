"""The distributions of `tf.contrib.distributions` that small programs use: diagonal normals."""

from __future__ import annotations

import math

import tensorflow as tf

from tf_seq2seq_compat.types import IntLike, TensorLike

tf1 = tf.compat.v1

__all__ = [
    'MultivariateNormalDiag',
    'MultivariateNormalDiagWithSoftplusScale',
    'NormalWithSoftplusScale',
    'fill_triangular',
    'softplus_inverse',
]


class MultivariateNormalDiag(tf.compat.v1.distributions.Distribution):
    """Independent normals, as one distribution of vectors.

    Args:
      loc: `[..., depth]`, the means; zeros where None.
      scale_diag: `[..., depth]`, the standard deviations; ones where neither scale is given.
      scale_identity_multiplier: `[...]`, added to each standard deviation.
      validate_args: Not used beyond the name.
      allow_nan_stats: As of `tf.distributions.Distribution`.
      name: Name of the operations.

    Raises:
      ValueError: If neither `loc` nor `scale_diag` is given.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import distributions
      >>> one = distributions.MultivariateNormalDiag(loc=[0.0, 1.0], scale_diag=[1.0, 2.0])
      >>> print(one.log_prob([0.0, 1.0]).numpy())
      -2.5310242
    """

    def __init__(
        self,
        loc: TensorLike | None = None,
        scale_diag: TensorLike | None = None,
        scale_identity_multiplier: TensorLike | None = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = 'MultivariateNormalDiag',
    ) -> None:
        parameters = {
            key: value for key, value in locals().items() if key not in ('self', '__class__')
        }
        if loc is None and scale_diag is None:
            raise ValueError(
                f'{name}: give loc, scale_diag or both: the number of dimensions is theirs.'
            )
        with tf1.name_scope(name) as scope:
            self._loc = None if loc is None else tf.convert_to_tensor(loc, name='loc')
            dtype = None if self._loc is None else self._loc.dtype
            diag = None
            if scale_diag is not None:
                diag = tf.convert_to_tensor(scale_diag, dtype=dtype, name='scale_diag')
                dtype = diag.dtype
            if scale_identity_multiplier is not None:
                factor = tf.convert_to_tensor(
                    scale_identity_multiplier, dtype=dtype, name='scale_identity_multiplier'
                )[..., tf.newaxis]
                diag = factor + (tf.zeros_like(self._loc) if diag is None else diag)
            if diag is None:
                diag = tf.ones_like(self._loc)
            self._scale_diag = diag
            mean = tf.zeros_like(diag) if self._loc is None else self._loc
            # One normal for each entry.
            self._entries = tf1.distributions.Normal(mean, tf.abs(diag), name='entries')
        super().__init__(
            dtype=dtype,
            reparameterization_type=tf1.distributions.FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters=parameters,
            graph_parents=[mean, diag],
            name=scope,
        )

    @property
    def loc(self) -> tf.Tensor | None:
        """The means as they were given."""
        return self._loc

    @property
    def scale(self) -> tf.linalg.LinearOperator:
        """The linear operator of the standard deviations."""
        return tf.linalg.LinearOperatorDiag(self._scale_diag, is_non_singular=True)

    def _batch_shape(self) -> tf.TensorShape:
        return self._entries.batch_shape[:-1]

    def _batch_shape_tensor(self) -> tf.Tensor:
        return self._entries.batch_shape_tensor()[:-1]

    def _event_shape(self) -> tf.TensorShape:
        return self._entries.batch_shape[-1:]

    def _event_shape_tensor(self) -> tf.Tensor:
        return self._entries.batch_shape_tensor()[-1:]

    def _sample_n(self, n: IntLike, seed: int | None = None) -> tf.Tensor:
        return self._entries.sample(n, seed)

    def _log_prob(self, x: TensorLike) -> tf.Tensor:
        return tf.reduce_sum(self._entries.log_prob(x), axis=-1)

    def _prob(self, x: TensorLike) -> tf.Tensor:
        return tf.exp(self._log_prob(x))

    def _entropy(self) -> tf.Tensor:
        return tf.reduce_sum(self._entries.entropy(), axis=-1)

    def _mean(self) -> tf.Tensor:
        return self._entries.mean()

    def _mode(self) -> tf.Tensor:
        return self._entries.mode()

    def _stddev(self) -> tf.Tensor:
        return self._entries.stddev()

    def _variance(self) -> tf.Tensor:
        return self._entries.variance()

    def _covariance(self) -> tf.Tensor:
        return tf.linalg.diag(self._variance())


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """`MultivariateNormalDiag` whose standard deviations are `softplus(scale_diag)`."""

    def __init__(
        self,
        loc: TensorLike,
        scale_diag: TensorLike,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = 'MultivariateNormalDiagWithSoftplusScale',
    ) -> None:
        super().__init__(
            loc=loc,
            scale_diag=tf.math.softplus(tf.convert_to_tensor(scale_diag)),
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            name=name,
        )


class NormalWithSoftplusScale(tf.compat.v1.distributions.Normal):
    """`Normal` whose standard deviation is `softplus(scale)`."""

    def __init__(
        self,
        loc: TensorLike,
        scale: TensorLike,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = 'NormalWithSoftplusScale',
    ) -> None:
        super().__init__(
            loc=loc,
            scale=tf.math.softplus(tf.convert_to_tensor(scale)),
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            name=name,
        )


@tf1.distributions.RegisterKL(MultivariateNormalDiag, MultivariateNormalDiag)
def _kl_divergence(
    a: MultivariateNormalDiag, b: MultivariateNormalDiag, name: str | None = None
) -> tf.Tensor:
    with tf1.name_scope(name, 'kl_mvn'):
        by_entry = tf1.distributions.kl_divergence(a._entries, b._entries)
        return tf.reduce_sum(by_entry, axis=-1)


def softplus_inverse(x: TensorLike, name: str | None = None) -> tf.Tensor:
    """The y with `softplus(y) = x`, for x above 0."""
    with tf1.name_scope(name, 'softplus_inverse', [x]):
        x = tf.convert_to_tensor(x, name='x')
        # log(exp(x) - 1) = x + log(1 - exp(-x)), which does not overflow.
        return x + tf.math.log(-tf.math.expm1(-x))


def fill_triangular(x: TensorLike, upper: bool = False, name: str | None = None) -> tf.Tensor:
    """A triangular matrix of a vector's values, in the order that TF1 gave them.

    Args:
      x: `[..., n * (n + 1) / 2]`.
      upper: Whether the matrix is upper triangular.
      name: Name of the operations.

    Returns:
      `[..., n, n]`.

    Raises:
      ValueError: If the last dimension is unknown, or no triangular number.
    """
    with tf1.name_scope(name, 'fill_triangular', [x]):
        x = tf.convert_to_tensor(x, name='x')
        size = x.shape[-1]
        size = getattr(size, 'value', size)
        n = 0 if size is None else (math.isqrt(8 * size + 1) - 1) // 2
        if size is None or n * (n + 1) // 2 != size:
            raise ValueError(
                f'fill_triangular: the last dimension of {x.shape} must be known, and 1, 3, 6, '
                '10, … (the number of entries of a triangle).'
            )
        # The vector, then its own reverse, fills a square; the triangle is cut out of it.
        parts = [x, tf.reverse(x[..., n:], [-1])] if upper else [x[..., n:], tf.reverse(x, [-1])]
        square = tf.reshape(tf.concat(parts, -1), tf.concat([tf.shape(x)[:-1], [n, n]], 0))
        return tf.linalg.band_part(square, 0, -1) if upper else tf.linalg.band_part(square, -1, 0)
