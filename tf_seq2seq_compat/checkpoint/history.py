"""What the variables of cells were called in every TensorFlow 1.

`tf1/eras` reads the table forwards, to give a variable the name that it had; the rename rules
`historic` are the same table inverted (`rename.HISTORIC`).
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

Names = tuple[tuple[str, str], ...]
"""Pairs of an expression that a name below a scope matches whole and what it was; `../` goes up."""

COLUMNS = ('1.15', '1.4', '1.1', '0.12')
"""Versions with names of their own: each column holds up to its version, from the next one on."""


class Line(NamedTuple):
    """The names of a variable, or of a scope with all that is below it (`*`).

    Attributes:
      of: the classes or functions that make it; none: what TensorFlow before 0.12 wrote.
      names: its name by the columns; `#` stands for a number.
    """

    of: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def today(self) -> str:
        """The name in 1.15."""
        return self.names[0]


# An empty place is the name of the column before. Where several lines fit a name the first counts.
_TABLE = """
stack_bidirectional_dynamic_rnn
    stack_bidirectional_rnn/cell_#/bidirectional_rnn/fw/* | | | StackRNN/Layer#/BiRNN/FW/*
    stack_bidirectional_rnn/cell_#/bidirectional_rnn/bw/* | | | StackRNN/Layer#/BiRNN/BW/*
stack_bidirectional_rnn
    stack_bidirectional_rnn/cell_#/fw/* | | | StackRNN/Layer#/BiRNN/FW/*
    stack_bidirectional_rnn/cell_#/bw/* | | | StackRNN/Layer#/BiRNN/BW/*
