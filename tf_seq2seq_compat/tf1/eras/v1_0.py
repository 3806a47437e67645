"""TensorFlow 1.0, where it was otherwise than 1.1.

* Decoding was `dynamic_rnn_decoder` with a function between the steps, made by
  `attention_decoder_fn_train`, `attention_decoder_fn_inference`, `simple_decoder_fn_train` or
  `simple_decoder_fn_inference`; what they attend with was made by `prepare_attention`.
* A cell could be called in any scope, and had other variables in each; it had no `reuse`.
* `softmax_loss_function` of `tf.contrib.seq2seq.sequence_loss` was called with the logits first.
* `one2many_rnn_seq2seq` had one cell for its encoder and all its decoders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import legacy_seq2seq, rnn
from tf_seq2seq_compat.core import attention as core
from tf_seq2seq_compat.layers.linear import linear as _linear_today
from tf_seq2seq_compat.tf1.eras import Notes, Written, v1_1, v1_2, with_parameters
from tf_seq2seq_compat.tf1.eras.scoped_cells import scoped
from tf_seq2seq_compat.types import Cell, IntLike, Nest, Scope, TensorLike

NOTES = Notes('1.0')
tf1 = tf.compat.v1

# Cells
# ----------------------------------------------------------------------------------------

PARAMETERS = {
    name: parameters.replace(' reuse=None', '') for name, parameters in v1_1.CELLS.items()
}
for _name, _parameters in PARAMETERS.items():
    _today = getattr(rnn, _name)
    NOTES.instead_of(_today, written=Written(once=True, names=True))(
        scoped(with_parameters(_today, _parameters), '1.0')
    )


class LSTMBlockCell(v1_2.LSTMBlockCell):
    """With a state that is a plain pair."""

    @property
    def state_size(self) -> Any:
        return tuple(super().state_size)

    def call(self, inputs: tf.Tensor, state: Nest) -> Any:
        """Takes one step."""
        output, state = super().call(inputs, rnn.LSTMStateTuple(*state))
        return output, tuple(state)


NOTES.instead_of(rnn.LSTMBlockCell)(scoped(LSTMBlockCell, '1.0'))
NOTES.parameters(rnn.DropoutWrapper, 'cell input_keep_prob=1.0 output_keep_prob=1.0 seed=None')

# Decoder functions
# ----------------------------------------------------------------------------------------

Step = Callable[..., tuple[Any, Nest, Nest, Nest, Nest]]
"""From the time, the state, the input and the output of the cell, and a state of its own: which
examples are done (None: as the lengths say), the next three of the cell, and its own."""


@NOTES.had('tensorflow.contrib.seq2seq.simple_decoder_fn_train')
def simple_decoder_fn_train(encoder_state: Nest, name: str | None = None) -> Step:
    """Begins with the state of the encoder and leaves everything as it is."""

    def decoder_fn(
        time: tf.Tensor, cell_state: Nest, cell_input: Nest, cell_output: Nest, context_state: Nest
    ) -> Any:
        state = encoder_state if cell_state is None else cell_state
        return None, state, cell_input, cell_output, context_state

    return decoder_fn


@NOTES.had('tensorflow.contrib.seq2seq.attention_decoder_fn_train')
def attention_decoder_fn_train(
    encoder_state: Nest,
    attention_keys: tf.Tensor,
    attention_values: tf.Tensor,
    attention_score_fn: Callable[..., tf.Tensor],
    attention_construct_fn: Callable[..., tf.Tensor],
    name: str | None = None,
) -> Step:
    """Outputs the attention, and puts it beside the input."""

    def decoder_fn(
        time: tf.Tensor, cell_state: Nest, cell_input: Nest, cell_output: Nest, context_state: Nest
    ) -> Any:
        if cell_state is None:
            cell_state, attention = encoder_state, _first_attention(encoder_state)
        else:
            attention = attention_construct_fn(cell_output, attention_keys, attention_values)
            cell_output = attention
        return None, cell_state, tf.concat([cell_input, attention], 1), cell_output, context_state

    return decoder_fn


@NOTES.had('tensorflow.contrib.seq2seq.simple_decoder_fn_inference')
def simple_decoder_fn_inference(
    output_fn: Callable[[tf.Tensor], tf.Tensor] | None,
    encoder_state: Nest,
    embeddings: Any,
    start_of_sequence_id: TensorLike,
    end_of_sequence_id: TensorLike,
    maximum_length: IntLike,
    num_decoder_symbols: int,
    dtype: tf.DType = tf.int32,
    name: str | None = None,
) -> Step:
    """Feeds the most probable symbol back, until all have ended or `maximum_length` has passed."""
    return _greedy(
        lambda output: output,
        lambda embedded, _: embedded,
        output_fn,
        encoder_state,
        embeddings,
        (start_of_sequence_id, end_of_sequence_id, maximum_length, num_decoder_symbols),
        dtype,
    )


@NOTES.had('tensorflow.contrib.seq2seq.attention_decoder_fn_inference')
def attention_decoder_fn_inference(
    output_fn: Callable[[tf.Tensor], tf.Tensor] | None,
    encoder_state: Nest,
    attention_keys: tf.Tensor,
    attention_values: tf.Tensor,
    attention_score_fn: Callable[..., tf.Tensor],
    attention_construct_fn: Callable[..., tf.Tensor],
    embeddings: Any,
    start_of_sequence_id: TensorLike,
    end_of_sequence_id: TensorLike,
    maximum_length: IntLike,
    num_decoder_symbols: int,
    dtype: tf.DType = tf.int32,
    name: str | None = None,
) -> Step:
    """As `simple_decoder_fn_inference`, with attention."""
    return _greedy(
        lambda output: attention_construct_fn(output, attention_keys, attention_values),
        lambda embedded, attention: tf.concat(
            [embedded, _first_attention(encoder_state) if attention is None else attention], 1
        ),
        output_fn,
        encoder_state,
        embeddings,
        (start_of_sequence_id, end_of_sequence_id, maximum_length, num_decoder_symbols),
        dtype,
    )


def _greedy(
    attend: Callable[[tf.Tensor], tf.Tensor],
    with_attention: Callable[[tf.Tensor, tf.Tensor | None], tf.Tensor],
    output_fn: Callable[[tf.Tensor], tf.Tensor] | None,
    encoder_state: Nest,
    embeddings: Any,
    numbers: tuple[Any, ...],
    dtype: tf.DType,
) -> Step:
    start, end, longest, symbols = (tf.convert_to_tensor(each, dtype) for each in numbers)
    first = tf.nest.flatten(encoder_state)[0]
    batch = tf.compat.dimension_value(first.shape[0])
    batch = tf.shape(first)[0] if batch is None else batch

    def decoder_fn(
        time: tf.Tensor, cell_state: Nest, cell_input: Nest, cell_output: Nest, context_state: Nest
    ) -> Any:
        if cell_input is not None:
            raise ValueError(
                f'Expected cell_input to be None, but saw: {cell_input}. Give dynamic_rnn_decoder '
                'no inputs with a function for inference.'
            )
        attention = None
        if cell_output is None:
            ids = tf.fill([batch], start)
            done = tf.zeros([batch], tf.bool)
            cell_state = encoder_state
            cell_output = tf.zeros([tf.get_static_value(symbols)], tf.float32)
        else:
            attention = attend(cell_output)
            cell_output = attention if output_fn is None else output_fn(attention)
            ids = tf.argmax(cell_output, 1, output_type=dtype)
            done = tf.equal(ids, end)
        done = tf.logical_or(done, tf.cast(time, dtype) > longest)
        next_input = with_attention(tf.gather(embeddings, ids), attention)
        return done, cell_state, next_input, cell_output, context_state

    return decoder_fn


def _first_attention(encoder_state: Nest) -> tf.Tensor:
    top = encoder_state[-1] if isinstance(encoder_state, tuple) else encoder_state
    return tf.zeros_like(top.h if isinstance(top, rnn.LSTMStateTuple) else top)


@NOTES.had('tensorflow.contrib.seq2seq.prepare_attention')
def prepare_attention(
    attention_states: tf.Tensor, attention_option: str, num_units: int, reuse: bool = False
) -> tuple[tf.Tensor, tf.Tensor, Callable[..., tf.Tensor], Callable[..., tf.Tensor]]:
    """The keys, the values, and the functions from a query to the context and to the attention."""
    with tf1.variable_scope('attention_keys', reuse=reuse) as scope:
        keys = _linear(attention_states, num_units, scope)
    with tf1.variable_scope('attention_score', reuse=reuse):
        if attention_option == 'bahdanau':
            query_weights = tf1.get_variable('attnW', [num_units, num_units], tf.float32)
            score_vector = tf1.get_variable('attnV', [num_units], tf.float32)
    with tf1.variable_scope('attention_construct', reuse=reuse) as scope_of_attention:
        pass

    def score(query: tf.Tensor, keys: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
        if attention_option == 'bahdanau':
            scores = core.additive_score(tf.matmul(query, query_weights), keys, score_vector)
        elif attention_option == 'luong':
            scores = core.multiplicative_score(query, keys, None)
        else:
            raise ValueError(
                f"Unknown attention option {attention_option}!: it is 'bahdanau' or 'luong'."
            )
        return core.context_vector(tf.nn.softmax(scores), values)

    def construct(query: tf.Tensor, keys: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
        context = score(query, keys, values)
        return _linear(tf.concat([query, context], 1), num_units, scope_of_attention)

    return keys, attention_states, score, construct


def _linear(inputs: tf.Tensor, units: int, scope: Any) -> tf.Tensor:
    """`tf.contrib.layers.linear` without biases."""
    # The reuse of the scope that is open was inherited by one that was opened again.
    with tf1.variable_scope(scope, reuse=tf1.get_variable_scope().reuse or None):
        initializer = tf1.glorot_uniform_initializer()
        shape = [inputs.shape[-1], units]
        weights = tf1.get_variable('weights', shape, inputs.dtype, initializer)
    return tf.tensordot(inputs, weights, 1)


@NOTES.had('tensorflow.contrib.seq2seq.dynamic_rnn_decoder')
def dynamic_rnn_decoder(
    cell: Cell,
    decoder_fn: Step,
    inputs: TensorLike | None = None,
    sequence_length: TensorLike | None = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Scope | None = None,
    name: str | None = None,
) -> tuple[tf.Tensor, Nest, Nest]:
    """Decodes: the outputs, the final state, and the state of the decoder function."""
    steps = None
    if inputs is not None:
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank is not None and inputs.shape.rank < 2:
            raise ValueError('Inputs must have at least two dimensions: [batch, time, depth].')
        steps = inputs if time_major else rnn.transpose_batch_time(inputs)
        max_time = tf.shape(steps)[0]
        if sequence_length is None:
            sequence_length = tf.fill([tf.shape(steps)[1]], max_time)

    def loop_fn(time: tf.Tensor, output: Nest, state: Nest, loop_state: Nest) -> Any:
        context_state = loop_state[1] if isinstance(loop_state, tuple) else None
        cell_input = None
        if steps is not None:
            # After the last step there is no input, and nothing reads it.
            cell_input = steps[tf.minimum(time, max_time - 1)]
        done, state, cell_input, output, context_state = decoder_fn(
            time, state, cell_input, output, context_state
        )
        if done is None:
            done = time >= tf.cast(sequence_length, time.dtype)
        next_loop_state = done if context_state is None else (done, context_state)
        return done, cell_input, state, output, next_loop_state

    arrays, state, loop_state = rnn.raw_rnn(
        cell, loop_fn, parallel_iterations, swap_memory, scope=scope
    )
    outputs = arrays.stack()
    context_state = loop_state[1] if isinstance(loop_state, tuple) else None
    return outputs if time_major else rnn.transpose_batch_time(outputs), state, context_state


# Losses and legacy models
# ----------------------------------------------------------------------------------------


@NOTES.instead_of(seq2seq.sequence_loss, written=v1_1.WITHOUT_LOSS)
def sequence_loss(
    logits: tf.Tensor,
    targets: tf.Tensor,
    weights: tf.Tensor,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., tf.Tensor] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """The weighted cross entropy; `softmax_loss_function(logits, targets)`."""
    return seq2seq.sequence_loss(
        logits,
        targets,
        weights,
        average_across_timesteps,
        average_across_batch,
        softmax_loss_function=v1_1.by_position(softmax_loss_function, logits_first=True),
        name=name,
    )


def of_one_cell(function: Callable[..., Any]) -> Callable[..., Any]:
    """`one2many_rnn_seq2seq` with one cell for the encoder and all decoders."""

    def one2many_rnn_seq2seq(
        encoder_inputs: list[tf.Tensor],
        decoder_inputs_dict: dict[str, list[tf.Tensor]],
        cell: Cell,
        num_encoder_symbols: int,
        num_decoder_symbols_dict: dict[str, int],
        embedding_size: int,
        feed_previous: Any = False,
        dtype: Any = None,
        scope: Scope | None = None,
    ) -> Any:
        return function(
            encoder_inputs,
            decoder_inputs_dict,
            cell,
            dict.fromkeys(decoder_inputs_dict, cell),
            num_encoder_symbols,
            num_decoder_symbols_dict,
            embedding_size,
            feed_previous,
            dtype,
            scope,
        )

    return one2many_rnn_seq2seq


NOTES.instead_of(legacy_seq2seq.one2many_rnn_seq2seq)(
    of_one_cell(v1_1.MODELS['one2many_rnn_seq2seq'])
)


@NOTES.had('tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl._linear')
@NOTES.instead_of(_linear_today)
def linear(
    args: Any, output_size: int, bias: bool, bias_start: float = 0.0, scope: Scope | None = None
) -> tf.Tensor:
    """`[args] · weights + biases`; `scope` had no effect."""
    return v1_1.linear(args, output_size, bias, bias_start)
