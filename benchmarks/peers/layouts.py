"""The weights of a cell between TF 1.15.5's layout and that of Keras and PyTorch.

TF1 has one kernel for inputs and state together; the others have two. LSTM gates stand in TF1 in
the order i, j, f, o, and 1 is added to f; in the others in the order i, f, j, o, and the 1 is part
of the bias. GRU gates stand in TF1 in the order r, u, the candidate apart; in Keras u, r and
candidate.
"""

import numpy as np


def prefixes(layers):
    """What names of weights begin with, for each layer."""
    return [f'cell_{i}/' for i in range(layers)] if layers > 1 else ['']


def by_layer(weights, layers):
    """The weights of each layer, by the names that they have in one layer alone."""
    return [
        {name[len(one) :]: v for name, v in weights.items() if name.startswith(one)}
        for one in prefixes(layers)
    ]


def _swap_j_and_f(array):
    i, j, f, o = np.split(array, 4, axis=-1)
    return np.concatenate([i, f, j, o], axis=-1)


def _forget_bias(units):
    return np.repeat(np.array([0, 1, 0, 0], np.float32), units)


def split_lstm(weights, units):
    """`(input_kernel, recurrent_kernel, bias)` in the order i, f, j, o, from TF1's weights."""
    kernel = _swap_j_and_f(weights['lstm_cell/kernel'])
    bias = _swap_j_and_f(weights['lstm_cell/bias']) + _forget_bias(units)
    return kernel[:-units], kernel[-units:], bias


def joined_lstm(input_kernel, recurrent_kernel, bias):
    """The inverse of `split_lstm`."""
    kernel = np.concatenate([input_kernel, recurrent_kernel])
    units = len(recurrent_kernel)
    return {
        'lstm_cell/kernel': _swap_j_and_f(kernel),
        'lstm_cell/bias': _swap_j_and_f(bias - _forget_bias(units)),
    }


def split_gru(weights, units):
    """`(input_kernel, recurrent_kernel, bias)` in the order u, r, candidate, from TF1's weights."""

    def join(part):
        r, u = np.split(weights['gru_cell/gates/' + part], 2, axis=-1)
        return np.concatenate([u, r, weights['gru_cell/candidate/' + part]], axis=-1)

    kernel = join('kernel')
    return kernel[:-units], kernel[-units:], join('bias')


def joined_gru(input_kernel, recurrent_kernel, bias):
    """The inverse of `split_gru`."""
    weights = {}
    kernel = np.concatenate([input_kernel, recurrent_kernel])
    for part, array in (('kernel', kernel), ('bias', bias)):
        u, r, candidate = np.split(array, 3, axis=-1)
        weights['gru_cell/gates/' + part] = np.concatenate([r, u], axis=-1)
        weights['gru_cell/candidate/' + part] = candidate
    return weights
