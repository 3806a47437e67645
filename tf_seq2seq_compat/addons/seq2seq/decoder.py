"""`Decoder`, `BaseDecoder` and `dynamic_decode`, in the file where TensorFlow Addons had them."""

from __future__ import annotations

import abc
import contextlib
import inspect
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.addons.keras_generation import (
    IS_KERAS_3,
    build_by_tracing,
    hidden,
    is_symbolic,
    keras,
    takes_hidden,
    typechecked,
)
from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.decoding import checked_maximum, completed, decode, no_ids
from tf_seq2seq_compat.core.loop import stacked
from tf_seq2seq_compat.core.loop_arrays import for_steps, recording
from tf_seq2seq_compat.core.structure import (
    batched_zeros,
    declared_shapes,
    transpose_batch_time,
)
from tf_seq2seq_compat.seq2seq.decoder import _Decoding
from tf_seq2seq_compat.types import Config, IntLike, Nest, ShapeLike, TensorLike

__all__ = ['BaseDecoder', 'Decoder', 'dynamic_decode']

# The arguments of `dynamic_decode` that a `BaseDecoder` keeps.
_OPTIONS = (
    'output_time_major',
    'impute_finished',
    'maximum_iterations',
    'parallel_iterations',
    'swap_memory',
)


class Decoder(_Decoding, metaclass=abc.ABCMeta):
    """One step of decoding, as `dynamic_decode` drives it, for decoders that are no Keras layers.

    `initialize` is called once, `step` for each step, `finalize` once at the end.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> class Count(tfa.seq2seq.Decoder):
      ...     batch_size, output_size, output_dtype = 2, tf.TensorShape([]), tf.int32
      ...     def initialize(self, name=None):
      ...         return tf.zeros([2], tf.bool), tf.zeros([2]), tf.zeros([2])
      ...     def step(self, time, inputs, state, training=None, name=None):
      ...         return tf.fill([2], time), state, inputs, time + 1 >= tf.constant([3, 2])
      >>> outputs, _, lengths = tfa.seq2seq.dynamic_decode(Count())
      >>> outputs.numpy().tolist(), lengths.numpy().tolist()
      ([[0, 1, 2], [0, 1, 2]], [3, 2])

    Legacy: `tfa.seq2seq.Decoder` of TensorFlow Addons 0.23.
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
        self,
        time: IntLike,
        inputs: Nest,
        state: Nest,
        training: bool | None = None,
        name: str | None = None,
    ) -> tuple[Nest, Nest, Nest, tf.Tensor]:
        """One step.

        Args:
          time: int32 scalar, the number of the step.
          inputs: What the last step (or `initialize`) gave as inputs.
          state: The state it gave.
          training: Whether the layers behave as in training.
          name: Name of the operations.

        Returns:
          `(outputs, next_state, next_inputs, finished)`: a nest like `output_size` of
          `[batch, ...]` tensors, the next state and inputs, and bool `[batch]`.
        """
        raise NotImplementedError


class BaseDecoder(_Decoding, keras.layers.Layer):
    """A decoder that is a Keras layer: called with the inputs, it decodes to the end.

    A subclass has `batch_size`, `output_size`, `output_dtype`, `initialize(inputs, initial_state,
    ...)` and `step(time, inputs, state, training)`, as `Decoder` has them.

    Args:
      output_time_major: As for `dynamic_decode`.
      impute_finished: Likewise.
      maximum_iterations: Likewise.
      parallel_iterations: Likewise.
      swap_memory: Likewise.
      **kwargs: Those of a Keras layer.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> class Count(tfa.seq2seq.BaseDecoder):
      ...     batch_size, output_size, output_dtype = 2, tf.TensorShape([]), tf.int32
      ...     def initialize(self, inputs, initial_state=None):
      ...         return tf.zeros([2], tf.bool), tf.zeros([2]), tf.zeros([2])
      ...     def step(self, time, inputs, state, training=None, name=None):
      ...         return tf.fill([2], time), state, inputs, time + 1 >= tf.constant([3, 2])
      >>> outputs, _, lengths = Count()(tf.zeros([2]))
      >>> outputs.numpy().tolist(), lengths.numpy().tolist()
      ([[0, 1, 2], [0, 1, 2]], [3, 2])

    Legacy: `tfa.seq2seq.BaseDecoder` of TensorFlow Addons 0.23.
    """

    @typechecked
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
        self, inputs: Nest, initial_state: Nest | None = None, **kwargs: Any
    ) -> tuple[tf.Tensor, Nest, Nest]:
        """Returns `(finished, first_inputs, initial_state)`."""
        raise NotImplementedError(f'{type(self).__name__} defines no initialize(inputs).')

    def step(
        self, time: IntLike, inputs: Nest, state: Nest, training: bool | None
    ) -> tuple[Nest, Nest, Nest, tf.Tensor]:
        """Returns `(outputs, next_state, next_inputs, finished)`."""
        raise NotImplementedError(
            f'{type(self).__name__} defines no step(time, inputs, state, training).'
        )

    @without_autograph
    def call(
        self,
        inputs: Nest,
        initial_state: Nest | None = None,
        training: bool | None = None,
        **kwargs: Any,
    ) -> tuple[Nest, Nest, tf.Tensor]:
        """Decodes.

        Args:
          inputs: What `initialize` takes: sequences, an embedding, start inputs.
          initial_state: The cell's state to begin with.
          training: Whether the layers behave as in training.
          **kwargs: Given on to `initialize`.

        Returns:
          `(final_outputs, final_state, final_sequence_lengths)`, as `dynamic_decode`.
        """
        kwargs.pop('memories', None)
        return self._decode(inputs, training, initial_state=initial_state, **kwargs)

    def _decode(self, inputs: Nest, training: bool | None, **kwargs: Any) -> Any:
        options = {name: getattr(self, name) for name in _OPTIONS}
        begin = {'decoder_init_input': inputs, 'decoder_init_kwargs': kwargs}
        return dynamic_decode(self, training=training, **options, **begin)

    def get_config(self) -> Config:
        """The arguments."""
        options = {name: getattr(self, name) for name in _OPTIONS}
        if options['maximum_iterations'] is not None:
            options['maximum_iterations'] = int(tf.get_static_value(options['maximum_iterations']))
        return {**super().get_config(), **options}

    if IS_KERAS_3:

        def build(self, input_shape: ShapeLike | None = None) -> None:
            """Makes no variables: the layers within do, before the first step."""

        def compute_mask(self, inputs: Nest, previous_mask: Nest) -> None:
            """No masks: the lengths say where sequences end."""

        def __init_subclass__(cls, **kwargs: Any) -> None:
            super().__init_subclass__(**kwargs)
            if 'call' in vars(cls):
                cls.call = takes_hidden(vars(cls)['call'])  # type: ignore[method-assign]

        call = takes_hidden(call)

        def __call__(self, inputs: Nest, *args: Any, **kwargs: Any) -> Any:
            # Keras 3 takes nothing but tensors by position, and no numbers beside tensors.
            names = [*inspect.signature(self.call).parameters][1:]
            kwargs.update(zip(names, args, strict=False))
            given = {**kwargs, 'inputs': inputs}
            if not any(map(is_symbolic, tf.nest.flatten(given))):
                kwargs = {
                    name: value if name == 'training' else hidden(value)
                    for name, value in kwargs.items()
                }
            else:
                kwargs = {
                    name: tf.convert_to_tensor(value) if isinstance(value, int | list) else value
                    for name, value in kwargs.items()
                }
            # So that a functional model sees that this depends on the memory.
            values = [getattr(layer, 'values', None) for layer in self._flatten_layers()]
            if memories := [value for value in values if is_symbolic(value)]:
                kwargs['memories'] = memories
            return super().__call__(inputs, **kwargs)


@without_autograph
def dynamic_decode(
    decoder: Decoder | BaseDecoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: IntLike | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    training: bool | None = None,
    scope: str | None = None,
    enable_tflite_convertible: bool = False,
    **kwargs: Any,
) -> tuple[Nest, Nest, tf.Tensor]:
    """Decodes until every sequence is finished.

    Args:
      decoder: A `Decoder` or a `BaseDecoder`.
      output_time_major: Whether outputs are `[time, batch, ...]` instead of `[batch, time, ...]`.
      impute_finished: Whether to copy the state of finished sequences through and set their outputs
        to zero.
      maximum_iterations: Most steps to take, an int scalar above 0; no limit by default. With XLA
        it is needed, except where the decoder knows a limit (with a `TrainingSampler` it does), and
        the outputs have that many steps, zero after the last one taken.
      parallel_iterations: As for `tf.while_loop`.
      swap_memory: Likewise.
      training: Given on to `decoder.step`.
      scope: Name of the operations, 'decoder' by default.
      enable_tflite_convertible: Whether TensorFlow Lite is to convert the loop: the batch size must
        be 1, `maximum_iterations` given, and the outputs have that many steps, zero after the last
        one taken.
      **kwargs: For a `BaseDecoder`, `decoder_init_input` and the dict `decoder_init_kwargs`: the
        arguments of its `initialize`.

    Returns:
      `(final_outputs, final_state, final_sequence_lengths)`: what `decoder.finalize` returns, and
      int32 `[batch]` (`[batch, beam_width]` in beam search).

    Raises:
      TypeError: If `decoder` is no decoder.
      ValueError: If `maximum_iterations` is not a scalar, or is missing under XLA.
      InvalidArgumentError: If `maximum_iterations` is not above 0.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> cell, sampler = tf.keras.layers.GRUCell(4), tfa.seq2seq.TrainingSampler()
      >>> outputs, state, lengths = tfa.seq2seq.dynamic_decode(
      ...     tfa.seq2seq.BasicDecoder(cell, sampler),
      ...     decoder_init_input=tf.ones([2, 5, 3]),
      ...     decoder_init_kwargs={'initial_state': tf.zeros([2, 4]), 'sequence_length': [5, 2]})
      >>> outputs.rnn_output.shape, lengths.numpy().tolist()
      (TensorShape([2, 5, 4]), [5, 2])

    Legacy: `tfa.seq2seq.dynamic_decode` of TensorFlow Addons 0.23.
    """
    if not isinstance(decoder, Decoder | BaseDecoder):
        raise TypeError(
            f'decoder must be a Decoder or a BaseDecoder, but is a {type(decoder).__name__}. Use '
            'BasicDecoder(cell, sampler), or subclass BaseDecoder.'
        )
    maximum = checked_maximum(maximum_iterations)
    if isinstance(maximum, int) and maximum < 1:
        raise tf.errors.InvalidArgumentError(
            None, None, f'maximum_iterations should be greater than 0, but is {maximum_iterations}.'
        )
    if enable_tflite_convertible and maximum is None:
        raise ValueError('enable_tflite_convertible=True needs maximum_iterations.')
    with tf.name_scope(scope or 'decoder'):
        if isinstance(decoder, BaseDecoder):
            inputs = kwargs.pop('decoder_init_input', None)
            initial = decoder.initialize(inputs, **(kwargs.pop('decoder_init_kwargs', None) or {}))
        else:
            initial = decoder.initialize()  # type: ignore[call-arg]
        if enable_tflite_convertible:
            _check_batch_of_one(decoder.batch_size)
        _build(decoder, initial, training)
        name = type(decoder).__name__
        deferred = getattr(decoder, 'defer_output_layer', lambda: None)()
        decoder, complete = deferred or (decoder, None)
        sizes = decoder.output_size
        zero_outputs = batched_zeros(decoder.batch_size, sizes, decoder.output_dtype)
        decoded = decode(
            lambda time, inputs, state, **ids: decoder.step(time, inputs, state, training, **ids),
            initial,
            zero_outputs,
            shapes=declared_shapes(sizes, zero_outputs),
            name=name,
            maximum_iterations=maximum,
            maximum_length=getattr(decoder, 'maximum_length', None),
            tracks_own_finished=decoder.tracks_own_finished,
            impute_finished=impute_finished,
            imputes_outputs=complete is None,
            sampled_ids=decoder.sampled_ids if decoder.logits_processors else None,
            lengths_of=_own_lengths if decoder.tracks_own_finished else lambda state: None,
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )
        run, state, lengths = decoded
        if enable_tflite_convertible:
            outputs = tf.nest.map_structure(lambda array: array.stack(), run.emitted)
        else:
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


def _own_lengths(state: Nest) -> tf.Tensor | None:
    """The lengths that a decoder counts itself."""
    lengths = getattr(state, 'lengths', None)
    return None if lengths is None else tf.cast(lengths, tf.int32)


def _build(
    decoder: Decoder | BaseDecoder, initial: tuple[tf.Tensor, Nest, Nest], training: bool | None
) -> None:
    """Has the layers make their variables here: Keras 3 cannot make them within a loop."""
    if not IS_KERAS_3 or tf.executing_eagerly() or keras_is_built(decoder):
        return
    finished, inputs, state = initial
    time = tf.constant(0)
    ids = {'ids': no_ids(finished, 1)} if decoder.logits_processors else {}
    step = recording(state, lambda now: decoder.step(time, inputs, now, training, **ids)[:2], time)
    build_by_tracing(lambda: step(for_steps(state, 1)))


def keras_is_built(owner: Any) -> bool:
    """Whether no layer below this one has variables to make; False if that cannot be seen."""
    return hasattr(owner, '_flatten_layers') and all(
        layer.built for layer in owner._flatten_layers(include_self=False)
    )


def _check_batch_of_one(batch_size: IntLike) -> None:
    known = tf.get_static_value(batch_size)
    if known is None:
        tf.debugging.assert_equal(batch_size, 1, 'TFLite conversion requires a batch size of 1')
    elif int(known) != 1:
        raise tf.errors.InvalidArgumentError(
            None, None, f'TFLite conversion requires a batch size of 1, but it is {int(known)}.'
        )


# -- the names within TensorFlow Addons' module that programs call ---------------------------------


def _prepend_batch(batch_size: IntLike, shape: Any) -> Any:
    """The shape of a batch: a list where the size is known, else an int32 tensor."""
    known = tf.get_static_value(batch_size)
    if known is None:
        return tf.concat(([batch_size], shape), axis=0)
    return [known] + shape


def _transpose_batch_time(tensor: TensorLike) -> tf.Tensor:
    """The tensor with its first two axes swapped, if it has two."""
    return transpose_batch_time(tf.convert_to_tensor(tensor))
