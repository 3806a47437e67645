"""One step of each recurrent cell, as pure functions on tensors."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

Activation = Callable[[tf.Tensor], tf.Tensor]


def affine(parts: list[tf.Tensor], kernel: tf.Tensor, bias: tf.Tensor | None = None) -> tf.Tensor:
    """The parts side by side, times the kernel, plus the bias.

    Args:
      parts: Tensors `[batch, depth_i]`.
      kernel: `[sum of depth_i, units]`.
      bias: `[units]`, or None.

    Returns:
      `[batch, units]`.
    """
    product = tf.matmul(parts[0] if len(parts) == 1 else tf.concat(parts, 1), kernel)
    return product if bias is None else tf.nn.bias_add(product, bias)


def basic_rnn_step(
    inputs: tf.Tensor, state: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, activation: Activation
) -> tf.Tensor:
    """Elman network: `h' = activation([x, h] W + b)`.

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      kernel: `[depth + units, units]`.
      bias: `[units]`.
      activation: Function of one tensor.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    return activation(affine([inputs, state], kernel, bias))


def gru_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    gate_kernel: tf.Tensor,
    gate_bias: tf.Tensor,
    candidate_kernel: tf.Tensor,
    candidate_bias: tf.Tensor,
    activation: Activation,
) -> tf.Tensor:
    """Gated recurrent unit (Cho et al. 2014), the reset gate before the product, as in TF1.

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      gate_kernel: `[depth + units, 2 * units]`, the reset gate first, then the update gate.
      gate_bias: `[2 * units]`.
      candidate_kernel: `[depth + units, units]`.
      candidate_bias: `[units]`.
      activation: Function of one tensor, for the candidate.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    gates = tf.sigmoid(affine([inputs, state], gate_kernel, gate_bias))
    reset, update = tf.split(gates, 2, axis=1)
    candidate = activation(affine([inputs, reset * state], candidate_kernel, candidate_bias))
    return update * state + (1 - update) * candidate


def lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
    forget_bias: float | tf.Tensor = 1.0,
    peepholes: tuple[tf.Tensor, tf.Tensor, tf.Tensor] | None = None,
    cell_clip: float | None = None,
    projection: tf.Tensor | None = None,
    proj_clip: float | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Long short-term memory (Hochreiter and Schmidhuber 1997; Sak et al. 2014).

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, output_depth]`: `units`, or the depth of the projection.
      kernel: `[depth + output_depth, 4 * units]`: input gate, candidate, forget gate, output gate.
      bias: `[4 * units]`.
      activation: Function of one tensor, for the candidate and the cell's output.
      forget_bias: Added to the forget gate before the sigmoid.
      peepholes: Weights `[units]` from c to the input, forget and output gates, or None.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.
      projection: `[units, output_depth]`, or None.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.

    Returns:
      The new c and h, with the shapes of the old ones. h is the output too.
    """
    gates = affine([inputs, hidden], kernel, bias)
    input_gate, candidate, forget_gate, output_gate = tf.split(gates, 4, axis=1)
    forget_gate += tf.cast(forget_bias, gates.dtype)
    if peepholes is not None:
        input_gate += peepholes[0] * cell_state
        forget_gate += peepholes[1] * cell_state
    cell_state = tf.sigmoid(forget_gate) * cell_state + tf.sigmoid(input_gate) * activation(
        candidate
    )
    if cell_clip is not None:
        cell_state = tf.clip_by_value(cell_state, -cell_clip, cell_clip)
    if peepholes is not None:
        output_gate += peepholes[2] * cell_state
    hidden = tf.sigmoid(output_gate) * activation(cell_state)
    if projection is not None:
        hidden = tf.matmul(hidden, projection)
        if proj_clip is not None:
            hidden = tf.clip_by_value(hidden, -proj_clip, proj_clip)
    return cell_state, hidden
