"""Decoders over a Python list of time steps, with and without attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.embedding import embed
from tf_seq2seq_compat.core.structure import axis_size, batched_zeros
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.cell_checks import layer_size
from tf_seq2seq_compat.layers.cell_wrappers import new_dropout_masks
from tf_seq2seq_compat.layers.embedding import embedding_variable
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.layers.linear import linear
from tf_seq2seq_compat.legacy_seq2seq.function_variables import variables_kept_on
from tf_seq2seq_compat.types import Cell, DTypeLike, Embedding, Nest, Scope, TensorLike

tf1 = tf.compat.v1

LoopFunction = Callable[[Any, int], Any]


@without_autograph
def rnn_decoder(
    decoder_inputs: Sequence[TensorLike],
    initial_state: Nest,
    cell: Cell,
    loop_function: LoopFunction | None = None,
    scope: Scope | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Runs a cell over a list of inputs, or over its own outputs.

    Args:
      decoder_inputs: List of `[batch, depth]` inputs, one a step.
      initial_state: State to begin with: a nest like `cell.state_size` of `[batch, size]` tensors.
      cell: An `RNNCell`, a Keras cell, or a function `(inputs, state) -> (output, new state)`.
      loop_function: `f(previous_output, step)`, which gives the input `[batch, depth]` of each step
        but the first; that of `decoder_inputs` then counts for nothing. It runs in the variable
        scope `loop_function`, where variables are reused.
      scope: Variable scope, 'rnn_decoder' by default.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one a step, and the final state.

    Raises:
      TypeError: If `decoder_inputs` is not a list, or `cell` is not an RNNCell.

    Example:
      >>> outputs, state = legacy_seq2seq.rnn_decoder(
      ...     [tf.ones([2, 4])] * 3, tf.zeros([2, 4]), seq2seq.GRUCell(4),
      ...     loop_function=lambda previous, step: previous)
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 4]))

    Legacy: `tf.contrib.legacy_seq2seq.rnn_decoder` of TF 1.15.
    """
    cell = _steppable(cell)
    new_dropout_masks(cell)
    return decode(decoder_inputs, initial_state, cell, loop_function, scope or 'rnn_decoder')


def decode(
    decoder_inputs: Sequence[TensorLike],
    initial_state: Nest,
    cell: Cell,
    loop_function: LoopFunction | None,
    scope: Scope,
) -> tuple[list[tf.Tensor], Nest]:
    """The loop of `rnn_decoder`, which leaves the cell's dropout masks as they are."""
    check_list('decoder_inputs', decoder_inputs)
    outputs: list[tf.Tensor] = []
    state = initial_state
    with tf1.variable_scope(scope) as opened:
        for step in range(len(decoder_inputs)):
            step_input = _input_of_step(decoder_inputs, step, outputs, loop_function)
            if outputs:
                opened.reuse_variables()
            output, state = cell(step_input, state)
            outputs.append(output)
    return outputs, state