-
    bidirectional_rnn/fw/* | | | BiRNN/FW/FW/*
    bidirectional_rnn/bw/* | | | BiRNN/BW/BW/*
    bidirectional_rnn/fw/* | | | BiRNN_FW/FW/*
    bidirectional_rnn/bw/* | | | BiRNN_BW/BW/*
    bidirectional_rnn/fw/* | | | BiRNN_FW/*
    bidirectional_rnn/bw/* | | | BiRNN_BW/*
bidirectional_dynamic_rnn static_bidirectional_rnn
    bidirectional_rnn/fw/* | | | BiRNN/FW/*
    bidirectional_rnn/bw/* | | | BiRNN/BW/*
dynamic_rnn raw_rnn static_rnn static_state_saving_rnn FusedRNNCellAdaptor
    rnn/* | | | RNN/*
MultiRNNCell
    multi_rnn_cell/cell_#/* | | | MultiRNNCell/Cell#/*
BasicRNNCell
    basic_rnn_cell/kernel | | basic_rnn_cell/weights | BasicRNNCell/Linear/Matrix
    basic_rnn_cell/bias | | basic_rnn_cell/biases | BasicRNNCell/Linear/Bias
BasicLSTMCell
    basic_lstm_cell/kernel | | basic_lstm_cell/weights | BasicLSTMCell/Linear/Matrix
    basic_lstm_cell/bias | | basic_lstm_cell/biases | BasicLSTMCell/Linear/Bias
GRUCell
    gru_cell/gates/kernel | | gru_cell/gates/weights | GRUCell/Gates/Linear/Matrix
    gru_cell/gates/bias | | gru_cell/gates/biases | GRUCell/Gates/Linear/Bias
    gru_cell/candidate/kernel | | gru_cell/candidate/weights | GRUCell/Candidate/Linear/Matrix
    gru_cell/candidate/bias | | gru_cell/candidate/biases | GRUCell/Candidate/Linear/Bias
LSTMCell
    lstm_cell/kernel | | lstm_cell/weights | LSTMCell/W_0
    lstm_cell/bias | | lstm_cell/biases | LSTMCell/B
    lstm_cell/projection/kernel | | lstm_cell/projection/weights | LSTMCell/W_P_0
    lstm_cell/w_f_diag | | | LSTMCell/W_F_diag
    lstm_cell/w_i_diag | | | LSTMCell/W_I_diag
    lstm_cell/w_o_diag | | | LSTMCell/W_O_diag
CoupledInputForgetGateLSTMCell
    coupled_input_forget_gate_lstm_cell/* | | | CoupledInputForgetGateLSTMCell/*
TimeFreqLSTMCell
    time_freq_lstm_cell/* | | | TimeFreqLSTMCell/*
GridLSTMCell
    grid_lstm_cell/* | | | GridLSTMCell/*
BidirectionalGridLSTMCell
    bidirectional_grid_lstm_cell/* | | | BidirectionalGridLSTMCell/*
LayerNormBasicLSTMCell
    layer_norm_basic_lstm_cell/kernel | | layer_norm_basic_lstm_cell/weights | LayerNormBasicLSTMCell/linear/weights
    layer_norm_basic_lstm_cell/bias | | layer_norm_basic_lstm_cell/biases | LayerNormBasicLSTMCell/linear/b
    layer_norm_basic_lstm_cell/* | | | LayerNormBasicLSTMCell/*
NASCell
    nas_cell/kernel | | nas_rnn/weights
    nas_cell/recurrent_kernel | | nas_rnn/recurrent_weights
    nas_cell/* | | nas_rnn/*
AttentionCellWrapper
    attention_cell_wrapper/kernel | | attention_cell_wrapper/weights | AttentionCellWrapper/Linear/Matrix
    attention_cell_wrapper/bias | | attention_cell_wrapper/biases | AttentionCellWrapper/Linear/Bias
    attention_cell_wrapper/attention/kernel | | attention_cell_wrapper/attention/weights | AttentionCellWrapper/Attention/Linear/Matrix
    attention_cell_wrapper/attention/bias | | attention_cell_wrapper/attention/biases | AttentionCellWrapper/Attention/Linear/Bias
    attention_cell_wrapper/attention/attn_w | | | AttentionCellWrapper/Attention/AttnW
    attention_cell_wrapper/attention/attn_v | | | AttentionCellWrapper/Attention/AttnV
    attention_cell_wrapper/attn_output_projection/kernel | | attention_cell_wrapper/attn_output_projection/weights | AttentionCellWrapper/AttnOutputProjection/Linear/Matrix
    attention_cell_wrapper/attn_output_projection/bias | | attention_cell_wrapper/attn_output_projection/biases | AttentionCellWrapper/AttnOutputProjection/Linear/Bias
    attention_cell_wrapper/* | | | AttentionCellWrapper/*
OutputProjectionWrapper
    output_projection_wrapper/kernel | | output_projection_wrapper/weights | OutputProjectionWrapper/Linear/Matrix
    output_projection_wrapper/bias | | output_projection_wrapper/biases | OutputProjectionWrapper/Linear/Bias
    output_projection_wrapper/* | | output_projection_wrapper/../* | OutputProjectionWrapper/../*
InputProjectionWrapper
    input_projection_wrapper/kernel | | input_projection_wrapper/weights | InputProjectionWrapper/Linear/Matrix
    input_projection_wrapper/bias | | input_projection_wrapper/biases | InputProjectionWrapper/Linear/Bias
    input_projection_wrapper/* | | input_projection_wrapper/../* | InputProjectionWrapper/../*
EmbeddingWrapper
    embedding_wrapper/embedding | | | EmbeddingWrapper/embedding
    embedding_wrapper/* | | embedding_wrapper/../* | EmbeddingWrapper/../*
LSTMBlockCell
    lstm_cell/kernel | | lstm_cell/weights | LSTMBlockCell/W
    lstm_cell/bias | | lstm_cell/biases | LSTMBlockCell/b
    lstm_cell/w_f_diag | | | LSTMBlockCell/wcf
    lstm_cell/w_i_diag | | | LSTMBlockCell/wci
    lstm_cell/w_o_diag | | | LSTMBlockCell/wco
LSTMBlockFusedCell
    lstm_fused_cell/kernel | lstm_block_wrapper/kernel | lstm_block_wrapper/weights | LSTMBlockFusedCell/W_0
    lstm_fused_cell/bias | lstm_block_wrapper/bias | lstm_block_wrapper/biases | LSTMBlockFusedCell/B
    lstm_fused_cell/w_f_diag | lstm_block_wrapper/w_f_diag | | LSTMBlockFusedCell/W_F_diag
    lstm_fused_cell/w_i_diag | lstm_block_wrapper/w_i_diag | | LSTMBlockFusedCell/W_I_diag
    lstm_fused_cell/w_o_diag | lstm_block_wrapper/w_o_diag | | LSTMBlockFusedCell/W_O_diag
GRUBlockCell
    gru_cell/* | GRUBlockCell/*
GRUBlockCellV2
    gru_cell/* | GRUBlockCellV2/*
attention_decoder
    attention_decoder/kernel | | attention_decoder/weights | attention_decoder/Linear/Matrix
    attention_decoder/bias | | attention_decoder/biases | attention_decoder/Linear/Bias
    Attention_#/kernel | | Attention_#/weights | Attention_#/Linear/Matrix
    Attention_#/bias | | Attention_#/biases | Attention_#/Linear/Bias
    AttnOutputProjection/kernel | | AttnOutputProjection/weights | AttnOutputProjection/Linear/Matrix
    AttnOutputProjection/bias | | AttnOutputProjection/biases | AttnOutputProjection/Linear/Bias
linear
    kernel | | weights | Matrix
    bias | | biases | Bias
"""  # noqa: E501


def _lines() -> list[Line]:
    found: list[Line] = []
    of: tuple[str, ...] = ()
    for line in _TABLE.strip('\n').splitlines():
        if not line.startswith(' '):
            of = () if line == '-' else tuple(line.split())
            continue
        names: list[str] = []
        for word in line.split('|'):
            names.append(word.strip() or names[-1])
        names += names[-1:] * (len(COLUMNS) - len(names))
        found.append(Line(of, tuple(names)))
    return found


LINES: list[Line] = _lines()


def _column(version: str) -> int:
    """The column of a version: 1.3 has the names of 1.4, and 1.0 those of 1.1."""
    return COLUMNS.index({'1.0': '1.1', '1.2': '1.4', '1.3': '1.4'}.get(version, version))


def _expression(name: str) -> str:
    """What matches a name of the table."""
    return re.escape(name).replace(r'\#', r'(\d+)').replace(r'\*', '(.*)')


def _template(name: str, first: int = 1) -> str:
    """What makes one, from the groups of what matched another, the first of which has a number."""
    count = iter(range(first, 100))
    return re.sub(r'[#*]', lambda _: f'\\{next(count)}', name)


@functools.cache
def scope(of: str, version: str) -> str:
    """The scope of a class or function: the first part of the names of its variables.

    Args:
      of: the name of the class or function.
      version: a version, such as '1.1'.
    """
    return next(line for line in LINES if of in line.of).names[_column(version)].split('/')[0]


@functools.cache
def names(of: str, version: str) -> Names:
    """What the variables of a class or function were called, below its scope.

    Args:
      of: the name of the class or function.
      version: a version, such as '1.1'.

    Example:
      >>> from tf_seq2seq_compat.checkpoint import history
      >>> history.scope('GRUCell', '0.12'), history.names('GRUCell', '0.12')[0]
      ('GRUCell', ('gates/kernel', 'Gates/Linear/Matrix'))
    """
    below = [
        (line.today.partition('/')[2], line.names[_column(version)].partition('/')[2])
        for line in LINES
        if of in line.of
    ]
    return tuple((_expression(today), _template(then)) for today, then in below)


@functools.cache
def names_anywhere(of: str, version: str) -> Names:
    """As `names`, with the scope, for what is made anywhere below the scope that is open.

    Args:
      of: the names of classes or functions, with spaces between them.
      version: a version, such as '1.1'.
    """
    wanted = set(of.split())
    return tuple(
        (
            f'(.*/)?{_expression(line.today)}',
            r'\1' + _template(_without_parents(line.names[_column(version)]), 2),
        )
        for line in LINES
        if wanted & set(line.of)
    )


