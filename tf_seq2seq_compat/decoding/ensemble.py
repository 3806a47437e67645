"""Several models that decode together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.embedding import embedding_function
from tf_seq2seq_compat.layers.cell_base import RNNCell
from tf_seq2seq_compat.layers.keras_cell import as_rnn_cell
from tf_seq2seq_compat.seq2seq.output_layer import check_output_layer, output_size
from tf_seq2seq_compat.types import Cell, Embedding, LayerLike, Nest, Size

tf1 = tf.compat.v1

__all__ = ['Ensemble']


class Ensemble(RNNCell):
    """A cell whose output is the mean of the probabilities that several models give to each id.

    It decodes with any decoder that has no output layer of its own: its output is the logarithm of
    that mean, `[batch, vocabulary]`. Its state is the tuple of the states of the cells, its input a
    tuple of one input for each, as `embedding` makes it. In a TF1 graph the variables of the models
    are below `model_0`, `model_1` and so on.

    Args:
      cells: The models' cells: `RNNCell`s (`AttentionWrapper`s, say), or Keras cells.
      output_layers: Of each model the layer that makes logits of its cell's output, or None.
      weights: What each model counts, floats >= 0, which are divided by their sum; equal by
        default.

    Raises:
      TypeError: If one is not a cell or a layer.
      ValueError: If the lists have other lengths, vocabularies differ, or weights are negative.

    Example:
      >>> from tf_seq2seq_compat.decoding import Ensemble
      >>> ensemble = Ensemble(
      ...     [seq2seq.GRUCell(4), seq2seq.GRUCell(6)], [seq2seq.Dense(10), seq2seq.Dense(10)])
      >>> decoder = seq2seq.BeamSearchDecoder(
      ...     ensemble,
      ...     ensemble.embedding([tf.random.normal([10, 3]), tf.random.normal([10, 5])]),
      ...     start_tokens=[1, 1], end_token=2, beam_width=3,
      ...     initial_state=seq2seq.tile_batch((tf.ones([2, 4]), tf.ones([2, 6])), 3))
      >>> seq2seq.dynamic_decode(decoder, maximum_iterations=5)[0].predicted_ids.shape[2]
      3
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        output_layers: Sequence[LayerLike | None],
        weights: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        weights = [1.0] * len(cells) if weights is None else weights
        if not len(cells) == len(output_layers) == len(weights) or not cells:
            raise ValueError(
                'An ensemble needs one cell, one output layer (or None) and one weight for each '
                f'model, but has {len(cells)}, {len(output_layers)} and {len(weights)}.'
            )
        if min(weights) < 0 or not sum(weights):
            raise ValueError(f'weights must be 0 or more, and not all 0, but are {weights}.')
        for layer in output_layers:
            check_output_layer(layer)
        self._cells = [as_rnn_cell(cell) for cell in cells]
        self._output_layers = list(output_layers)
        self._weights = [weight / sum(weights) for weight in weights]
        sizes = [
            tf.TensorShape(output_size(cell, layer))
            for cell, layer in zip(self._cells, output_layers, strict=True)
        ]
        if any(size.as_list() != sizes[0].as_list() for size in sizes):
            raise ValueError(
                f'The models of an ensemble must have one vocabulary, but their sizes are {sizes}.'
            )
        self._output_size = sizes[0]

    @property
    def state_size(self) -> Size:
        return tuple(cell.state_size for cell in self._cells)

    @property
    def output_size(self) -> Size:
        return self._output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Nest:
        return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)

    def embedding(self, embeddings: Sequence[Embedding]) -> Callable[[tf.Tensor], Nest]:
        """The function from ids to the inputs of all models, for a helper or a decoder.

        Args:
          embeddings: Of each model a table `[vocabulary, depth]`, or a function of ids.

        Returns:
          A function from ids to a tuple of inputs.
        """
        functions = [embedding_function(embedding) for embedding in embeddings]
        return lambda ids: tuple(function(ids) for function in functions)

    def call(self, inputs: Nest, state: Nest) -> tuple[tf.Tensor, Nest]:
        """One step of all models.

        Args:
          inputs: A tuple, one input `[batch, depth]` for each model.
          state: A tuple of states.

        Returns:
          `(log of the mean probabilities [batch, vocabulary], next state)`.
        """
        weighted, states = [], []
        parts = zip(self._cells, self._output_layers, self._weights, inputs, state, strict=True)
        for index, (cell, layer, weight, own_input, own_state) in enumerate(parts):
            with tf1.variable_scope(f'model_{index}'):
                output, own_state = cell(own_input, own_state)
                logits = output if layer is None else layer(output)
            weighted.append(tf.nn.log_softmax(logits) + tf.math.log(tf.cast(weight, logits.dtype)))
            states.append(own_state)
        return tf.reduce_logsumexp(tf.stack(weighted), 0), tuple(states)
