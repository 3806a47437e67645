"""Encoder and decoder as one function over Python lists of time steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph
from tf_seq2seq_compat.core.embedding import embed
from tf_seq2seq_compat.layers.base import Layer
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.contrib_wrappers import EmbeddingWrapper, OutputProjectionWrapper
from tf_seq2seq_compat.layers.embedding import embedding_variable
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.legacy_seq2seq.decoders import (
    LoopFunction,
    _extract_argmax_and_embed,
    check_list,
    check_projection,
    decode,
    embedding_attention_decoder,
    embedding_rnn_decoder,
    rnn_decoder,
)
from tf_seq2seq_compat.legacy_seq2seq.function_variables import unused_copy, variables_kept_on
from tf_seq2seq_compat.rnn.static import static_rnn
from tf_seq2seq_compat.types import Cell, DTypeLike, Nest, Scope, TensorLike

tf1 = tf.compat.v1


@without_autograph
def basic_rnn_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    cell: Cell,
    dtype: DTypeLike = tf.float32,
    scope: Scope | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Runs a copy of a cell over one list of inputs, then the cell over another.

    Args:
      encoder_inputs: List of `[batch, depth]` inputs, at least one.
      decoder_inputs: List of `[batch, depth]` inputs of the decoder.
      cell: An `RNNCell`. Encoder and decoder have the same kind of cell and each its variables.
      dtype: Type of the encoder's initial state.
      scope: Variable scope, 'basic_rnn_seq2seq' by default.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one for each element of
      `decoder_inputs`, and the final state of the decoder.

    Raises:
      ValueError: If `encoder_inputs` is empty, or nothing keeps the variables.
      TypeError: If the inputs are not lists, or `cell` is not an RNNCell or cannot be copied.

    Example:
      >>> outputs, state = legacy_seq2seq.basic_rnn_seq2seq(
      ...     [tf.ones([2, 3])] * 4, [tf.ones([2, 3])] * 2, seq2seq.GRUCell(5),
      ...     variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (2, TensorShape([2, 5]))

    Sutskever et al. 2014, "Sequence to Sequence Learning with Neural Networks",
    https://arxiv.org/abs/1409.3215.
    Legacy: `tf.contrib.legacy_seq2seq.basic_rnn_seq2seq` of TF 1.15.
    """
    kept = variables_kept_on(variables, 'basic_rnn_seq2seq')
    with kept, tf1.variable_scope(scope or 'basic_rnn_seq2seq'):
        _, state = static_rnn(_encoder_cell(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


@without_autograph
def tied_rnn_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    cell: Cell,
    loop_function: LoopFunction | None = None,
    dtype: DTypeLike = tf.float32,
    scope: Scope | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Runs one cell, with one set of variables, over one list of inputs and then over another.

    Args:
      encoder_inputs: List of `[batch, depth]` inputs, at least one.
      decoder_inputs: List of `[batch, depth]` inputs of the decoder.
      cell: An `RNNCell`, or a Keras cell.
      loop_function: As for `rnn_decoder`.
      dtype: Type of the encoder's initial state.
      scope: Variable scope below 'combined_tied_rnn_seq2seq'; 'tied_rnn_seq2seq' by default.

    Returns:
      `(outputs, state)`: a list of `[batch, output_size]` tensors, one for each element of
      `decoder_inputs`, and the final state of the decoder.

    Raises:
      ValueError: If `encoder_inputs` is empty, or the two lists have other depths.
      TypeError: If the inputs are not lists, or `cell` is not an RNNCell.

    Example:
      >>> cell = seq2seq.GRUCell(5)
      >>> outputs, state = legacy_seq2seq.tied_rnn_seq2seq(
      ...     [tf.ones([2, 3])] * 4, [tf.ones([2, 3])] * 2, cell)
      >>> len(outputs), outputs[0].shape, len(cell.variables)
      (2, TensorShape([2, 5]), 4)

    Legacy: `tf.contrib.legacy_seq2seq.tied_rnn_seq2seq` of TF 1.15.
    """
    cell = as_rnn_cell(cell)
    inner = scope or 'tied_rnn_seq2seq'
    with tf1.variable_scope('combined_tied_rnn_seq2seq') as combined:
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=inner)
        combined.reuse_variables()
        return decode(decoder_inputs, state, cell, loop_function, inner)


@without_autograph
def embedding_rnn_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    cell: Cell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    feed_previous: bool | tf.Tensor = False,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """Encodes a list of symbols by a copy of a cell and decodes another by the cell.

    Args:
      encoder_inputs: List of int `[batch]` symbols, at least one.
      decoder_inputs: List of int `[batch]` symbols of the decoder.
      cell: An `RNNCell`. Encoder and decoder have the same kind of cell and each its variables.
      num_encoder_symbols: Number of symbols on the encoder's side.
      num_decoder_symbols: Number of symbols on the decoder's side.
      embedding_size: Depth of both embeddings.
      output_projection: `(weights, biases)` of shapes `[output_size, num_decoder_symbols]` and
        `[num_decoder_symbols]`: outputs are then those of the cell, and this leads from them to
        logits. Without it the model has a projection of its own, and outputs are logits.
      feed_previous: Whether each step of the decoder but the first gets the most likely symbol of
        the step before: a bool, or a scalar bool tensor. By a tensor, symbols fed back do not train
        the embedding.
      dtype: Type of the encoder's initial state, float32 by default.
      scope: Variable scope, 'embedding_rnn_seq2seq' by default.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, num_decoder_symbols]` logits (or of the outputs
      `[batch, output_size]` of the cell), one for each element of `decoder_inputs`, and the final
      state of the decoder.

    Raises:
      ValueError: If `encoder_inputs` is empty, `output_projection` has another shape, or nothing
        keeps the variables.
      TypeError: If the inputs are not lists, `cell` is not an RNNCell or cannot be copied, or
        `feed_previous` is not a bool.

    Example:
      >>> outputs, state = legacy_seq2seq.embedding_rnn_seq2seq(
      ...     [tf.constant([1, 2])] * 4, [tf.constant([3, 0])] * 3, seq2seq.GRUCell(5), 6, 7, 4,
      ...     variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 7]))

    Sutskever et al. 2014, "Sequence to Sequence Learning with Neural Networks",
    https://arxiv.org/abs/1409.3215.
    Legacy: `tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq` of TF 1.15.
    """
    kept = variables_kept_on(variables, 'embedding_rnn_seq2seq')
    with kept, tf1.variable_scope(scope or 'embedding_rnn_seq2seq', dtype=dtype) as opened:
        encoder = EmbeddingWrapper(_encoder_cell(cell), num_encoder_symbols, embedding_size)
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decoded(feed: bool, update_embedding: bool) -> tuple[list[tf.Tensor], Nest]:
            return embedding_rnn_decoder(
                decoder_inputs,
                encoder_state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection,
                feed,
                update_embedding,
            )

        return _fed_or_not(feed_previous, decoded)


@without_autograph
def embedding_tied_rnn_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    cell: Cell,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    feed_previous: bool | tf.Tensor = False,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """`embedding_rnn_seq2seq` with one embedding and one cell for both sides.

    Args:
      encoder_inputs: List of int `[batch]` symbols, at least one.
      decoder_inputs: List of int `[batch]` symbols of the decoder.
      cell: An `RNNCell`, or a Keras cell.
      num_symbols: Number of symbols of both sides.
      embedding_size: Depth of the embedding.
      num_decoder_symbols: Number of symbols that the decoder can put out; all by default.
      output_projection: As for `embedding_rnn_seq2seq`, of `num_symbols`.
      feed_previous: As for `embedding_rnn_seq2seq`.
      dtype: Type of the encoder's initial state, float32 by default.
      scope: Variable scope, 'embedding_tied_rnn_seq2seq' by default.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, num_decoder_symbols]` logits (or of the outputs
      `[batch, output_size]` of the cell), one for each element of `decoder_inputs`, and the final
      state of the decoder.

    Raises:
      ValueError: If `encoder_inputs` is empty, `output_projection` has another shape, or nothing
        keeps the variables.
      TypeError: If the inputs are not lists, `cell` is not an RNNCell, or `feed_previous` is not
        a bool.

    Example:
      >>> outputs, state = legacy_seq2seq.embedding_tied_rnn_seq2seq(
      ...     [tf.constant([1, 2])] * 4, [tf.constant([3, 0])] * 3, seq2seq.GRUCell(5), 6, 4,
      ...     feed_previous=tf.constant(True), variables=seq2seq.Layer())
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 6]))

    Legacy: `tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq` of TF 1.15.
    """
    check_list('encoder_inputs', encoder_inputs)
    check_list('decoder_inputs', decoder_inputs)
    kept = variables_kept_on(variables, 'embedding_tied_rnn_seq2seq')
    with kept, tf1.variable_scope(scope or 'embedding_tied_rnn_seq2seq', dtype=dtype) as opened:
        check_projection(output_projection, num_symbols)
        embedding = embedding_variable('embedding', (num_symbols, embedding_size))
        encoder_steps, decoder_steps = (
            [embed(embedding, symbols) for symbols in steps]
            for steps in (encoder_inputs, decoder_inputs)
        )
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decoded(feed: bool, update_embedding: bool) -> tuple[list[tf.Tensor], Nest]:
            loop_function = None
            if feed:
                loop_function = _extract_argmax_and_embed(
                    embedding, output_projection, update_embedding
                )
            return tied_rnn_seq2seq(encoder_steps, decoder_steps, cell, loop_function, opened.dtype)

        return _fed_or_not(feed_previous, decoded)


@without_autograph
def embedding_attention_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs: Sequence[TensorLike],
    cell: Cell,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: tuple[TensorLike, TensorLike] | None = None,
    feed_previous: bool | tf.Tensor = False,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    initial_state_attention: bool = False,
    *,
    variables: Layer | None = None,
) -> tuple[list[tf.Tensor], Nest]:
    """`embedding_rnn_seq2seq` whose decoder attends to the encoder's outputs.

    Args:
      encoder_inputs: List of int `[batch]` symbols, at least one.
      decoder_inputs: List of int `[batch]` symbols of the decoder, at least one.
      cell: An `RNNCell`. Encoder and decoder have the same kind of cell and each its variables.
      num_encoder_symbols: Number of symbols on the encoder's side.
      num_decoder_symbols: Number of symbols on the decoder's side.
      embedding_size: Depth of both embeddings.
      num_heads: Number of attention heads.
      output_projection: As for `embedding_rnn_seq2seq`.
      feed_previous: As for `embedding_rnn_seq2seq`.
      dtype: Type of the variables and of the initial state, float32 by default.
      scope: Variable scope, 'embedding_attention_seq2seq' by default.
      initial_state_attention: As for `attention_decoder`.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, state)`: a list of `[batch, num_decoder_symbols]` logits (or of outputs
      `[batch, output_size]` where `output_projection` is given), one for each element of
      `decoder_inputs`, and the final state of the decoder.

    Raises:
      ValueError: If a list of inputs is empty, `num_heads` is less than 1, `output_projection` has
        another shape, or nothing keeps the variables.
      TypeError: If the inputs are not lists, `cell` is not an RNNCell or cannot be copied, or
        `feed_previous` is not a bool.

    Example:
      >>> layer = seq2seq.Layer()
      >>> outputs, state = legacy_seq2seq.embedding_attention_seq2seq(
      ...     [tf.constant([1, 2])] * 4, [tf.constant([3, 0])] * 3, seq2seq.GRUCell(5), 6, 7, 4,
      ...     variables=layer)
      >>> len(outputs), outputs[0].shape
      (3, TensorShape([2, 7]))
      >>> layer.variables[0].name
      'embedding_attention_seq2seq/rnn/embedding_wrapper/embedding:0'

    Bahdanau et al. 2014, "Neural Machine Translation by Jointly Learning to Align and Translate",
    https://arxiv.org/abs/1409.0473; Vinyals et al. 2014, "Grammar as a Foreign Language",
    https://arxiv.org/abs/1412.7449.
    Legacy: `tf.contrib.legacy_seq2seq.embedding_attention_seq2seq` of TF 1.15.
    """
    kept = variables_kept_on(variables, 'embedding_attention_seq2seq')
    with kept, tf1.variable_scope(scope or 'embedding_attention_seq2seq', dtype=dtype) as opened:
        encoder = EmbeddingWrapper(_encoder_cell(cell), num_encoder_symbols, embedding_size)
        encoder_outputs, encoder_state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        memory = tf.stack(encoder_outputs, axis=1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decoded(feed: bool, update_embedding: bool) -> tuple[list[tf.Tensor], Nest]:
            return embedding_attention_decoder(
                decoder_inputs,
                encoder_state,
                memory,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update_embedding,
                initial_state_attention=initial_state_attention,
            )

        return _fed_or_not(feed_previous, decoded)


@without_autograph
def one2many_rnn_seq2seq(
    encoder_inputs: Sequence[TensorLike],
    decoder_inputs_dict: Mapping[str, Sequence[TensorLike]],
    enc_cell: Cell,
    dec_cells_dict: Mapping[str, Cell],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: Mapping[str, int],
    embedding_size: int,
    feed_previous: bool | tf.Tensor = False,
    dtype: DTypeLike | None = None,
    scope: Scope | None = None,
    *,
    variables: Layer | None = None,
) -> tuple[dict[str, list[tf.Tensor]], dict[str, Nest]]:
    """Encodes a list of symbols once and decodes it by several decoders, one for each task.

    Args:
      encoder_inputs: List of int `[batch]` symbols, at least one.
      decoder_inputs_dict: For each task, a list of int `[batch]` symbols of its decoder.
      enc_cell: The encoder's `RNNCell`.
      dec_cells_dict: For each task, its decoder's `RNNCell`, whose state is like the encoder's.
      num_encoder_symbols: Number of symbols on the encoder's side.
      num_decoder_symbols_dict: For each task, the number of its decoder's symbols.
      embedding_size: Depth of all embeddings.
      feed_previous: As for `embedding_rnn_seq2seq`, but what is fed back trains the embedding.
      dtype: Type of the encoder's initial state, float32 by default.
      scope: Variable scope, 'one2many_rnn_seq2seq' by default. Each decoder has
        'one2many_decoder_' and the name of its task below it.
      variables: Layer that keeps the variables outside of TF1 graphs.

    Returns:
      `(outputs, states)`: for each task, a list of `[batch, its number of symbols]` logits, one for
      each element of its list in `decoder_inputs_dict`; and its decoder's final state.

    Raises:
      TypeError: If a cell is no `RNNCell`, an input no list, or `feed_previous` no bool.
      ValueError: If the tasks of the cells are not those of the inputs, `encoder_inputs` is empty,
        or nothing keeps the variables.
      KeyError: If `num_decoder_symbols_dict` lacks a task.

    Example:
      >>> steps = [tf.constant([1, 2])] * 3
      >>> outputs, states = legacy_seq2seq.one2many_rnn_seq2seq(
      ...     steps, {'parse': steps, 'translate': steps}, seq2seq.GRUCell(5),
      ...     {'parse': seq2seq.GRUCell(5), 'translate': seq2seq.GRUCell(5)}, 6,
      ...     {'parse': 3, 'translate': 7}, 4, variables=seq2seq.Layer())
      >>> outputs['parse'][0].shape, outputs['translate'][0].shape
      (TensorShape([2, 3]), TensorShape([2, 7]))

    Luong et al. 2015, "Multi-task Sequence to Sequence Learning", https://arxiv.org/abs/1511.06114.
    Legacy: `tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq` of TF 1.15.
    """
    _check_tasks(decoder_inputs_dict, enc_cell, dec_cells_dict, num_decoder_symbols_dict)
    outputs, states = {}, {}
    kept = variables_kept_on(variables, 'one2many_rnn_seq2seq')
    with kept, tf1.variable_scope(scope or 'one2many_rnn_seq2seq', dtype=dtype) as opened:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for task, decoder_inputs in decoder_inputs_dict.items():
            num_symbols = num_decoder_symbols_dict[task]
            with tf1.variable_scope(f'one2many_decoder_{task}'):
                decoded = _decoder_of_task(
                    decoder_inputs, encoder_state, dec_cells_dict[task], num_symbols, embedding_size
                )
                outputs[task], states[task] = _fed_or_not(feed_previous, decoded)
    return outputs, states


def _decoder_of_task(
    decoder_inputs: Sequence[TensorLike],
    state: Nest,
    cell: Cell,
    num_symbols: int,
    embedding_size: int,
) -> Callable[[bool, bool], tuple[list[tf.Tensor], Nest]]:
    cell = OutputProjectionWrapper(cell, num_symbols)

    def decoded(feed: bool, _: bool) -> tuple[list[tf.Tensor], Nest]:
        return embedding_rnn_decoder(
            decoder_inputs, state, cell, num_symbols, embedding_size, feed_previous=feed
        )

    return decoded


def _check_tasks(
    inputs: Mapping[str, TensorLike],
    enc_cell: Cell,
    cells: Mapping[str, Cell],
    symbols: Mapping[str, int],
) -> None:
    if not isinstance(enc_cell, RNNCell):
        raise TypeError(f'enc_cell is not an RNNCell: {enc_cell!r}. Give a GRUCell, for example.')
    if set(cells) != set(inputs):
        raise ValueError(
            f'dec_cells_dict has the keys {sorted(cells)}, but decoder_inputs_dict has '
            f'{sorted(inputs)}: give one cell for each decoder.'
        )
    for task, cell in cells.items():
        if not isinstance(cell, RNNCell):
            raise TypeError(f'dec_cells_dict[{task!r}] is not an RNNCell: {cell!r}.')
    for task in inputs:
        if task not in symbols:
            raise KeyError(
                f'num_decoder_symbols_dict has the keys {sorted(symbols)}, but decoder_inputs_dict '
                f'has {sorted(inputs)}: give one number for each decoder.'
            )


def _encoder_cell(cell: Cell) -> Cell:
    return unused_copy(as_rnn_cell(cell))


def _fed_or_not(
    feed_previous: bool | tf.Tensor, decoded: Callable[[bool, bool], tuple[list[tf.Tensor], Nest]]
) -> tuple[list[tf.Tensor], Nest]:
    """Decodes with or without feeding back, as a bool or a bool tensor says.

    Args:
      feed_previous: bool, or scalar bool tensor.
      decoded: Function of whether to feed back and whether that trains the embedding.

    Returns:
      What `decoded` returns.
    """
    if isinstance(feed_previous, bool):
        return decoded(feed_previous, True)
    condition = tf.convert_to_tensor(feed_previous)
    if condition.dtype != tf.bool:
        raise TypeError(
            f'feed_previous must be a bool or a scalar bool tensor, but is {feed_previous!r}.'
        )
    outer = tf1.get_variable_scope()

    def branch(feed: bool) -> tuple[list[tf.Tensor], Nest]:
        # The first branch that is traced makes the variables, the second finds them.
        reuse = None if feed else True
        with tf1.variable_scope(outer, reuse=reuse, auxiliary_name_scope=False):
            return decoded(feed, False)

    return tf.cond(condition, lambda: branch(True), lambda: branch(False))