@without_autograph
def attention_decoder(
    decoder_inputs: Sequence[TensorLike],
    initial_state: Nest,
    attention_states: TensorLike,
    cell: Cell,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: LoopFunction | None = None,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    initial_state_attention: bool = False,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Runs a cell over a list of inputs, with additive attention to a memory.

    Each step mixes its input with what was read from the memory in the step before, takes a step of
    the cell, reads the memory by the new state, and mixes output and reading. A head has its own
    scores `v · tanh(W memory + U state + b)`, whose softmax weighs the rows of the memory.

    Args:
      decoder_inputs: List of `[batch, depth]` inputs, one a step, at least one.
      initial_state: State to begin with: a nest like `cell.state_size` of `[batch, size]` tensors.
      attention_states: The memory, `[batch, length, memory_depth]`; only the depth must be known.
      cell: An `RNNCell`, or a Keras cell.
      output_size: Depth of the outputs; `cell.output_size` by default.
      num_heads: Number of attention heads.
      loop_function: As for `rnn_decoder`.
      dtype: Type of the variables of the attention; that of the variable scope by default.
      scope: Variable scope, 'attention_decoder' by default.
      initial_state_attention: Whether the first step reads the memory by the initial state, as a
        decoder must which is called once for each step; it gets zeros by default.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one a step, and the final state.

    Raises:
      ValueError: If `decoder_inputs` is empty, `num_heads` is less than 1, a depth is not known, a
        rank is wrong, the batches differ, or nothing keeps the variables.
      TypeError: If `decoder_inputs` is not a list, or `cell` is not an RNNCell.

    Example:
      >>> outputs, state = legacy_seq2seq.attention_decoder(
      ...     [tf.ones([2, 3])] * 4, tf.zeros([2, 5]), tf.ones([2, 7, 6]), seq2seq.GRUCell(5),
      ...     num_heads=2, variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (4, TensorShape([2, 5]))

    Vinyals et al. 2014, "Grammar as a Foreign Language", https://arxiv.org/abs/1412.7449.
    Legacy: `tf.contrib.legacy_seq2seq.attention_decoder` of TF 1.15.
    """
    check_list('decoder_inputs', decoder_inputs)
    if not decoder_inputs:
        raise ValueError(
            'decoder_inputs is an empty list: attention_decoder needs one input a step, at least 1.'
        )
    if num_heads < 1:
        raise ValueError(
            f'num_heads is {num_heads}: with less than 1 head there is no attention. Use '
            'rnn_decoder for a decoder without.'
        )
    cell = _steppable(cell)
    if output_size is None:
        output_size = cell.output_size
    memory = _checked_memory(attention_states, decoder_inputs[0])
    new_dropout_masks(cell)
    kept = variables_kept_on(variables, 'attention_decoder')
    with kept, tf1.variable_scope(scope or 'attention_decoder', dtype=dtype) as opened:
        read = _memory_reader(memory, num_heads)
        state = initial_state
        if initial_state_attention:
            readings = read(state)
        else:
            batch_size = axis_size(tf.convert_to_tensor(decoder_inputs[0]), 0)
            sizes = [tf.compat.dimension_value(memory.shape[2])] * num_heads
            readings = batched_zeros(batch_size, sizes, opened.dtype)
        outputs: list[tf.Tensor] = []
        for step in range(len(decoder_inputs)):
            if step > 0:
                opened.reuse_variables()
            step_input = _input_of_step(decoder_inputs, step, outputs, loop_function)
            depth = _known_depth(step_input)
            cell_output, state = cell(linear([step_input, *readings], depth, True), state)
            # With initial_state_attention the heads' variables are there since before the loop.
            again = True if step == 0 and initial_state_attention else None
            with tf1.variable_scope(opened, reuse=again, auxiliary_name_scope=False):
                readings = read(state)
            with tf1.variable_scope('AttnOutputProjection'):
                outputs.append(linear([cell_output, *readings], output_size, True))
        return outputs, state


@without_autograph
def embedding_rnn_decoder(
    decoder_inputs: Sequence[TensorLike],
    initial_state: Nest,
    cell: Cell,
    num_symbols: int,
    embedding_size: int,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Scope | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Embeds a list of symbols and runs a cell over them, or over the symbols that it puts out.

    Args:
      decoder_inputs: List of int `[batch]` symbols, one a step.
      initial_state: State to begin with: a nest like `cell.state_size` of `[batch, size]` tensors.
      cell: An `RNNCell`, or a Keras cell.
      num_symbols: Number of symbols.
      embedding_size: Depth of the embedding.
      output_projection: `(weights, biases)` of shapes `[output_size, num_symbols]` and
        `[num_symbols]`, from outputs to logits. Without it outputs are logits already. It is used
        to find the previous symbol only: outputs are not projected.
      feed_previous: Whether each step but the first gets the most likely symbol of the step before,
        so that of `decoder_inputs` only the first counts ("GO").
      update_embedding_for_previous: Whether the symbols fed back train the embedding; else only the
        first one does. Without `feed_previous` all do.
      scope: Variable scope, 'embedding_rnn_decoder' by default.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one a step, and the final state.

    Raises:
      ValueError: If `output_projection` has another shape, or nothing keeps the variables.
      TypeError: If `decoder_inputs` is not a list, or `cell` is not an RNNCell.

    Example:
      >>> outputs, state = legacy_seq2seq.embedding_rnn_decoder(
      ...     [tf.constant([1, 2])] * 3, tf.zeros([2, 5]), seq2seq.GRUCell(5), num_symbols=5,
      ...     embedding_size=4, feed_previous=True, variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 5]))

    Legacy: `tf.contrib.legacy_seq2seq.embedding_rnn_decoder` of TF 1.15.
    """
    check_list('decoder_inputs', decoder_inputs)
    kept = variables_kept_on(variables, 'embedding_rnn_decoder')
    with kept, tf1.variable_scope(scope or 'embedding_rnn_decoder'):
        check_projection(output_projection, num_symbols)
        embedding = embedding_variable('embedding', (num_symbols, embedding_size))
        loop_function = None
        if feed_previous:
            loop_function = _extract_argmax_and_embed(
                embedding, output_projection, update_embedding_for_previous
            )
        inputs = [embed(embedding, symbols) for symbols in decoder_inputs]
        return rnn_decoder(inputs, initial_state, cell, loop_function)


@without_autograph
def embedding_attention_decoder(
    decoder_inputs: Sequence[TensorLike],
    initial_state: Nest,
    attention_states: TensorLike,
    cell: Cell,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    initial_state_attention: bool = False,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """`embedding_rnn_decoder` with the attention of `attention_decoder`.

    Args:
      decoder_inputs: List of int `[batch]` symbols, one a step, at least one.
      initial_state: State to begin with: a nest like `cell.state_size` of `[batch, size]` tensors.
      attention_states: The memory, `[batch, length, memory_depth]`; only the depth must be known.
      cell: An `RNNCell`, or a Keras cell.
      num_symbols: Number of symbols.
      embedding_size: Depth of the embedding.
      num_heads: Number of attention heads.
      output_size: Depth of the outputs; `cell.output_size` by default.
      output_projection: As for `embedding_rnn_decoder`.
      feed_previous: As for `embedding_rnn_decoder`.
      update_embedding_for_previous: As for `embedding_rnn_decoder`.
      dtype: Type of the variables; that of the variable scope by default.
      scope: Variable scope, 'embedding_attention_decoder' by default.
      initial_state_attention: As for `attention_decoder`.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one a step, and the final state.

    Raises:
      ValueError: As `attention_decoder`, or if the biases of `output_projection` have another
        shape.
      TypeError: If `decoder_inputs` is not a list, or `cell` is not an RNNCell.

    Example:
      >>> outputs, state = legacy_seq2seq.embedding_attention_decoder(
      ...     [tf.constant([1, 2])] * 3, tf.zeros([2, 6]), tf.ones([2, 7, 6]), seq2seq.GRUCell(6),
      ...     num_symbols=5, embedding_size=4, output_size=5, feed_previous=True,
      ...     variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 5]))

    Vinyals et al. 2014, "Grammar as a Foreign Language", https://arxiv.org/abs/1412.7449.
    Legacy: `tf.contrib.legacy_seq2seq.embedding_attention_decoder` of TF 1.15.
    """
    check_list('decoder_inputs', decoder_inputs)
    kept = variables_kept_on(variables, 'embedding_attention_decoder')
    with kept, tf1.variable_scope(scope or 'embedding_attention_decoder', dtype=dtype):
        if output_projection is not None:
            symbols = layer_size('num_symbols', num_symbols)
            _check_shape('biases', output_projection[1], [symbols])
        embedding = embedding_variable('embedding', (num_symbols, embedding_size))
        loop_function = None
        if feed_previous:
            loop_function = _extract_argmax_and_embed(
                embedding, output_projection, update_embedding_for_previous
            )
        return attention_decoder(
            [embed(embedding, symbols) for symbols in decoder_inputs],
            initial_state,
            attention_states,
            cell,
            output_size,
            num_heads,
            loop_function,
            initial_state_attention=initial_state_attention,
        )


def _extract_argmax_and_embed(
    embedding: Embedding,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    update_embedding: bool = True,
) -> LoopFunction:
    """A loop function which embeds the most likely symbol of the output before.

    Args:
      embedding: `[num_symbols, embedding_size]`.
      output_projection: `(weights, biases)` from outputs to logits; None if outputs are logits.
      update_embedding: Whether gradients reach the embedding through it.

    Returns:
      `f(previous_output, step)`, from `[batch, output_size]` to `[batch, embedding_size]`.
    """

    def embedded_symbol(previous: tf.Tensor, _: object) -> tf.Tensor:
        logits = previous
        if output_projection is not None:
            weights, biases = output_projection[:2]
            logits = tf.matmul(previous, weights) + biases
        embedded = embed(embedding, tf.argmax(logits, axis=1))
        return embedded if update_embedding else tf.stop_gradient(embedded)

    return embedded_symbol


# -- what the decoders and models share ----------------------------------------------------------


def check_list(argument: str, steps: Sequence[TensorLike]) -> None:
    """Raises TypeError where `steps` is not a list with one element a step."""
    if not isinstance(steps, list | tuple):
        shape = f' of shape {steps.shape}' if hasattr(steps, 'shape') else ''
        raise TypeError(
            f'{argument} must be a list, one element a step, but is a {type(steps).__name__}'
            f'{shape}. Split a tensor with tf.unstack(x, axis=1) (axis=0 if time is first).'
        )


def check_projection(
    output_projection: tuple[TensorLike, TensorLike] | None, num_symbols: int
) -> None:
    """Raises ValueError where the weights or biases do not lead to `num_symbols` logits."""
    if output_projection is not None:
        num_symbols = layer_size('num_symbols', num_symbols)
        _check_shape('weights', output_projection[0], [None, num_symbols])
        _check_shape('biases', output_projection[1], [num_symbols])


def _check_shape(what: str, tensor: TensorLike, shape: list[int | None]) -> None:
    found = tf.convert_to_tensor(tensor).shape
    if not found.is_compatible_with(shape):
        raise ValueError(
            f'The {what} of output_projection have shape {found}, but must have {shape}: '
            'output_projection is (weights [output_size, num_symbols], biases [num_symbols]).'
        )


def _steppable(cell: Cell) -> Cell:
    """A cell; a function of inputs and state will do, since here the state is always given."""
    try:
        return as_rnn_cell(cell)
    except TypeError:
        if callable(cell) and not isinstance(cell, type):
            return cell
        raise


def _input_of_step(
    decoder_inputs: Sequence[TensorLike],
    step: int,
    outputs: list[tf.Tensor],
    loop_function: LoopFunction | None,
) -> tf.Tensor:
    if loop_function is None or not outputs:
        return decoder_inputs[step]
    with tf1.variable_scope('loop_function', reuse=True):
        return loop_function(outputs[-1], step)


def _memory_reader(memory: tf.Tensor, num_heads: int) -> Callable[[Nest], list[tf.Tensor]]:
    """Makes the heads' keys, and gives the function from a state to what each head reads."""
    depth = tf.compat.dimension_value(memory.shape[2])
    heads = []
    for head in range(num_heads):
        weights = tf1.get_variable(f'AttnW_{head}', [1, 1, depth, depth])
        keys = tf.matmul(memory, tf.squeeze(weights, [0, 1]))
        heads.append((keys, tf1.get_variable(f'AttnV_{head}', [depth])))

    def read(state: Nest) -> list[tf.Tensor]:
        query = tf.nest.flatten(state)
        readings = []
        for head, (keys, scale) in enumerate(heads):
            with tf1.variable_scope(f'Attention_{head}'):
                projected = linear(query, depth, True)
            scores = tf.reduce_sum(scale * tf.tanh(keys + projected[:, tf.newaxis]), 2)
            alignments = tf.nn.softmax(scores)
            readings.append(tf.reduce_sum(alignments[:, :, tf.newaxis] * memory, 1))
        return readings

    return read


def _checked_memory(attention_states: TensorLike, first_input: TensorLike) -> tf.Tensor:
    memory = tf.convert_to_tensor(attention_states)
    if memory.shape.rank not in (None, 3):
        raise ValueError(
            f'attention_states must be [batch, length, memory_depth], but have shape '
            f'{memory.shape}. Stack a list of encoder outputs with tf.stack(outputs, axis=1).'
        )
    if memory.shape.rank is None or tf.compat.dimension_value(memory.shape[2]) is None:
        raise ValueError(
            f'Shape[2] of attention_states must be known, but the shape is {memory.shape}: give it '
            'with attention_states.set_shape([None, None, memory_depth]).'
        )
    inputs = tf.convert_to_tensor(first_input)
    if inputs.shape.rank is not None and not memory.shape[:1].is_compatible_with(inputs.shape[:1]):
        raise ValueError(
            f'attention_states have shape {memory.shape}, but decoder_inputs have shape '
            f'{inputs.shape}: the first dimension, the batch, must be equal.'
        )
    return memory


def _known_depth(step_input: TensorLike) -> int:
    shape = tf.convert_to_tensor(step_input).shape
    if shape.rank not in (None, 2):
        raise ValueError(
            f'An element of decoder_inputs must have rank 2, [batch, depth], but has shape {shape}.'
        )
    depth = None if shape.rank is None else tf.compat.dimension_value(shape[1])
    if depth is None:
        raise ValueError(
            f'The input size (depth) of decoder_inputs must be known, but one has shape {shape}: '
            'give it with set_shape([None, depth]).'
        )
    return int(depth)
