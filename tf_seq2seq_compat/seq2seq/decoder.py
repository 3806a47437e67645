"""`Decoder` and `dynamic_decode`: the decoding loop of `tf.contrib.seq2seq`."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.decoding import checked_maximum, completed, decode
from tf_seq2seq_compat.core.logits_processors import LogitsProcessor
from tf_seq2seq_compat.core.loop import stacked
from tf_seq2seq_compat.core.precision import mixed_precision
from tf_seq2seq_compat.core.structure import (
    batched_zeros,
    declared_shapes,
    transpose_batch_time,
)
from tf_seq2seq_compat.layers.base import Layer, track_tf1_style_variables
from tf_seq2seq_compat.types import DTypeLike, IntLike, Nest, Scope, Size, TensorLike

tf1 = tf.compat.v1

__all__ = ['BaseDecoder', 'Decoder', 'dynamic_decode']


class _Decoding:
    """The properties of decoders of both kinds, and the end of decoding."""

    @property
    def batch_size(self) -> IntLike:
        """Batch size of the inputs: int or int32 scalar."""
        raise NotImplementedError(f'{type(self).__name__} defines no batch_size.')

    @property
    def output_size(self) -> Size:
        """Nest of `TensorShape`: one output of one example."""
        raise NotImplementedError(f'{type(self).__name__} defines no output_size.')

    @property
    def output_dtype(self) -> Nest:
        """Nest of dtypes, like `output_size`."""
        raise NotImplementedError(f'{type(self).__name__} defines no output_dtype.')

    def finalize(
        self, outputs: Nest, final_state: Nest, sequence_lengths: TensorLike
    ) -> tuple[Nest, Nest]:
        """Turns the outputs of all steps, time-major, into the decoder's results.

        Args:
          outputs: Nest of `[time, batch, ...]` tensors.
          final_state: The last state.
          sequence_lengths: int32 `[batch]`.

        Returns:
          `(final_outputs, final_state)`.

        Raises:
          NotImplementedError: By default, which means: leave them as they are.
        """
        raise NotImplementedError

    @property
    def tracks_own_finished(self) -> bool:
        """Whether the decoder itself says what is finished, and may start a sequence again.

        If False, `dynamic_decode` keeps a sequence finished once it is.
        """
        return False

    @property
    def logits_processors(self) -> Sequence[LogitsProcessor]:
        """What changes the logits of a step. If there is any, `step` is given the ids so far."""
        return ()

    def sampled_ids(self, outputs: Nest) -> tuple[tf.Tensor, tf.Tensor | None]:
        """The ids of a step, and the beams that they extend, for `logits_processors`.

        Args:
          outputs: Outputs of the step.

        Returns:
          `(ids, None)`, int32 `[batch]`; in beam search `(ids, parents)`, `[batch, beam_width]`.
        """
        raise NotImplementedError(f'{type(self).__name__} has no ids for logits_processors.')


class Decoder(_Decoding, metaclass=abc.ABCMeta):
    """One step of decoding, as `dynamic_decode` drives it; the base class of custom decoders.

    `initialize` is called once, `step` for each step, `finalize` once at the end.

    Example:
      >>> class Count(seq2seq.Decoder):
      ...     batch_size = 2
      ...     output_size = tf.TensorShape([])
      ...     output_dtype = tf.int32
      ...     def initialize(self, name=None):
      ...         return tf.zeros([2], tf.bool), tf.zeros([2], tf.int32), tf.zeros([2], tf.int32)
      ...     def step(self, time, inputs, state, name=None):
      ...         return inputs, state, inputs + 1, inputs >= [1, 3]
      >>> outputs, _, lengths = seq2seq.dynamic_decode(Count(), impute_finished=True)
      >>> outputs.numpy().tolist(), lengths.numpy().tolist()
      ([[0, 1, 0, 0], [0, 1, 2, 3]], [2, 4])

    Legacy: `tf.contrib.seq2seq.Decoder` of TF 1.15.
    """

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> tuple[tf.Tensor, Nest, Nest]:
        """The first inputs, the initial state and which sequences are finished already.

        Args:
          name: Name of the operations.

        Returns:
          `(finished, first_inputs, initial_state)`: bool `[batch]` and two nests of tensors.
        """
        raise NotImplementedError

    @abc.abstractmethod
    def step(
        self, time: IntLike, inputs: Nest, state: Nest, name: str | None = None
    ) -> tuple[Nest, Nest, Nest, tf.Tensor]:
        """One step.

        Args:
          time: int32 scalar, the number of the step.
          inputs: What the last step (or `initialize`) gave as inputs.
          state: The state it gave.
          name: Name of the operations.

        Returns:
          `(outputs, next_state, next_inputs, finished)`: a nest like `output_size` of
          `[batch, ...]` tensors, the next state and inputs, and bool `[batch]`.
        """
        raise NotImplementedError

    def defer_output_layer(self) -> tuple[Any, Callable[[Any, Any], Any]] | None:
        """Splits a step into what must run at each step and what can run after the loop.

        Returns:
          A decoder that does what it must, and a function that makes the outputs of this decoder
          of its outputs, which have two axes for batch and time in either order, and of a mask of
          these axes: what to leave, the rest being zero, or None for all. By default None, if
          nothing can wait. Only a decoder whose finished sequences stay finished, and that has no
          `finalize`, may give them.
        """
        return None


class BaseDecoder(_Decoding, Layer):
    """A decoder that is a layer: called with the inputs, it decodes to the end.

    What a `Decoder` is to `dynamic_decode`, with tensors given to `initialize` and not before.

    Args:
      output_time_major: As for `dynamic_decode`.
      impute_finished: Likewise.
      maximum_iterations: Likewise.
      parallel_iterations: Likewise.
      swap_memory: Likewise.
      **kwargs: `name`, `dtype` and `trainable`.

    Legacy: `tensorflow.contrib.seq2seq.python.ops.decoder.BaseDecoder` of TF 1.15.
    """

    def __init__(
        self,
        output_time_major: bool = False,
        impute_finished: bool = False,
        maximum_iterations: IntLike | None = None,
        parallel_iterations: int = 32,
        swap_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.output_time_major = output_time_major
        self.impute_finished = impute_finished
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self.swap_memory = swap_memory

    def initialize(
        self, inputs: Nest, initial_state: Nest | None = None, **kwargs: object
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """Returns `(finished, first_inputs, initial_state)`."""
        raise NotImplementedError(f'{type(self).__name__} defines no initialize(inputs).')

    def step(self, time: IntLike, inputs: Nest, state: Nest) -> tuple[Nest, Nest, Nest, tf.Tensor]:
        """Returns `(outputs, next_state, next_inputs, finished)`."""
        raise NotImplementedError(f'{type(self).__name__} defines no step(time, inputs, state).')

    def call(
        self, inputs: Nest, initial_state: Nest | None = None, **kwargs: object
    ) -> tuple[Nest, Nest, tf.Tensor]:
        """Decodes.

        Args:
          inputs: What `initialize` takes: sequences, an embedding, start inputs.
          initial_state: The cell's state to begin with.
          **kwargs: Given on to `initialize`.

        Returns:
          `(final_outputs, final_state, final_sequence_lengths)`, as `dynamic_decode`.
        """
        return dynamic_decode(
            self,
            output_time_major=self.output_time_major,
            impute_finished=self.impute_finished,
            maximum_iterations=self.maximum_iterations,
            parallel_iterations=self.parallel_iterations,
            swap_memory=self.swap_memory,
            decoder_init_input=inputs,
            decoder_init_kwargs={'initial_state': initial_state, **kwargs},
        )

    # Variables are below `decoder/`, the scope of dynamic_decode, and not below the decoder's name.
    @without_autograph
    @track_tf1_style_variables
    def __call__(
        self, inputs: Nest, *args: object, **kwargs: object
    ) -> tuple[Nest, Nest, tf.Tensor]:
        return self.call(inputs, *args, **kwargs)


@without_autograph
def dynamic_decode(
    decoder: Decoder | BaseDecoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: IntLike | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Scope | None = None,
    *,
    jit_compile: bool | None = None,
    policy: str | None = None,
    **kwargs: object,
) -> tuple[Nest, Nest, tf.Tensor]:
    """Decodes until every sequence is finished.

    Args:
      decoder: A `Decoder`.
      output_time_major: Whether outputs are `[time, batch, ...]` instead of `[batch, time, ...]`.
      impute_finished: Whether to copy the state of finished sequences through and set their outputs
        to zero. It makes the final state and the gradients right for sequences of unequal length;
        it costs a little time.
      maximum_iterations: Most steps to take, an int scalar >= 0; no limit by default. With XLA it
        is needed, except where the decoder knows a limit (`TrainingHelper` does), and the outputs
        have that many steps, zero after the last one taken.
      parallel_iterations: As for `tf.while_loop`.
      swap_memory: As for `tf.while_loop`.
      scope: Variable scope, 'decoder' by default.
      jit_compile: In a TF1 graph, whether XLA compiles the loop, for each shape that it meets; it
        needs a limit of the steps, as above, and where it cannot, the loop runs as it would have
        without. By default as `run --xla` says. In TensorFlow 2 use
        `tf.function(jit_compile=True)`.
      policy: `'mixed_bfloat16'` or `'mixed_float16'`: the precision of the loop's products; see
        `mixed_precision`.
      **kwargs: Given on to `decoder.initialize`. To that of a `BaseDecoder` go
        `decoder_init_input` and the arguments in the dict `decoder_init_kwargs`.

    Returns:
      `(final_outputs, final_state, final_sequence_lengths)`: what `decoder.finalize` returns (for a
      `BasicDecoder` a `BasicDecoderOutput` of `[batch, time, ...]` tensors), and int32 `[batch]`.

    Raises:
      TypeError: If `decoder` is not a `Decoder`, or `maximum_iterations` or
        `parallel_iterations` no int (of 1 or more).
      ValueError: If `maximum_iterations` is not a scalar, or is missing under XLA.

    Example:
      >>> cell = seq2seq.GRUCell(4)
      >>> helper = seq2seq.TrainingHelper(tf.ones([2, 5, 3]), [5, 2])
      >>> decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
      >>> outputs, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
      >>> outputs.rnn_output.shape, lengths.numpy().tolist()
      (TensorShape([2, 5, 4]), [5, 2])

    Legacy: `tf.contrib.seq2seq.dynamic_decode` of TF 1.15.
    """
    if not isinstance(decoder, Decoder | BaseDecoder):
        raise TypeError(
            f'Expected decoder to be type Decoder, but saw: {type(decoder)}. '
            'Subclass Decoder, or use BasicDecoder(cell, helper, initial_state).'
        )
    maximum_iterations = checked_maximum(maximum_iterations)
    with tf1.variable_scope(scope, 'decoder'), mixed_precision(policy):
        finished, inputs, state = _initialized(decoder, kwargs)
        complete = None
        if isinstance(decoder, Decoder):
            decoder, complete = decoder.defer_output_layer() or (decoder, None)
        zero_outputs = batched_zeros(decoder.batch_size, decoder.output_size, decoder.output_dtype)
        decoded = decode(
            decoder.step,
            (finished, inputs, state),
            zero_outputs,
            shapes=declared_shapes(decoder.output_size, zero_outputs),
            name=type(decoder).__name__,
            maximum_iterations=maximum_iterations,
            maximum_length=getattr(decoder, 'maximum_length', None),
            tracks_own_finished=decoder.tracks_own_finished,
            impute_finished=impute_finished,
            imputes_outputs=complete is None,
            sampled_ids=decoder.sampled_ids if decoder.logits_processors else None,
            jit_compile=jit_compile,
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )
        run, state, lengths = decoded
        outputs = stacked(run, zero_outputs)
        if complete is not None:
            outputs = completed(complete, outputs, decoded, impute_finished, output_time_major)
            return outputs, state, lengths
        # A decoder without finalize leaves the outputs as the steps gave them.
        with contextlib.suppress(NotImplementedError):
            outputs, state = decoder.finalize(outputs, state, lengths)
        if not output_time_major:
            outputs = tf.nest.map_structure(transpose_batch_time, outputs)
        return outputs, state, lengths


def _initialized(
    decoder: Decoder | BaseDecoder, kwargs: dict[str, Any]
) -> tuple[tf.Tensor, Nest, Nest]:
    if not isinstance(decoder, BaseDecoder):
        return decoder.initialize(**kwargs)
    inputs = kwargs.pop('decoder_init_input', None)
    return decoder.initialize(inputs, **(kwargs.pop('decoder_init_kwargs', None) or {}), **kwargs)


# -- the names within TF1's module that programs call ----------------------------------------------


def _create_zero_outputs(size: Size, dtype: Nest, batch_size: IntLike) -> Nest:
    """Zeros `[batch_size] + size`, a nest like `size` and `dtype`."""
    return batched_zeros(batch_size, size, dtype)


def _zero_state_tensors(state_size: Size, batch_size: IntLike, dtype: DTypeLike) -> Nest:
    """Zeros `[batch_size] + state_size`, a nest like `state_size`."""
    return batched_zeros(batch_size, state_size, dtype)
