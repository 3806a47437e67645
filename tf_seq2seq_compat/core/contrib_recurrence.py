"""One step of the cells that only `tf.contrib.rnn` had, as pure functions on tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from tf_seq2seq_compat.core.precision import matmul, operand
from tf_seq2seq_compat.core.recurrence import Activation, affine, lstm_step

Linear = Callable[[list[tf.Tensor]], tf.Tensor]
Pair = tuple[tf.Tensor, tf.Tensor]


def _lstm_memory(
    gates: Sequence[tf.Tensor],
    cell_state: tf.Tensor,
    forget_bias: float | tf.Tensor,
    candidate_activation: Activation = tf.tanh,
    activation: Activation = tf.tanh,
) -> Pair:
    """The new c and h of an LSTM; gates: input, candidate, forget, output, before the sigmoids."""
    input_gate, candidate, forget_gate, output_gate = gates
    kept = tf.sigmoid(forget_gate + tf.cast(forget_bias, forget_gate.dtype)) * cell_state
    cell_state = kept + tf.sigmoid(input_gate) * candidate_activation(candidate)
    return cell_state, tf.sigmoid(output_gate) * activation(cell_state)


# -- units that see no other unit's state ---------------------------------------------------------


def ind_rnn_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
) -> tf.Tensor:
    """Independently recurrent network: `h' = activation(x W + u * h + b)` (Li et al. 2018).

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      kernel: W, `[depth, units]`.
      recurrent: u, `[1, units]`.
      bias: `[units]`.
      activation: Function of one tensor.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    return activation(affine([inputs], kernel) + state * recurrent + bias)


