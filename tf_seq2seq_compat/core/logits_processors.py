"""Functions that change the logits of a step before an id is chosen from them.

A logits processor is a function `(step, ids, logits) -> logits`:

* `step`: int32 scalar, how many ids there are so far;
* `ids`: int32 `[batch, max_steps]`, of which the first `step` are those decoded so far (in beam
  search `[batch, beam_width, max_steps]`); start tokens are not among them;
* `logits`: `[batch, vocabulary]` (in beam search log-probabilities,
  `[batch, beam_width, vocabulary]`, which are not normalised again).

The functions of this module make such processors, any other function of this kind is one. A list of
them is given to a helper, a sampler or a beam search decoder as `logits_processors`; they apply in
its order. A logit of minus infinity forbids an id. All of them run on every path, XLA included.

Example:
  >>> from tf_seq2seq_compat.decoding import logits_processors as processors
  >>> helper = seq2seq.SampleEmbeddingHelper(
  ...     tf.random.normal([10, 3]), start_tokens=[1, 1], end_token=2,
  ...     logits_processors=[processors.temperature(0.7), processors.top_p(0.9)])
  >>> cell = seq2seq.GRUCell(4)
  >>> decoder = seq2seq.BasicDecoder(
  ...     cell, helper, cell.zero_state(2, tf.float32), output_layer=seq2seq.Dense(10))
  >>> seq2seq.dynamic_decode(decoder, maximum_iterations=5)[0].sample_id.shape[0]
  2
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.top_k import top_k as largest
from tf_seq2seq_compat.types import FloatLike, IntLike, TensorLike

__all__ = [
    'LogitsProcessor',
    'allowed_ids',
    'forbidden_ids',
    'forced_ids',
    'min_p',
    'minimum_length',
    'no_repeat_ngram',
    'process',
    'repetition_penalty',
    'temperature',
    'top_k',
    'top_p',
    'typical_p',
]

# (step, ids, logits) -> logits
LogitsProcessor: TypeAlias = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


def process(
    processors: Sequence[LogitsProcessor],
    step: IntLike,
    ids: TensorLike | None,
    logits: TensorLike,
) -> tf.Tensor:
    """Applies processors, one after the other.

    Args:
      processors: `LogitsProcessor`s.
      step: int32 scalar, number of ids so far.
      ids: int32 `[batch, max_steps]` or `[batch, beam_width, max_steps]`; None where there are no
        processors.
      logits: `[batch, vocabulary]` or `[batch, beam_width, vocabulary]`.

    Returns:
      Logits of the same shape and dtype.

    Raises:
      ValueError: If there are processors and no ids, or one returns another shape or dtype.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids = tf.zeros([1, 5], tf.int32)
      >>> processors.process([processors.temperature(2.0)], 0, ids, [[1.0, 2.0]]).numpy().tolist()
      [[0.5, 1.0]]
    """
    logits = tf.convert_to_tensor(logits)
    if not processors:
        return logits
    if ids is None:
        raise ValueError(
            'logits_processors need the ids so far: give ids=, int32 [batch, max_steps], or have '
            'dynamic_decode drive the decoder, which does.'
        )
    step, ids = tf.convert_to_tensor(step, tf.int32), tf.convert_to_tensor(ids, tf.int32)
    for processor in processors:
        result = tf.convert_to_tensor(processor(step, ids, logits))
        if result.dtype != logits.dtype or not result.shape.is_compatible_with(logits.shape):
            raise ValueError(
                f'A logits processor must return logits like those it is given, '
                f'{logits.dtype.name} {logits.shape}, but {processor!r} returned '
                f'{result.dtype.name} {result.shape}.'
            )
        result.set_shape(logits.shape)
        logits = result
    return logits


def checked(processors: Sequence[LogitsProcessor]) -> tuple[LogitsProcessor, ...]:
    """A list of processors; TypeError if it is none, or has anything else in it."""
    if not isinstance(processors, list | tuple):
        raise TypeError(
            f'logits_processors must be a list of functions (step, ids, logits) -> logits, but are '
            f'{processors!r}.'
        )
    for processor in processors:
        if not callable(processor):
            raise TypeError(
                f'logits_processors must be functions (step, ids, logits) -> logits, but one is '
                f'{processor!r}.'
            )
    return tuple(processors)


def temperature(value: FloatLike) -> LogitsProcessor:
    """Divides the logits: above 1 samples are more varied, below 1 more likely ones.

    Args:
      value: float scalar > 0.

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If the value is known and not above 0.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids = tf.zeros([1, 5], tf.int32)
      >>> processors.temperature(0.5)(0, ids, tf.constant([[1.0, 2.0]])).numpy().tolist()
      [[2.0, 4.0]]

    As `TemperatureLogitsWarper` of Hugging Face's transformers.
    """
    _check('temperature', value, lambda known: known > 0, 'above 0')

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        return logits / tf.cast(value, logits.dtype)

    return processor


def top_k(k: int) -> LogitsProcessor:
    """Keeps the `k` largest logits, and others that equal the least of them.

    Args:
      k: int >= 1. Not more than the vocabulary are kept.

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If `k` is not an int of 1 or more.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids = tf.zeros([1, 5], tf.int32)
      >>> processors.top_k(2)(0, ids, tf.constant([[1.0, 3.0, 2.0]])).numpy().tolist()
      [[-inf, 3.0, 2.0]]

    Fan et al. 2018 (arXiv:1805.04833); as `TopKLogitsWarper` of transformers.
    """
    _check_int('k', k, 1)

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        least = tf.reduce_min(_largest(logits, k), -1, keepdims=True)
        return _where(logits >= least, logits)

    return processor


def top_p(p: FloatLike, k: int | None = None) -> LogitsProcessor:
    """Keeps the most likely ids whose probabilities sum up to `p`, at least one (the nucleus).

    Args:
      p: float scalar in (0, 1].
      k: If given, only the `k` largest logits are looked at, as after `top_k(k)`, and the
        vocabulary need not be sorted.

    Returns:
      A `LogitsProcessor`. Ids with equal logits are kept or left together.

    Raises:
      ValueError: If `p` is known and not in (0, 1], or `k` is not an int of 1 or more.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.zeros([1, 5], tf.int32), tf.math.log([[0.5, 0.3, 0.2]])
      >>> tf.math.exp(processors.top_p(0.7)(0, ids, logits)).numpy().round(1).tolist()
      [[0.5, 0.3..., 0.0]]

    Holtzman et al. 2020 (arXiv:1904.09751); as `TopPLogitsWarper` of transformers.
    """
    _check('p', p, lambda known: 0 < known <= 1, 'in (0, 1]')
    if k is not None:
        _check_int('k', k, 1)

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        ordered = _largest(logits, k)
        before = tf.cumsum(tf.nn.softmax(ordered), axis=-1, exclusive=True)
        return _where(logits >= _last_kept(before < tf.cast(p, logits.dtype), ordered), logits)

    return processor


def min_p(p: FloatLike) -> LogitsProcessor:
    """Keeps the ids that are at least `p` times as likely as the most likely one.

    Args:
      p: float scalar in [0, 1].

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If `p` is known and not in [0, 1].

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.zeros([1, 5], tf.int32), tf.math.log([[0.5, 0.3, 0.2]])
      >>> tf.math.exp(processors.min_p(0.5)(0, ids, logits)).numpy().round(1).tolist()
      [[0.5, 0.3..., 0.0]]

    Nguyen et al. 2024 (arXiv:2407.01082); as `MinPLogitsWarper` of transformers.
    """
    _check('p', p, lambda known: 0 <= known <= 1, 'in [0, 1]')

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        likelihood = tf.nn.softmax(logits)
        least = tf.cast(p, logits.dtype) * tf.reduce_max(likelihood, -1, keepdims=True)
        return _where(likelihood >= least, logits)

    return processor


def typical_p(p: FloatLike) -> LogitsProcessor:
    """Keeps the ids whose information is nearest to the entropy, up to a probability of `p`.

    Args:
      p: float scalar in (0, 1).

    Returns:
      A `LogitsProcessor`; at least one id is kept.

    Raises:
      ValueError: If `p` is known and not in (0, 1).

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.zeros([1, 5], tf.int32), tf.math.log([[0.5, 0.3, 0.2]])
      >>> tf.math.exp(processors.typical_p(0.2)(0, ids, logits)).numpy().round(1).tolist()
      [[0.0, 0.3..., 0.0]]

    Meister et al. 2023 (arXiv:2202.00666); as `TypicalLogitsWarper` of transformers.
    """
    _check('p', p, lambda known: 0 < known < 1, 'in (0, 1)')

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        log_likelihood = tf.nn.log_softmax(logits)
        likelihood = tf.math.exp(log_likelihood)
        entropy = -tf.reduce_sum(
            tf.math.multiply_no_nan(log_likelihood, likelihood), -1, keepdims=True
        )
        distance = tf.abs(-log_likelihood - entropy)
        size = axis_size(logits, -1)
        nearest, order = tf.math.top_k(-distance, size)
        ordered = tf.gather(likelihood, order, axis=-1, batch_dims=logits.shape.rank - 1)
        # The id that reaches p is the last one.
        before = tf.cumsum(ordered, axis=-1, exclusive=True)
        return _where(-distance >= _last_kept(before < tf.cast(p, logits.dtype), nearest), logits)

    return processor


def minimum_length(length: IntLike, end_token: IntLike) -> LogitsProcessor:
    """Forbids the end token until there are `length` ids before it.

    Args:
      length: int32 scalar.
      end_token: int32 scalar.

    Returns:
      A `LogitsProcessor`.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.zeros([1, 5], tf.int32), tf.constant([[1.0, 3.0, 2.0]])
      >>> processors.minimum_length(3, end_token=1)(2, ids, logits).numpy().tolist()
      [[1.0, -inf, 2.0]]

    As `MinNewTokensLengthLogitsProcessor` of transformers.
    """

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        is_end = tf.equal(tf.range(axis_size(logits, -1)), tf.cast(end_token, tf.int32))
        return _where(~(is_end & (step < tf.cast(length, tf.int32))), logits)

    return processor


def forbidden_ids(ids: TensorLike) -> LogitsProcessor:
    """Forbids ids at every step, such as the one of unknown words.

    Args:
      ids: ints `[count]`, or `[batch, count]` for other ones in each example; -1 for none.

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If `ids` are of another rank.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> so_far, logits = tf.zeros([1, 5], tf.int32), tf.constant([[1.0, 3.0, 2.0]])
      >>> processors.forbidden_ids([0, 2])(0, so_far, logits).numpy().tolist()
      [[-inf, 3.0, -inf]]

    As `SuppressTokensLogitsProcessor` of transformers.
    """
    forbidden = _checked_ids(ids)

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        rows = _for_rows(tf.convert_to_tensor(forbidden, tf.int32), logits)
        return _where(~_among(rows, tf.ones_like(rows, tf.bool), logits), logits)

    return processor


def allowed_ids(
    mask: TensorLike | Callable[[tf.Tensor, tf.Tensor], TensorLike],
) -> LogitsProcessor:
    """Keeps the ids of a mask: a lexicon, or a grammar.

    Args:
      mask: bool `[vocabulary]`, or `[batch, vocabulary]` for another one in each example; or a
        function of `(step, ids)`, as a processor gets them, that returns a mask
        (in beam search also `[batch, beam_width, vocabulary]`).

    Returns:
      A `LogitsProcessor`.

    Raises:
      TypeError: If the mask is not bool.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.zeros([1, 5], tf.int32), tf.constant([[1.0, 3.0, 2.0]])
      >>> processors.allowed_ids([True, False, True])(0, ids, logits).numpy().tolist()
      [[1.0, -inf, 2.0]]

    As `PrefixConstrainedLogitsProcessor` of transformers (De Cao et al. 2021, arXiv:2010.00904).
    """

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        allowed = tf.convert_to_tensor(mask(step, ids) if callable(mask) else mask)
        if allowed.dtype != tf.bool:
            raise TypeError(f'The mask of allowed_ids must be bool, but is {allowed.dtype.name}.')
        return _where(_for_rows(allowed, logits), logits)

    return processor


def forced_ids(ids: TensorLike) -> LogitsProcessor:
    """Forces the beginning of a sequence: at each of the first steps one id is left.

    Args:
      ids: ints `[steps]`, or `[batch, steps]` for another beginning in each example; -1 where an
        example is free. After the last step all are.

    Returns:
      A `LogitsProcessor`. The forced id has the logit 0, so that in beam search it costs nothing.

    Raises:
      ValueError: If `ids` are of another rank.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> so_far, logits = tf.zeros([1, 5], tf.int32), tf.constant([[1.0, 3.0, 2.0]])
      >>> processors.forced_ids([2])(0, so_far, logits).numpy().tolist()
      [[-inf, -inf, 0.0]]

    As `ForcedBOSTokenLogitsProcessor` of transformers, for any number of steps.
    """
    forced = _checked_ids(ids)

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        wanted = tf.convert_to_tensor(forced, tf.int32)
        here = tf.equal(tf.range(axis_size(wanted, -1)), step)
        # -1 where there is none: not here, or free.
        wanted = tf.reduce_sum(tf.where(here, wanted + 1, 0), -1, keepdims=True) - 1
        wanted = _for_rows(wanted, logits)
        one = tf.equal(tf.range(axis_size(logits, -1)), wanted)
        alone = tf.where(one, tf.zeros([], logits.dtype), _lowest(logits))
        return tf.where(wanted < 0, logits, alone)

    return processor


def no_repeat_ngram(size: int) -> LogitsProcessor:
    """Forbids the ids that would repeat a sequence of `size` ids.

    Args:
      size: int >= 1.

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If `size` is not an int of 1 or more.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.constant([[0, 2, 0, 9, 9]]), tf.constant([[1.0, 3.0, 2.0]])
      >>> processors.no_repeat_ngram(2)(3, ids, logits).numpy().tolist()  # 0 2 was there
      [[1.0, 3.0, -inf]]

    Paulus et al. 2017 (arXiv:1705.04304); as `NoRepeatNGramLogitsProcessor` of transformers.
    """
    _check_int('size', size, 1)

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        length = axis_size(ids, -1)
        if isinstance(length, int) and length < size:
            return logits
        starts = tf.range(tf.maximum(length - size + 1, 0))
        # The last ids of each sequence of `size` ids that is complete.
        repeats = starts + size <= step
        for index in range(size - 1):
            last = tf.gather(ids, tf.maximum(step - size + 1 + index, 0), axis=-1)
            repeats &= tf.equal(tf.gather(ids, starts + index, axis=-1), last[..., None])
        ends = tf.gather(ids, starts + size - 1, axis=-1)
        return _where(~_among(ends, repeats, logits), logits)

    return processor


def repetition_penalty(penalty: FloatLike) -> LogitsProcessor:
    """Makes ids less likely that are there already.

    Args:
      penalty: float scalar > 0. Above 1, positive logits are divided and negative ones multiplied
        by it; below 1 repetitions are favoured.

    Returns:
      A `LogitsProcessor`.

    Raises:
      ValueError: If the penalty is known and not above 0.

    Example:
      >>> from tf_seq2seq_compat.decoding import logits_processors as processors
      >>> ids, logits = tf.constant([[0, 2, 9]]), tf.constant([[-1.0, 3.0, 2.0]])
      >>> processors.repetition_penalty(2.0)(2, ids, logits).numpy().tolist()
      [[-2.0, 3.0, 1.0]]

    Keskar et al. 2019 (arXiv:1909.05858); as `RepetitionPenaltyLogitsProcessor` of transformers.
    """
    _check('penalty', penalty, lambda known: known > 0, 'above 0')

    def processor(step: tf.Tensor, ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        by = tf.cast(penalty, logits.dtype)
        repeated = tf.where(logits > 0, logits / by, logits * by)
        so_far = tf.range(axis_size(ids, -1)) < step
        return tf.where(_among(ids, so_far, logits), repeated, logits)

    return processor


# -- pieces of the processors ---------------------------------------------------------------------


def _lowest(logits: tf.Tensor) -> tf.Tensor:
    return tf.constant(-np.inf, logits.dtype)


def _where(kept: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.where(kept, logits, _lowest(logits))


def _largest(logits: tf.Tensor, k: int | None) -> tf.Tensor:
    """The `k` largest logits of each row, or all, the largest first.

    Take no slice of them: XLA then sorts whole rows on CPUs, which takes 30 times as long.
    """
    words = axis_size(logits, -1)
    if k is not None:
        words = min(k, words) if isinstance(words, int) else tf.minimum(k, words)
    return largest(logits, words)[0]


def _last_kept(kept: tf.Tensor, ordered: tf.Tensor) -> tf.Tensor:
    """Of values in descending order, of which the first are kept, the least that is kept."""
    largest = tf.reduce_max(ordered, -1, keepdims=True)
    return tf.reduce_min(tf.where(kept, ordered, largest), -1, keepdims=True)


def _among(ids: tf.Tensor, counted: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Which ids of the vocabulary are among the counted ones of each row.

    Args:
      ids: int32 `[..., count]`, like the logits but for the last axis, or broadcast to it.
      counted: bool, broadcast to the shape of `ids`.
      logits: `[..., vocabulary]`.

    Returns:
      bool `[..., vocabulary]`.
    """
    words = axis_size(logits, -1)
    shape = tf.concat([tf.shape(logits)[:-1], tf.shape(ids)[-1:]], 0)
    # What is not counted, or no id, is counted behind the vocabulary.
    places = tf.where(counted & (ids >= 0) & (ids < words), ids, words)
    rows = tf.reshape(tf.broadcast_to(places, shape), [-1, shape[-1]])
    count = tf.shape(rows)[0]
    flat = tf.reshape(rows + (tf.range(count) * (words + 1))[:, None], [-1, 1])
    found = tf.scatter_nd(flat, tf.ones_like(flat[:, 0]), [count * (words + 1)])
    found = tf.reshape(found, tf.concat([tf.shape(logits)[:-1], [words + 1]], 0))
    return found[..., :-1] > 0


def _for_rows(values: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Values `[batch, ...]` of each example with an axis for the beams, if the logits have one."""
    return values[:, None] if (values.shape.rank, logits.shape.rank) == (2, 3) else values


def _checked_ids(ids: TensorLike) -> tf.Tensor | np.ndarray:
    """An array as long as it is no tensor: a graph that is yet to be built can read it."""
    ids = ids if tf.is_tensor(ids) else np.asarray(ids, np.int32)
    rank = ids.shape.rank if tf.is_tensor(ids) else ids.ndim
    if rank not in (1, 2):
        raise ValueError(
            f'ids must be [count], or [batch, count] for others in each example, but have shape '
            f'{ids.shape}.'
        )
    return ids


def _check(argument: str, value: FloatLike, is_right: Callable[[float], bool], range_: str) -> None:
    known = tf.get_static_value(value) if tf.is_tensor(value) else value
    if known is not None and not is_right(float(known)):
        raise ValueError(f'{argument} must be {range_}, but is {known!r}.')


def _check_int(argument: str, value: int, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f'{argument} must be an int of {least} or more, but is {value!r}.')
