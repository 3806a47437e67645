"""One step of each recurrent cell, as pure functions on tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core.cpu_forms import add_bias
from tf_seq2seq_compat.core.precision import matmul
from tf_seq2seq_compat.types import Activation


def affine(parts: list[tf.Tensor], kernel: tf.Tensor, bias: tf.Tensor | None = None) -> tf.Tensor:
    """The parts side by side, times the kernel, plus the bias.

    Args:
      parts: Tensors `[batch, depth_i]`.
      kernel: `[sum of depth_i, units]`.
      bias: `[units]`, or None.

    Returns:
      `[batch, units]`.
    """
    product = matmul(parts[0] if len(parts) == 1 else tf.concat(parts, 1), kernel)
    if bias is None:
        return product
    if product.shape[-1] == 0:  # TensorFlow's fused kernel cannot add what has no elements.
        return product + tf.broadcast_to(bias, tf.shape(product))
    return add_bias(product, bias)


def _biased(gate: tf.Tensor, forget_bias: float | tf.Tensor) -> tf.Tensor:
    """A gate `[batch, units]` before its sigmoid, plus the forget bias."""
    if isinstance(forget_bias, str | bytes):
        raise TypeError(f'forget_bias must be a number, but is {forget_bias!r}.')
    return gate + tf.cast(forget_bias, gate.dtype)


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


def lstm_memory(
    gates: Sequence[tf.Tensor],
    cell_state: tf.Tensor,
    activation: Activation,
    gate_activation: Activation = tf.sigmoid,
    peepholes: Sequence[tf.Tensor] | None = None,
    changed: Activation = lambda cell_state: cell_state,
    dropped: Activation = lambda candidate: candidate,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The new memory of a long short-term memory, and its open output gate, given all gates.

    Args:
      gates: Input gate, candidate, forget gate and output gate before their activations, each
        `[batch, units]`.
      cell_state: c, `[batch, units]`.
      activation: Function of one tensor, for the candidate.
      gate_activation: Function of one tensor, for the gates.
      peepholes: Weights `[units]` from c to the input, forget and output gates, or None.
      changed: What becomes of the new c, by clipping or normalization, say.
      dropped: What dropout makes of the candidate.

    Returns:
      The new c, and the output gate after its activation, `[batch, units]`.
    """
    input_gate, candidate, forget_gate, output_gate = gates
    if peepholes is not None:
        input_gate += peepholes[0] * cell_state
        forget_gate += peepholes[1] * cell_state
    kept = gate_activation(forget_gate) * cell_state
    written = gate_activation(input_gate) * dropped(activation(candidate))
    cell_state = changed(kept + written)
    if peepholes is not None:
        output_gate += peepholes[2] * cell_state
    return cell_state, gate_activation(output_gate)


def lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    activation: Activation,
    forget_bias: float | tf.Tensor = 1.0,
    peepholes: tuple[tf.Tensor, tf.Tensor, tf.Tensor] | None = None,
    cell_clip: float | None = None,
    projection: tf.Tensor | None = None,
    proj_clip: float | None = None,
    gradient_through_clip: bool = False,
    normalized: Callable[[str, tf.Tensor], tf.Tensor] = lambda name, x: x,
    dropped: Activation = lambda candidate: candidate,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Long short-term memory (Hochreiter and Schmidhuber 1997; Sak et al. 2014).

    With layer normalization (Ba et al. 2016) the new c is the normalized one; recurrent dropout is
    that of Semeniuta et al. 2016.

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, output_depth]`: `units`, or the depth of the projection.
      kernel: `[depth + output_depth, 4 * units]`: input gate, candidate, forget gate, output gate.
      bias: `[4 * units]`, or None.
      activation: Function of one tensor, for the candidate and the cell's output.
      forget_bias: Added to the forget gate before the sigmoid.
      peepholes: Weights `[units]` from c to the input, forget and output gates, or None.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.
      projection: `[units, output_depth]`, or None.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.
      gradient_through_clip: Whether the gradient passes the clipping of c unchanged, as in TF1's
        fused kernels; else it is zero where c was clipped.
      normalized: Function of a name ('input', 'transform', 'forget', 'output' or 'state') and what
        has this name, `[batch, units]`.
      dropped: What dropout makes of the candidate.

    Returns:
      The new c and h, with the shapes of the old ones. h is the output too.
    """
    gates = tf.split(affine([inputs, hidden], kernel, bias), 4, axis=1)
    names = ('input', 'transform', 'forget', 'output')
    input_gate, candidate, forget_gate, output_gate = map(normalized, names, gates)
    forget_gate = _biased(forget_gate, forget_bias)

    def changed(cell_state: tf.Tensor) -> tf.Tensor:
        cell_state = normalized('state', cell_state)
        if cell_clip is None:
            return cell_state
        limit = cell_clip

        def clip(x: tf.Tensor) -> tf.Tensor:
            return tf.clip_by_value(x, -limit, limit)

        return (tf.grad_pass_through(clip) if gradient_through_clip else clip)(cell_state)

    cell_state, output_gate = lstm_memory(
        (input_gate, candidate, forget_gate, output_gate),
        cell_state,
        activation,
        peepholes=peepholes,
        changed=changed,
        dropped=dropped,
    )
    hidden = output_gate * activation(cell_state)
    if projection is not None:
        hidden = matmul(hidden, projection)
        if proj_clip is not None:
            hidden = tf.clip_by_value(hidden, -proj_clip, proj_clip)
    return cell_state, hidden


def layer_norm(x: tf.Tensor, gain: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Each row with mean 0 and variance 1, times the gain, plus the shift (Ba et al. 2016).

    Args:
      x: `[batch, units]`.
      gain: `[units]`.
      shift: `[units]`.

    Returns:
      `[batch, units]`.
    """
    mean, variance = tf.nn.moments(x, [1], keepdims=True)
    epsilon = 1e-3 if x.dtype == tf.float16 else 1e-12
    return (x - mean) * (tf.math.rsqrt(variance + epsilon) * gain) + shift


def weight_norm(kernel: tf.Tensor, gains: Sequence[tf.Tensor], depths: Sequence[int]) -> tf.Tensor:
    """A kernel whose columns have the length of a gain (Salimans and Kingma 2016).

    Args:
      kernel: `[sum of depths, units]`.
      gains: For the rows of each part, `[units]`.
      depths: Numbers of rows of the parts.

    Returns:
      Like the kernel.
    """
    parts = tf.split(tf.convert_to_tensor(kernel), list(depths))
    return tf.concat(
        [tf.nn.l2_normalize(part, 0) * gain for part, gain in zip(parts, gains, strict=True)], 0
    )


def coupled_lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    activation: Activation,
    forget_bias: float,
    normalized: Callable[[str, tf.Tensor], tf.Tensor],
    peepholes: tuple[tf.Tensor, tf.Tensor] | None = None,
    projection: tf.Tensor | None = None,
    proj_clip: float | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """LSTM whose input gate is one minus the forget gate (Greff et al. 2015).

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, output_depth]`.
      kernel: `[depth + output_depth, 3 * units]`: candidate, forget gate, output gate.
      bias: `[3 * units]`, or None.
      activation: Function of one tensor, for the candidate and the cell's output.
      forget_bias: Added to the forget gate before the sigmoid.
      normalized: Function of a name ('transform', 'forget', 'output' or 'state') and what has this
        name, `[batch, units]`.
      peepholes: Weights `[units]` from c to the forget and output gates, or None.
      projection: `[units, output_depth]`, or None.
      proj_clip: The projected output is clipped to `[-proj_clip, proj_clip]`.

    Returns:
      The new c and h, with the shapes of the old ones. h is the output too.
    """
    gates = tf.split(affine([inputs, hidden], kernel, bias), 3, axis=1)
    candidate, forget_gate, output_gate = map(normalized, ('transform', 'forget', 'output'), gates)
    forget_gate = _biased(forget_gate, forget_bias)
    if peepholes is not None:
        forget_gate += peepholes[0] * cell_state
    kept = tf.sigmoid(forget_gate)
    cell_state = normalized('state', kept * cell_state + (1 - kept) * activation(candidate))
    if peepholes is not None:
        output_gate += peepholes[1] * cell_state
    hidden = tf.sigmoid(output_gate) * activation(cell_state)
    if projection is not None:
        hidden = matmul(hidden, projection)
        if proj_clip is not None:
            hidden = tf.clip_by_value(hidden, -proj_clip, proj_clip)
    return cell_state, hidden


def nas_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor | None = None,
    projection: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """The cell that neural architecture search found (Zoph and Le 2016).

    A tree of three layers: eight nodes of inputs and h, then four and two of their pairs; c joins
    the first node of the second layer and is the first of the third.

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, output_depth]`.
      kernel: `[depth, 8 * units]`.
      recurrent_kernel: `[output_depth, 8 * units]`.
      bias: `[8 * units]`, added to the recurrent part, or None.
      projection: `[units, output_depth]`, or None.

    Returns:
      The new c and h, with the shapes of the old ones. h is the output too.
    """
    x = tf.split(matmul(inputs, kernel), 8, axis=1)
    h = tf.split(affine([hidden], recurrent_kernel, bias), 8, axis=1)
    a, b, e, g = (tf.sigmoid(x[i] + h[i]) for i in (0, 2, 5, 7))
    p, d, f = tf.nn.relu(x[1] + h[1]), tf.tanh(x[4] + h[4]), tf.tanh(x[6] + h[6])
    q = tf.nn.relu(x[3] * h[3])
    left = tf.tanh(tf.tanh(a * p) + cell_state)
    cell_state = left * tf.tanh(b + q)
    hidden = tf.tanh(cell_state * tf.tanh(tf.tanh(d * e) + tf.sigmoid(f + g)))
    return cell_state, hidden if projection is None else matmul(hidden, projection)


def ugrnn_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
    forget_bias: float,
) -> tf.Tensor:
    """Update-gate network (Collins et al. 2016): a GRU without a reset gate.

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      kernel: `[depth + units, 2 * units]`: gate, then candidate.
      bias: `[2 * units]`.
      activation: Function of one tensor, for the candidate.
      forget_bias: Added to the gate before the sigmoid.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    gate, candidate = tf.split(affine([inputs, state], kernel, bias), 2, axis=1)
    gate = tf.sigmoid(_biased(gate, forget_bias))
    return gate * state + (1 - gate) * activation(candidate)


def cudnn_gru_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    gate_kernel: tf.Tensor,
    gate_bias: tf.Tensor,
    input_kernel: tf.Tensor,
    input_bias: tf.Tensor,
    hidden_kernel: tf.Tensor,
    hidden_bias: tf.Tensor,
    activation: Activation,
) -> tf.Tensor:
    """Gated recurrent unit as cuDNN has it, the reset gate after the product.

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      gate_kernel: `[depth + units, 2 * units]`, the reset gate first, then the update gate.
      gate_bias: `[2 * units]`.
      input_kernel: `[depth, units]`, of the candidate.
      input_bias: `[units]`.
      hidden_kernel: `[units, units]`, of the candidate.
      hidden_bias: `[units]`.
      activation: Function of one tensor, for the candidate.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    gates = tf.sigmoid(affine([inputs, state], gate_kernel, gate_bias))
    reset, update = tf.split(gates, 2, axis=1)
    projected = affine([state], hidden_kernel, hidden_bias)
    candidate = activation(affine([inputs], input_kernel, input_bias) + reset * projected)
    return update * state + (1 - update) * candidate


def window_attention(
    query: tf.Tensor, window: tf.Tensor, weights: tf.Tensor, v: tf.Tensor
) -> tf.Tensor:
    """Additive attention over the last outputs of a cell (Bahdanau et al. 2014).

    Args:
      query: Projected query, `[batch, depth]`.
      window: The last outputs, `[batch, length, size]`.
      weights: `[size, depth]`.
      v: `[depth]`.

    Returns:
      The mean of the window under the attention, `[batch, size]`.
    """
    keys = tf.tensordot(window, weights, 1)
    scores = tf.reduce_sum(v * tf.tanh(keys + query[:, None, :]), 2)
    return tf.reduce_sum(tf.nn.softmax(scores)[:, :, None] * window, 1)
