"""Functions of TF1 whose parameters are in another order today, with TF1's."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

_CROSS_ENTROPY = '_sentinel labels logits name'
_SCATTER = 'tensor indices updates name'
_MATMUL = 'a b transpose_a transpose_b adjoint_a adjoint_b a_is_sparse b_is_sparse name'

PARAMETERS = {
    'tensorflow.matmul': _MATMUL,
    'tensorflow.nn.sigmoid_cross_entropy_with_logits': _CROSS_ENTROPY,
    'tensorflow.nn.softmax_cross_entropy_with_logits': '_sentinel labels logits dim name axis',
    'tensorflow.nn.sparse_softmax_cross_entropy_with_logits': _CROSS_ENTROPY,
    'tensorflow.nn.top_k': 'input k sorted name',
    'tensorflow.numpy_function': 'func inp Tout name',
    'tensorflow.scatter_nd': 'indices updates shape name',
    'tensorflow.tensor_scatter_add': _SCATTER,
    'tensorflow.tensor_scatter_nd_add': _SCATTER,
    'tensorflow.tensor_scatter_nd_sub': _SCATTER,
    'tensorflow.tensor_scatter_sub': _SCATTER,
}
"""By legacy name, TF1's parameters, where TensorFlow 2 does not begin with the same ones."""


@functools.cache
def in_order(function: Callable[..., object], parameters: str) -> Callable[..., object]:
    """The function with parameters in another order.

    Args:
      function: A function all of whose arguments can be given by name.
      parameters: Names in the wanted order. `_sentinel` is one that only None can be given for:
        TF1 has it in front of arguments that must be given by name.

    Returns:
      A function that calls it; parameters that are not listed can be given by name.
    """
    names = parameters.split()
    own = inspect.signature(function).parameters
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    listed = [own.get(name, inspect.Parameter(name, kind, default=None)) for name in names]
    others = [each for name, each in own.items() if name not in names]
    signature = inspect.Signature(
        [*listed, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in others)]
    )

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        if given.pop('_sentinel', None) is not None:
            raise ValueError(
                f'Only call `{function.__name__}` with named arguments (labels=..., logits=..., '
                '...): before TF 1.0 logits came first.'
            )
        return function(**given)

    call.__signature__ = signature  # type: ignore[attr-defined]
    return call