def _without_parents(name: str) -> str:
    return re.sub(r'\w+/\.\./', '', name)


def inverted(version: str) -> list[tuple[str, str]]:
    """Expressions for the names that changed after a version, and what makes them today's.

    Args:
      version: one of `COLUMNS`.
    """
    at = _column(version)
    found: dict[str, str] = {}
    for line in LINES:
        then = line.names[at]
        if then == line.names[at - 1] or '/' not in line.today or '..' in then:
            continue
        is_scope = then.endswith('/*')
        # Scopes that programs make, too, are these where a cell stands in them.
        after = rf'(?=/(?:{_scopes(version)})/)' if then == 'RNN/*' else '(?=/)'
        old = _expression(then.removesuffix('/*')) + (after if is_scope else '(?=/|$)')
        found.setdefault(rf'(^|/){old}', r'\1' + _template(line.today.removesuffix('/*'), 2))
    return list(found.items())


def _scopes(version: str) -> str:
    found = {scope(name, version) for line in LINES for name in line.of if name[0].isupper()}
    return '|'.join(sorted(found - {'RNN'}))


def beside(names: list[str]) -> list[str]:
    """Puts cells that stood beside their wrappers inside of them, where today they are.

    Until 1.1 a wrapper that projects or embeds called its cell in the scope in which it was called
    itself. What stands there with the variables of one wrapper is its cell.

    Args:
      names: those of all variables, otherwise today's.

    Returns:
      The names, in their order.
    """
    wrapper = '|'.join(
        line.today.removesuffix('/*') for line in LINES if line.names[2].endswith('/../*')
    )
    scopes = {line.today.split('/')[0] for line in LINES if line.of and line.of[0][0].isupper()}
    cell = '|'.join(sorted(scopes))
    own = re.compile(rf'(?P<at>(?:.*/)?)(?P<name>{wrapper})/(?P<rest>.*)')
    wrappers: dict[str, set[str]] = {}
    whole: set[str] = set()
    for found in filter(None, map(own.fullmatch, names)):
        wrappers.setdefault(found['at'], set()).add(found['name'])
        if re.match(rf'(?:{cell})/', found['rest']):
            whole.add(found['at'])

    def inside(name: str) -> str:
        for at, found in wrappers.items():
            rest = name.removeprefix(at) if name.startswith(at) else ''
            alone = len(found) == 1 and at not in whole
            if alone and re.match(rf'(?!{wrapper})(?:{cell})/', rest):
                return f'{at}{next(iter(found))}/{rest}'
        return name

    return list(map(inside, names))
