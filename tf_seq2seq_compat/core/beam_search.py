"""Beam search, on tensors: one step of it, its penalties, and the paths that it leaves.

Everything has a batch in front and the beams behind it: `[batch, beam, ...]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.structure import axis_size
from tf_seq2seq_compat.core.top_k import top_k
from tf_seq2seq_compat.types import FloatLike, IntLike, TensorLike

tf1 = tf.compat.v1


class BeamStep(NamedTuple):
    """The choices of one step, all but the last `[batch, beam]`, the best beam first.

    Attributes:
      scores: What the beams were ranked by.
      word_ids: int32, the word by which each was extended.
      parents: int32, the beam which each extends.
      log_probs: Log-probability of each whole beam.
      finished: bool.
      lengths: int64, words of each beam, with the end token.
      all_scores: Those among which they were chosen, `[batch, beam, vocabulary]`.
    """

    scores: tf.Tensor
    word_ids: tf.Tensor
    parents: tf.Tensor
    log_probs: tf.Tensor
    finished: tf.Tensor
    lengths: tf.Tensor
    all_scores: tf.Tensor


# From int lengths and the weight of the length to what log-probabilities are divided by, float32.
LengthNormalization: TypeAlias = Callable[[tf.Tensor, FloatLike], tf.Tensor]


class SearchOptions(NamedTuple):
    """Options of beam search that TF1 has not.

    Attributes:
      length_normalization: What a log-probability is divided by, for `length_penalty_weight` `w`:
        `'gnmt'`, `((5 + length) / 6) ** w` (Wu et al. 2016, arXiv:1609.08144); `'average'`,
        `length ** w`, which for 1 is the mean over the words (as fairseq and OpenNMT); or a
        function of int64 lengths and the weight that returns float32.
      groups: Number of groups of beams, of equal size. Each group searches by itself, one after the
        other, and keeps away from the words that those before it have chosen at the same step:
        diverse beam search (Vijayakumar et al. 2018, arXiv:1610.02424).
      diversity: What each such choice of a word takes off its score, float >= 0.
      beam_limits: int `[batch]`: how many of the beams an example may use, None for all. The others
        have a log-probability of minus infinity.
      prune: float >= 0, or None: gives up, with a log-probability of minus infinity, the unfinished
        beams whose score is more than this below that of the best finished one (Wu et al. 2016,
        section 7). 0 ends a search as soon as a finished beam is the best. By default it ends when
        all beams are finished.
      stochastic: Whether the beams are a sample without replacement of sequences, in place of the
        most likely ones: stochastic beam search (Kool et al. 2019, arXiv:1903.06059). Scores are
        then the perturbed log-probabilities, by which the beams are in order.
      seed: Seed of the sample.

    Example:
      >>> from tf_seq2seq_compat.decoding import SearchOptions
      >>> cell = seq2seq.GRUCell(4)
      >>> decoder = seq2seq.BeamSearchDecoder(
      ...     cell, tf.random.normal([10, 3]), start_tokens=[1, 1], end_token=2, beam_width=4,
      ...     initial_state=seq2seq.tile_batch(tf.ones([2, 4]), 4), output_layer=seq2seq.Dense(10),
      ...     search_options=SearchOptions(groups=2, diversity=0.5))
      >>> seq2seq.dynamic_decode(decoder, maximum_iterations=5)[1].log_probs.shape
      TensorShape([2, 4])
    """

    length_normalization: str | LengthNormalization = 'gnmt'
    groups: int = 1
    diversity: float = 0.0
    beam_limits: TensorLike | None = None
    prune: float | None = None
    stochastic: bool = False
    seed: int | None = None

    def check(self, beam_width: int) -> None:
        """Raises ValueError if they cannot be the options of a search with so many beams."""
        normalization(self.length_normalization)
        if self.groups < 1 or beam_width % self.groups:
            raise ValueError(
                f'groups must divide beam_width, {beam_width}, but is {self.groups}: all groups '
                'have the same number of beams.'
            )
        if self.diversity < 0:
            raise ValueError(f'diversity must be 0 or more, but is {self.diversity}.')
        if self.prune is not None and self.prune < 0:
            raise ValueError(f'prune must be 0 or more, or None, but is {self.prune}.')
        limits = self.beam_limits
        if limits is not None and len(np.shape(limits)) != 1:
            raise ValueError(f'beam_limits must be [batch], but are {limits!r}.')
        alone = self.beam_limits is None and self.prune is None and not self.stochastic
        if self.groups > 1 and not alone:
            raise ValueError('groups cannot be given with beam_limits, prune or stochastic.')

    def first_beams(self, beam_width: int) -> tf.Tensor:
        """bool `[beam]`: those that begin; the others of a group begin as copies of them."""
        return tf.equal(tf.range(beam_width) % (beam_width // self.groups), 0)


AS_TF1 = SearchOptions()


def checked_options(options: object, beam_width: int) -> SearchOptions:
    """The options of a search with so many beams; TypeError for anything else, and see `check`."""
    if not isinstance(options, SearchOptions):
        raise TypeError(f'search_options must be SearchOptions(...), but are {options!r}.')
    options.check(beam_width)
    return options


def search_step(
    word_log_probs: tf.Tensor,
    log_probs: tf.Tensor,
    finished: tf.Tensor,
    lengths: tf.Tensor,
    end_token: IntLike,
    length_weight: FloatLike = 0.0,
    coverage: tf.Tensor | None = None,
    options: SearchOptions = AS_TF1,
    perturbed: tuple[tf.Tensor, tf.Tensor] | None = None,
) -> BeamStep:
    """Extends every beam by every word, and keeps as many of the best as there are beams.

    A finished beam can only be extended by the end token, which costs it nothing. Among equal
    scores the lower beam goes first, then the lower word.

    Args:
      word_log_probs: Log-probabilities of the next word, `[batch, beam, vocabulary]`.
      log_probs: Those of the beams so far, `[batch, beam]`.
      finished: bool `[batch, beam]`.
      lengths: int64 `[batch, beam]`.
      end_token: int32 scalar.
      length_weight: Weight of `length_penalty`. The end token is not counted by it.
      coverage: What is added to the score of each beam, `[batch, beam]`.
      options: `SearchOptions`.
      perturbed: For a stochastic search the perturbed log-probabilities of the beams so far,
        `[batch, beam]`, and Gumbel noise `[batch, beam, vocabulary]`.

    Returns:
      A `BeamStep`.

    Raises:
      ValueError: If a stochastic search has penalties.
    """
    beams, words = axis_size(word_log_probs, 1), axis_size(word_log_probs, 2)
    gives_up = options.beam_limits is not None or options.prune is not None
    # Where beams are given up, what cannot be must not come before them.
    lowest = -np.inf if gives_up else None
    total = log_probs[:, :, None] + only_end_token(word_log_probs, end_token, finished, lowest)
    scores = total
    grown = lengths + tf.cast(~finished, lengths.dtype)
    if not is_zero(length_weight):
        # The length depends on the word by the end token alone.
        divisor = normalization(options.length_normalization)
        both = tf.cast(divisor(tf.stack([lengths, grown], -1), length_weight), total.dtype)
        ends = tf.equal(tf.range(words), end_token)
        scores /= tf.where(ends, both[:, :, :1], both[:, :, 1:])
    if coverage is not None:
        scores += tf.cast(coverage, scores.dtype)[:, :, None]
    if perturbed is not None:
        if scores is not total:
            raise ValueError(
                'A stochastic beam search draws sequences as they are likely: '
                'length_penalty_weight and coverage_penalty_weight must be 0.'
            )
        scores = perturbed_scores(total, *perturbed)
    best, chosen = _best_of_groups(scores, finished, options)
    parents, word_ids = chosen // words, chosen % words
    log_probs = gather_beams(tf.reshape(total, [-1, beams * words]), chosen)
    ended = gather_beams(finished, parents) | tf.equal(word_ids, end_token)
    given_up = _given_up(best, ended, options)
    if given_up is not None:
        impossible = tf.constant(-np.inf, log_probs.dtype)
        log_probs = tf.where(given_up, impossible, log_probs)
        best = tf.where(given_up, impossible, best)
        ended |= given_up
    return BeamStep(
        scores=best,
        word_ids=word_ids,
        parents=parents,
        log_probs=log_probs,
        finished=ended,
        lengths=gather_beams(grown, parents),
        all_scores=scores,
    )


def _given_up(scores: tf.Tensor, ended: tf.Tensor, options: SearchOptions) -> tf.Tensor | None:
    """Which beams of a step are not to go on, bool `[batch, beam]`; None for none."""
    given_up = None
    if options.beam_limits is not None:
        limits = tf.cast(options.beam_limits, tf.int32)
        given_up = tf.range(axis_size(scores, 1)) >= limits[:, None]
    if options.prune is not None:
        impossible = tf.constant(-np.inf, scores.dtype)
        best = tf.reduce_max(tf.where(ended, scores, impossible), 1, keepdims=True)
        pruned = ~ended & (scores < best - options.prune)
        given_up = pruned if given_up is None else given_up | pruned
    return given_up


def perturbed_scores(total: tf.Tensor, perturbed: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
    """Log-probabilities perturbed by Gumbel noise; the largest of a beam is that of the beam.

    Args:
      total: Log-probabilities of the extended beams, `[batch, beam, vocabulary]`.
      perturbed: Perturbed log-probabilities of the beams, `[batch, beam]`.
      noise: Draws from the standard Gumbel distribution, like `total`.

    Returns:
      Like `total`: draws that are conditioned on their maximum, as section 3 of Kool et al. 2019
      (arXiv:1903.06059) and its appendix on numerical stability have it.
    """
    drawn = total + noise
    largest = tf.reduce_max(drawn, -1, keepdims=True)
    beam = perturbed[:, :, None]
    offset = beam - drawn + tf.math.log1p(-tf.math.exp(drawn - largest))
    conditioned = beam - tf.maximum(offset, 0.0) - tf.math.log1p(tf.math.exp(-tf.abs(offset)))
    # The extensions of what is impossible would be NaN.
    return tf.where(total > total.dtype.min, conditioned, total)


def _best_of_groups(
    scores: tf.Tensor, finished: tf.Tensor, options: SearchOptions
) -> tuple[tf.Tensor, tf.Tensor]:
    """The best extensions of the beams of each group, within the group.

    Args:
      scores: `[batch, beam, vocabulary]`.
      finished: bool `[batch, beam]`: beams whose next word is no choice.
      options: `SearchOptions`.

    Returns:
      Scores and int32 places in `[beam * vocabulary]`, both `[batch, beam]`.
    """
    beams, words = axis_size(scores, 1), axis_size(scores, 2)
    if options.groups == 1:
        return top_k(tf.reshape(scores, [-1, beams * words]), beams)
    size = beams // options.groups
    taken = tf.zeros_like(scores[:, 0])  # how often groups have chosen each word
    found = []
    for first in range(0, beams, size):
        of_group = scores[:, first : first + size] - options.diversity * taken[:, None]
        best, chosen = top_k(tf.reshape(of_group, [-1, size * words]), size)
        is_choice = ~gather_beams(finished[:, first : first + size], chosen // words)
        taken += tf.reduce_sum(
            tf.one_hot(chosen % words, words, dtype=scores.dtype)
            * tf.cast(is_choice, scores.dtype)[..., None],
            axis=1,
        )
        found.append((best, chosen + first * words))
    best, chosen = (tf.concat(parts, 1) for parts in zip(*found, strict=True))
    return best, chosen


def only_end_token(
    log_probs: tf.Tensor, end_token: IntLike, finished: tf.Tensor, lowest: float | None = None
) -> tf.Tensor:
    """Log-probabilities `[batch, beam, vocabulary]`, of finished beams 0 for the end token alone.

    The rest of a finished beam gets `lowest`, by default the lowest finite number.
    """
    lowest = log_probs.dtype.min if lowest is None else lowest
    ends = tf.equal(tf.range(axis_size(log_probs, 2)), end_token)
    zero = tf.zeros([], log_probs.dtype)
    of_finished = tf.where(ends, zero, tf.constant(lowest, log_probs.dtype))
    return tf.where(finished[:, :, None], of_finished, log_probs)


def length_penalty(lengths: tf.Tensor, weight: FloatLike) -> tf.Tensor:
    """`((5 + length) / 6) ** weight`, float32, of Wu et al. 2016 (arXiv:1609.08144), section 7."""
    weight = tf.cast(weight, tf.float32)
    return (5.0 + tf.cast(lengths, tf.float32)) ** weight / 6.0**weight


def average_length(lengths: tf.Tensor, weight: FloatLike) -> tf.Tensor:
    """`length ** weight`, float32; of what has no length yet, 1."""
    return tf.cast(tf.maximum(lengths, 1), tf.float32) ** tf.cast(weight, tf.float32)


_NORMALIZATIONS = {'average': average_length, 'gnmt': length_penalty}


def normalization(named: str | LengthNormalization) -> LengthNormalization:
    """The normalisation of this name, or the function itself; ValueError for another name."""
    if callable(named):
        return named
    if named not in _NORMALIZATIONS:
        raise ValueError(
            f'length_normalization must be one of {sorted(_NORMALIZATIONS)} or a function of '
            f'lengths and weight, but is {named!r}.'
        )
    return _NORMALIZATIONS[named]


def coverage_penalty(attention: tf.Tensor) -> tf.Tensor:
    """The coverage penalty of Wu et al. 2016 (arXiv:1609.08144), section 7, without its weight.

    Args:
      attention: Sums over the steps of the attention weights, `[..., max_time]`. What never had any
        weight, padding say, is left out.

    Returns:
      `[...]`, at most 0: the sum over the memory of `log(min(attention, 1))`.
    """
    one = tf.ones([], attention.dtype)
    covered = tf.where(tf.equal(attention, 0.0), one, tf.minimum(attention, one))
    return tf.reduce_sum(tf.math.log(covered), -1)


def is_zero(weight: FloatLike) -> bool:
    """Whether a weight is known to be zero."""
    static = tf.get_static_value(weight)
    return static is not None and not np.any(static)


def gather_beams(x: tf.Tensor, beams: tf.Tensor) -> tf.Tensor:
    """Row by row, the beams (or other elements of the second axis) of these numbers.

    Args:
      x: `[batch, beam, ...]`.
      beams: int32 `[batch, chosen]`.

    Returns:
      `[batch, chosen, ...]`.
    """
    return tf.gather(x, beams, axis=1, batch_dims=1)


def paths(parents: tf.Tensor, max_lengths: tf.Tensor) -> tf.Tensor:
    """Follows each beam from its end back to the first step.

    The maps from the beams of one step to those of the step before are composed by doubling, so
    this takes only log2(time) gathers one after the other.

    Args:
      parents: int32 `[time, batch, beam]`: for each beam of a step the one of the step before that
        it extends. Those of the first step, and of steps from `max_lengths` on, are not looked at.
      max_lengths: int32 `[batch]`: the number of steps of each example.

    Returns:
      int32 `[time, batch, beam]`: where, at each step, the path stood which ends in that beam.
    """
    steps = axis_size(parents, 0)
    time = tf.range(steps)
    after = tf.minimum(time + 1, steps - 1)
    inside = (time + 1)[:, None] < tf.minimum(max_lengths, steps)[None, :]
    own = tf.range(tf.shape(parents)[2])
    # Where the beams that stand `distance` steps later, or at the end, come from.
    origin = tf.where(tf.expand_dims(inside, 2), tf.gather(parents, after), own)

    def double(distance: tf.Tensor, origin: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        later = tf.gather(origin, tf.minimum(time + distance, steps - 1))
        return distance * 2, tf.gather(origin, later, batch_dims=2)

    if isinstance(steps, int):
        distance = 1
        while distance < steps:
            distance, origin = double(distance, origin)
        return origin
    shapes = [tf.TensorShape([]), origin.shape]
    return tf1.while_loop(
        lambda distance, _: distance < steps, double, [tf.constant(1), origin], shapes
    )[1]


def gather_tree(
    step_ids: tf.Tensor, parents: tf.Tensor, max_lengths: tf.Tensor, end_token: IntLike
) -> tf.Tensor:
    """The words of each beam, from the words and parents of each step.

    Args:
      step_ids: int32 `[time, batch, beam]`.
      parents: As for `paths`.
      max_lengths: As for `paths`.
      end_token: int32 scalar.

    Returns:
      int32 `[time, batch, beam]`, with end tokens from `max_lengths` on and after the first of a
      beam.
    """
    steps = axis_size(step_ids, 0)
    words = tf.gather(step_ids, paths(parents, max_lengths), batch_dims=2)
    time = tf.range(steps)[:, None, None]
    ends = tf.equal(words, end_token)
    first_end = tf.reduce_min(tf.where(ends, time, steps), axis=0)
    last = tf.minimum(first_end, max_lengths[:, None])
    return tf.where(time < last, words, end_token)


def followed_parents(parents: tf.Tensor, max_lengths: tf.Tensor) -> tf.Tensor:
    """The parents that the paths follow, whether they are beams or not.

    Args:
      parents: As for `paths`, with any values.
      max_lengths: As for `paths`.

    Returns:
      int32 `[time, batch, beam]`: the parent at which the path that ends in that beam leaves the
      step, 0 where it does not leave it. A step before one with a wrong parent has another path's.
    """
    valid = tf.logical_and(parents >= 0, parents < tf.shape(parents)[2])
    path = paths(tf.where(valid, parents, 0), max_lengths)
    time = tf.range(axis_size(parents, 0))[:, None]
    leaves = tf.logical_and(time > 0, time < max_lengths[None, :])
    return tf.where(tf.expand_dims(leaves, 2), tf.gather(parents, path, batch_dims=2), 0)


def reorder(history: tf.Tensor, parents: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Puts what the beams left at each step in the order of the beams at the end.

    Args:
      history: `[time, batch, beam, ...]` or `[time, batch * beam, ...]`.
      parents: As for `paths`.
      lengths: int `[batch, beam]`: the steps of each beam. Later ones stay where they are.

    Returns:
      Like `history`.
    """
    lengths = tf.cast(lengths, tf.int32)
    time = tf.range(axis_size(parents, 0))[:, None, None]
    own = tf.range(tf.shape(parents)[2])
    beams = tf.where(time < lengths, paths(parents, tf.reduce_max(lengths, axis=1)), own)
    split = tf.reshape(history, tf.concat([tf.shape(parents), [-1]], 0))
    ordered = tf.reshape(tf.gather(split, beams, batch_dims=2), tf.shape(history))
    ordered.set_shape(history.shape)
    return ordered