def indy_gru_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    gate_kernel: tf.Tensor,
    gate_recurrent: tf.Tensor,
    gate_bias: tf.Tensor,
    candidate_kernel: tf.Tensor,
    candidate_recurrent: tf.Tensor,
    candidate_bias: tf.Tensor,
    activation: Activation,
) -> tf.Tensor:
    """Gated recurrent unit whose recurrent matrices are diagonal (Gonnet and Deselaers 2019).

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      gate_kernel: `[depth, 2 * units]`, the reset gate first, then the update gate.
      gate_recurrent: The diagonals, `[1, 2 * units]`.
      gate_bias: `[2 * units]`.
      candidate_kernel: `[depth, units]`.
      candidate_recurrent: The diagonal, `[1, units]`.
      candidate_bias: `[units]`.
      activation: Function of one tensor, for the candidate.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    twice = tf.concat([state, state], 1) * gate_recurrent
    gates = tf.sigmoid(affine([inputs], gate_kernel) + twice + gate_bias)
    reset, update = tf.split(gates, 2, axis=1)
    recurrent = reset * state * candidate_recurrent
    candidate = activation(affine([inputs], candidate_kernel) + recurrent + candidate_bias)
    return update * state + (1 - update) * candidate


def indy_lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
    forget_bias: float,
) -> Pair:
    """LSTM whose recurrent matrices are diagonal (Gonnet and Deselaers 2019).

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, units]`.
      kernel: `[depth, 4 * units]`: input gate, candidate, forget gate, output gate.
      recurrent: The diagonals, `[1, 4 * units]`.
      bias: `[4 * units]`.
      activation: Function of one tensor, for the candidate and the cell's output.
      forget_bias: Added to the forget gate before the sigmoid.

    Returns:
      The new c and h; h is the output too.
    """
    gates = affine([inputs], kernel) + tf.concat([hidden] * 4, 1) * recurrent + bias
    parts = tf.split(gates, 4, axis=1)
    return _lstm_memory(parts, cell_state, forget_bias, activation, activation)


def sru_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
) -> Pair:
    """Simple recurrent unit (Lei et al. 2017): all products are of the inputs.

    Args:
      inputs: `[batch, depth]`.
      state: c, `[batch, units]`.
      kernel: `[depth, 4 * units]`: candidate, forget gate, reset gate, highway.
      bias: `[2 * units]`, of the two gates.
      activation: Function of one tensor, for the new c in the output.

    Returns:
      The output and the new c, `[batch, units]` each.
    """
    candidate, forget, reset, highway = tf.split(affine([inputs], kernel), 4, axis=1)
    gates = tf.sigmoid(tf.concat([forget, reset], 1) + bias)
    forget, reset = tf.split(gates, 2, axis=1)
    state = forget * state + (1 - forget) * candidate
    return reset * activation(state) + (1 - reset) * highway, state


# -- cells of dense products ----------------------------------------------------------------------


def minimal_rnn_step(
    inputs: tf.Tensor, state: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, activation: Activation
) -> tf.Tensor:
    """The minimal network: inputs mapped by themselves, and one gate (Chen et al. 2018).

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      kernel: `[depth + 2 * units, units]`: of the inputs, then of mapped inputs and state.
      bias: `[units]`, of the gate.
      activation: Function of one tensor, for the mapped inputs.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    rows, units = kernel.shape.as_list()
    of_inputs, of_gate = tf.split(tf.convert_to_tensor(kernel), [rows - 2 * units, 2 * units])
    mapped = activation(affine([inputs], of_inputs))
    update = tf.sigmoid(affine([mapped, state], of_gate, bias))
    return update * state + (1 - update) * mapped


def chaos_free_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
    activation: Activation,
) -> tf.Tensor:
    """The chaos-free network, whose states die away without inputs (Laurent and von Brecht 2017).

    The second gate is one minus the input gate of the paper.

    Args:
      inputs: `[batch, depth]`.
      state: `[batch, units]`.
      kernel: `[depth, 3 * units]`: forget gate, second gate, candidate.
      recurrent_kernel: `[units, 2 * units]`, of the gates.
      bias: `[2 * units]`, of the gates.
      activation: Function of one tensor, for state and candidate.

    Returns:
      The new state `[batch, units]`, which is the output too.
    """
    units = recurrent_kernel.shape.as_list()[0]
    of_gates, candidate = tf.split(affine([inputs], kernel), [2 * units, units], axis=1)
    gates = tf.sigmoid(of_gates + affine([state], recurrent_kernel, bias))
    forget, closed = tf.split(gates, 2, axis=1)
    return forget * activation(state) + (1 - closed) * activation(candidate)


def intersection_step(
    inputs: tf.Tensor,
    state: tf.Tensor,
    linear: Linear,
    forget_bias: float,
    output_activation: Activation,
) -> Pair:
    """The intersection network, gated through time and through depth (Collins et al. 2016).

    Args:
      inputs: `[batch, units]`.
      state: `[batch, units]`.
      linear: Gives `[batch, 4 * units]` for inputs and state: the gate of the state, the new state,
        the gate of the output, the new output.
      forget_bias: Added to both gates before the sigmoid.
      output_activation: Function of one tensor, for the new output.

    Returns:
      The output and the new state, `[batch, units]` each.
    """
    state_gate, new_state, output_gate, output = tf.split(linear([inputs, state]), 4, axis=1)
    forget_bias = tf.cast(forget_bias, inputs.dtype)
    state_gate = tf.sigmoid(state_gate + forget_bias)
    output_gate = tf.sigmoid(output_gate + forget_bias)
    output = output_gate * inputs + (1 - output_gate) * output_activation(output)
    return output, state_gate * state + (1 - state_gate) * tf.tanh(new_state)


def group_lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernels: Sequence[tf.Tensor],
    biases: Sequence[tf.Tensor],
    activation: Activation,
    forget_bias: float,
    projection: tf.Tensor | None = None,
) -> Pair:
    """LSTM of groups of units that see their own part of the inputs (Kuchaiev and Ginsburg 2017).

    Args:
      inputs: `[batch, depth]`, in as many equal parts as there are groups.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, output_depth]`, in equal parts too.
      kernels: For each group `[(depth + output_depth) / groups, 4 * units / groups]`: input gate,
        candidate, forget gate, output gate.
      biases: Of the four, `[units]` each.
      activation: Function of one tensor, for the cell's output; the candidate's is tanh.
      forget_bias: Added to the forget gate before the sigmoid.
      projection: `[units, output_depth]`, or None.

    Returns:
      The new c and h; h is the output too.
    """
    groups = zip(
        tf.split(inputs, len(kernels), axis=1),
        tf.split(hidden, len(kernels), axis=1),
        kernels,
        strict=True,
    )
    parts = [tf.split(affine([x, h], kernel), 4, axis=1) for x, h, kernel in groups]
    gates = [
        tf.concat(of_groups, 1) + bias
        for of_groups, bias in zip(zip(*parts, strict=True), biases, strict=True)
    ]
    cell_state, hidden = _lstm_memory(gates, cell_state, forget_bias, activation=activation)
    return cell_state, hidden if projection is None else matmul(hidden, projection)


def phased_lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    openness: tf.Tensor,
    peepholes: bool,
    mask_gates: Linear,
    candidate: Linear,
    output_gate: Linear,
) -> Pair:
    """LSTM whose units take part in a step as far as they are open (Neil et al. 2016).

    Args:
      inputs: `[batch, depth]`.
      cell_state: c, `[batch, units]`.
      hidden: h, `[batch, units]`.
      openness: `[batch, units]`, see `time_gate`.
      peepholes: Whether the gates get c, the output gate the new one.
      mask_gates: Gives `[batch, 2 * units]`, the input gate and the forget gate.
      candidate: Gives `[batch, units]`.
      output_gate: Gives `[batch, units]`.

    Returns:
      The new c and h; h is the output too.
    """
    seen = [inputs, hidden]
    gates = tf.sigmoid(mask_gates([*seen, cell_state] if peepholes else seen))
    input_gate, forget_gate = tf.split(gates, 2, axis=1)
    new_cell_state = cell_state * forget_gate + input_gate * tf.tanh(candidate(seen))
    opened = tf.sigmoid(output_gate([*seen, new_cell_state] if peepholes else seen))
    new_hidden = tf.tanh(new_cell_state) * opened
    openness = tf.cast(openness, inputs.dtype)
    closed = 1 - openness
    return (
        openness * new_cell_state + closed * cell_state,
        openness * new_hidden + closed * hidden,
    )


def time_gate(
    time: tf.Tensor,
    period: tf.Tensor,
    phase: tf.Tensor,
    ratio_on: tf.Tensor,
    leak: float | tf.Tensor,
) -> tf.Tensor:
    """How far the units of a phased LSTM are open: up, down, and shut for the rest of a period.

    The place in the period is found in the type of the times, which may be large. Its gradient is
    that of the time alone: the whole periods taken off count as constants, for the period too.

    Args:
      time: `[batch, 1]`, float or int.
      period: `[units]`.
      phase: Time at which the first period begins, `[units]`.
      ratio_on: Part of the period in which a unit is open, `[units]`.
      leak: Slope of the gate where it is shut.

    Returns:
      float32 `[batch, units]`.
    """
    shifted = time - tf.cast(phase, time.dtype)
    period = tf.cast(period, time.dtype)
    within = shifted + tf.stop_gradient(tf.math.floormod(shifted, period) - shifted)
    ratio = tf.cast(within / period, tf.float32)
    rising = 2 * ratio / ratio_on
    gate = tf.where(ratio < ratio_on, 2 - rising, leak * ratio)
    return tf.where(ratio < 0.5 * ratio_on, rising, gate)


# -- cells over space and frequency ---------------------------------------------------------------


def conv_lstm_step(
    inputs: tf.Tensor,
    cell_state: tf.Tensor,
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    forget_bias: float,
) -> Pair:
    """LSTM whose products are convolutions, padded to the same size (Shi et al. 2015).

    Args:
      inputs: `[batch, *space, depth]`, with one to three dimensions of space.
      cell_state: c, `[batch, *space, channels]`.
      hidden: h, `[batch, *space, channels]`.
      kernel: `[*window, depth + channels, 4 * channels]`: input gate, candidate, forget gate,
        output gate.
      bias: `[4 * channels]`, or None.
      forget_bias: Added to the forget gate before the sigmoid.

    Returns:
      The new c and h; h is the output too.
    """
    seen = tf.concat([inputs, hidden], -1)
    # TensorFlow takes no gradient in eager mode of a convolution whose data_format is left out.
    data_format = {3: 'NWC', 4: 'NHWC', 5: 'NDHWC'}[seen.shape.rank]
    gates = tf.nn.convolution(
        operand(seen), filters=operand(kernel), padding='SAME', data_format=data_format
    )
    gates = tf.cast(gates, seen.dtype)
    if bias is not None:
        gates += bias
    return _lstm_memory(tf.split(gates, 4, axis=-1), cell_state, forget_bias)


def time_frequency_lstm_step(
    features: Sequence[tf.Tensor],
    states: Sequence[Pair],
    kernel: tf.Tensor,
    bias: tf.Tensor,
    forget_bias: float,
    peepholes: tuple[tf.Tensor, tf.Tensor, tf.Tensor] | None = None,
    cell_clip: float | None = None,
) -> list[Pair]:
    """One LSTM over bands of frequency that gets the band below's output (Sainath and Li 2016).

    Args:
      features: The bands, `[batch, size]` each.
      states: The c and h, `[batch, units]`, that each band had one step before.
      kernel: `[size + 2 * units, 4 * units]`: input gate, candidate, forget gate, output gate.
      bias: `[4 * units]`.
      forget_bias: Added to the forget gate before the sigmoid.
      peepholes: Weights `[units]` from c to the input, forget and output gates, or None.
      cell_clip: The new c is clipped to `[-cell_clip, cell_clip]`.

    Returns:
      The new c and h of each band; the outputs are the h.
    """
    below = tf.zeros_like(states[0][1])
    new_states = []
    for band, (cell_state, hidden) in zip(features, states, strict=True):
        seen = tf.concat([hidden, below], 1)
        cell_state, below = lstm_step(
            band, cell_state, seen, kernel, bias, tf.tanh, forget_bias, peepholes, cell_clip
        )
        new_states.append((cell_state, below))
    return new_states


class GridWeights(NamedTuple):
    """What one LSTM of a grid multiplies by.

    Attributes:
      kernel: `[size + 2 * units, gates * units]`: input gate, candidate, forget gate (not where it
        is coupled to the input gate), output gate.
      bias: `[gates * units]`.
      peepholes: For the input, forget and output gates two weights `[units]`, of the c of frequency
        and the c of time; None for a gate without.
    """

    kernel: tf.Tensor
    bias: tf.Tensor
    peepholes: tuple[Pair | None, Pair | None, Pair | None] = (None, None, None)


def grid_lstm_step(
    features: Sequence[tf.Tensor],
    states: Sequence[Pair],
    frequency: GridWeights,
    time: GridWeights | None,
    coupled: bool,
    forget_bias: float,
    cell_clip: float | None = None,
) -> tuple[list[tf.Tensor], list[Pair]]:
    """A grid of two LSTMs, one through frequency and one through time (Kalchbrenner et al. 2015).

    Args:
      features: The bands of frequency, `[batch, size]` each.
      states: The c and h, `[batch, units]`, that each band had one step before.
      frequency: The weights of the LSTM that goes from band to band.
      time: Those of the LSTM that goes from step to step; None for the same.
      coupled: Whether a forget gate is one minus the input gate.
      forget_bias: Added to forget gates that are not coupled, before the sigmoid.
      cell_clip: Each new c is clipped to `[-cell_clip, cell_clip]`.

    Returns:
      The outputs, of time and of frequency for each band in turn, and the new c and h of each band.
    """
    outputs: list[tf.Tensor] = []
    new_states = []
    memory = tf.zeros_like(states[0][0]), tf.zeros_like(states[0][1])  # Of the band below.
    for band, (time_c, time_h) in zip(features, states, strict=True):
        seen = [band, time_h, memory[1]]
        old = memory[0], time_c
        news = []
        opens = []
        gates: list[tf.Tensor] = []
        for weights, own in ((frequency, memory[0]), (time or frequency, time_c)):
            if not gates or time is not None:
                product = affine(seen, weights.kernel, weights.bias)
                gates = tf.split(product, 3 if coupled else 4, axis=1)
            write = tf.sigmoid(_peeped(gates[0], weights.peepholes[0], old))
            if coupled:
                keep = 1 - write
            else:
                biased = gates[2] + tf.cast(forget_bias, band.dtype)
                keep = tf.sigmoid(_peeped(biased, weights.peepholes[1], old))
            new = keep * own + write * tf.tanh(gates[1])
            news.append(new if cell_clip is None else tf.clip_by_value(new, -cell_clip, cell_clip))
            opens.append((gates[-1], weights.peepholes[2]))
        frequency_h, time_h = (
            tf.sigmoid(_peeped(gate, peepholes, (news[0], news[1]))) * tf.tanh(new)
            for (gate, peepholes), new in zip(opens, news, strict=True)
        )
        memory = news[0], frequency_h
        outputs += [time_h, frequency_h]
        new_states.append((news[1], time_h))
    return outputs, new_states


def _peeped(gate: tf.Tensor, weights: Pair | None, cell_states: Pair) -> tf.Tensor:
    if weights is None:
        return gate
    return gate + weights[0] * cell_states[0] + weights[1] * cell_states[1]
