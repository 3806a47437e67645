"""Rename rules for the variables of a checkpoint, and those for the names that TF1 itself changed.

What `HISTORIC` says was read from the conversion script in TF 1.15
(`tensorflow/contrib/rnn/python/tools/checkpoint_convert.py`) and from the names that published
programs of those versions list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tf_seq2seq_compat.checkpoint.reader import CheckpointError

KINDS = ('exact', 'prefix', 'regex')


class Rule(NamedTuple):
    """One rule.

    Fields:
      kind: 'exact' for one name, 'prefix' for a scope (whole parts of the name), 'regex' for a
        regular expression that is searched for in the name.
      old: The name, scope or expression.
      new: What replaces it; groups of an expression are `\\1`, `\\2` …

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> checkpoint.Rule('prefix', 'model/decoder', 'decoder').apply('model/decoder/dense/kernel')
      'decoder/dense/kernel'
    """

    kind: str
    old: str
    new: str

    def apply(self, name: str) -> str:
        """The name that the rule makes of a name, which is the same if the rule is not for it."""
        if self.kind == 'regex':
            return re.sub(self.old, self.new, name)
        if name == self.old:
            return self.new
        if self.kind == 'prefix' and (not self.old or name.startswith(self.old + '/')):
            rest = name[len(self.old) :].removeprefix('/')
            return f'{self.new}/{rest}' if self.new else rest
        return name


class History(NamedTuple):
    """A change of names within TF1.

    Fields:
      name: Its name, for `renames`.
      change: What changed, and in which versions.
      rules: What makes the names of 1.15 of the old ones.
    """

    name: str
    change: str
    rules: tuple[Rule, ...]


class Renames:
    """Rules in order: each works on what those before it have left.

    Args:
      rules: A list of `Rule`, of pairs `(old, new)` (a scope where `old` ends in a slash, else a
        name or a scope), of triples `(kind, old, new)`, of `History`, of names of a `History`
        ('historic' for all of them), and of other `Renames`; or a dict from old to new; or one of
        these alone.

    Raises:
      CheckpointError: If a rule has another form, or an expression is wrong.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> renames = checkpoint.Renames([('model', ''), ('regex', r'layer_(\\d)', r'cell_\\1')])
      >>> renames('model/layer_0/kernel')
      'cell_0/kernel'
      >>> checkpoint.Renames('historic')('RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix')
      'rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel'
    """

    def __init__(self, rules: object = ()) -> None:
        self.rules: tuple[Rule, ...] = tuple(_rules(rules))

    def __call__(self, name: str) -> str:
        for rule in self.rules:
            name = rule.apply(name)
        return name

    def __repr__(self) -> str:
        return f'Renames({list(self.rules)})'

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """The new name of each.

        Raises:
          CheckpointError: If two get the same name, or one gets an empty one.
        """
        new = {name: self(name) for name in names}
        old_by_new: dict[str, str] = {}
        for old, name in new.items():
            if not name or name in old_by_new:
                raise CheckpointError(
                    f'the rename rules make {name!r} of {old!r}'
                    + (f' and of {old_by_new[name]!r}' if name else '')
                    + '. Make the rules narrower, so that each variable has a name of its own.'
                )
            old_by_new[name] = old
        return new

    def unused(self, names: Iterable[str]) -> list[Rule]:
        """The rules that change none of the names."""
        unused, names = [], list(names)
        for rule in self.rules:
            renamed = [rule.apply(name) for name in names]
            if renamed == names:
                unused.append(rule)
            names = renamed
        return unused


_WITH_WEIGHTS = (
    'basic_rnn_cell|basic_lstm_cell|lstm_cell|gru_cell|layer_norm_basic_lstm_cell|ugrnn_cell|'
    'intersection_rnn_cell|phased_lstm_cell|attention_cell_wrapper|lstm_block_wrapper|'
    'input_projection_wrapper|output_projection_wrapper|nas_rnn|attention_decoder'
)
_PARTS_OF_CELLS = (
    'gates|candidate|projection|in_projection|mask_gates|new_input|output_gate|attention|'
    'attn_output_projection|Attention_\\d+|AttnOutputProjection'
)

_CLASSES = (
    'MultiRNNCell|BasicRNNCell|BasicLSTMCell|LSTMCell|GRUCell|AttentionCellWrapper|'
    'OutputProjectionWrapper|InputProjectionWrapper|EmbeddingWrapper|LayerNormBasicLSTMCell|'
    'CoupledInputForgetGateLSTMCell|LSTMBlockCell|GridLSTMCell|BidirectionalGridLSTMCell|'
    'TimeFreqLSTMCell'
)
_LINEAR = {'Linear/Matrix': 'kernel', 'Linear/Bias': 'bias'}


def _of_class(scope: str, later: str, names: Mapping[str, str]) -> list[Rule]:
    """The rules for the variables of a class whose scope had its name."""
    return [
        Rule('regex', rf'(^|/){scope}/{old}(?=/|$)', rf'\1{later}/{new}')
        for old, new in names.items()
    ]


HISTORIC: tuple[History, ...] = (
    History(
        'camel_case',
        'Until 0.12 scopes had the names of classes, a MultiRNNCell numbered its cells Cell0, '
        'Cell1 …, dynamic_rnn opened RNN and bidirectional_dynamic_rnn BiRNN/FW and BiRNN/BW; an '
        'LSTMCell had W_0, B, W_F_diag … and W_P_0. (Where it had more than one shard, W_1 and '
        'so on are left over: they must be joined by hand.)',
        (
            Rule('regex', r'(^|/)BiRNN(?:/|_)FW(?:/FW)?(?=/)', r'\1bidirectional_rnn/fw'),
            Rule('regex', r'(^|/)BiRNN(?:/|_)BW(?:/BW)?(?=/)', r'\1bidirectional_rnn/bw'),
            Rule('regex', rf'(^|/)RNN(?=/(?:{_CLASSES})/)', r'\1rnn'),
            Rule('regex', r'(^|/)MultiRNNCell/Cell(\d+)(?=/)', r'\1multi_rnn_cell/cell_\2'),
            Rule('regex', r'(^|/)BasicRNNCell/Linear/Matrix(?=/|$)', r'\1basic_rnn_cell/kernel'),
            Rule('regex', r'(^|/)BasicRNNCell/Linear/Bias(?=/|$)', r'\1basic_rnn_cell/bias'),
            Rule('regex', r'(^|/)BasicLSTMCell/Linear/Matrix(?=/|$)', r'\1basic_lstm_cell/kernel'),
            Rule('regex', r'(^|/)BasicLSTMCell/Linear/Bias(?=/|$)', r'\1basic_lstm_cell/bias'),
            Rule('regex', r'(^|/)GRUCell/Gates/Linear/Matrix(?=/|$)', r'\1gru_cell/gates/kernel'),
            Rule('regex', r'(^|/)GRUCell/Gates/Linear/Bias(?=/|$)', r'\1gru_cell/gates/bias'),
            Rule(
                'regex',
                r'(^|/)GRUCell/Candidate/Linear/Matrix(?=/|$)',
                r'\1gru_cell/candidate/kernel',
            ),
            Rule(
                'regex', r'(^|/)GRUCell/Candidate/Linear/Bias(?=/|$)', r'\1gru_cell/candidate/bias'
            ),
            Rule('regex', r'(^|/)LSTMCell/W_0(?=/|$)', r'\1lstm_cell/kernel'),
            Rule('regex', r'(^|/)LSTMCell/B(?=/|$)', r'\1lstm_cell/bias'),
            Rule('regex', r'(^|/)LSTMCell/W_P_0(?=/|$)', r'\1lstm_cell/projection/kernel'),
            Rule('regex', r'(^|/)LSTMCell/W_F_diag(?=/|$)', r'\1lstm_cell/w_f_diag'),
            Rule('regex', r'(^|/)LSTMCell/W_I_diag(?=/|$)', r'\1lstm_cell/w_i_diag'),
            Rule('regex', r'(^|/)LSTMCell/W_O_diag(?=/|$)', r'\1lstm_cell/w_o_diag'),
            *_of_class(
                'LSTMBlockCell',
                'lstm_cell',
                {'W': 'kernel', 'b': 'bias', 'wc([ifo])': r'w_\2_diag'},
            ),
            Rule('regex', r'(^|/)TimeFreqLSTMCell(?=/)', r'\1time_freq_lstm_cell'),
            Rule('regex', r'(^|/)GridLSTMCell(?=/)', r'\1grid_lstm_cell'),
            Rule(
                'regex', r'(^|/)BidirectionalGridLSTMCell(?=/)', r'\1bidirectional_grid_lstm_cell'
            ),
            *_of_class('AttentionCellWrapper', 'attention_cell_wrapper', _LINEAR),
            *_of_class(
                'AttentionCellWrapper/Attention',
                'attention_cell_wrapper/attention',
                {'AttnW': 'attn_w', 'AttnV': 'attn_v', **_LINEAR},
            ),
            *_of_class(
                'AttentionCellWrapper/AttnOutputProjection',
                'attention_cell_wrapper/attn_output_projection',
                _LINEAR,
            ),
            Rule('regex', r'(^|/)AttentionCellWrapper(?=/)', r'\1attention_cell_wrapper'),
            *_of_class('OutputProjectionWrapper', 'output_projection_wrapper', _LINEAR),
            *_of_class('InputProjectionWrapper', 'input_projection_wrapper', _LINEAR),
            *_of_class('EmbeddingWrapper', 'embedding_wrapper', {'embedding': 'embedding'}),
            *_of_class(
                'LayerNormBasicLSTMCell/linear',
                'layer_norm_basic_lstm_cell',
                {'weights': 'kernel', 'b': 'bias'},
            ),
            Rule('regex', r'(^|/)LayerNormBasicLSTMCell(?=/)', r'\1layer_norm_basic_lstm_cell'),
            Rule(
                'regex',
                r'(^|/)CoupledInputForgetGateLSTMCell(?=/)',
                r'\1coupled_input_forget_gate_lstm_cell',
            ),
            Rule(
                'regex',
                r'(^|/)attention_decoder((?:/Attention_\d+|/AttnOutputProjection)?)/Linear/Matrix(?=/|$)',
                r'\1attention_decoder\2/kernel',
            ),
            Rule(
                'regex',
                r'(^|/)attention_decoder((?:/Attention_\d+|/AttnOutputProjection)?)/Linear/Bias(?=/|$)',
                r'\1attention_decoder\2/bias',
            ),
        ),
    ),
    History(
        'weights_and_biases',
        'In 1.0 and 1.1 the variables of cells were `weights` and `biases`; from 1.2 they are '
        '`kernel` and `bias`. Only below the scopes of cells: tf.contrib.layers and slim still say '
        'weights and biases.',
        (
            Rule(
                'regex',
                rf'(^|/)({_WITH_WEIGHTS})((?:/(?:{_PARTS_OF_CELLS}))?)/weights(?=/|$)',
                r'\1\2\3/kernel',
            ),
            Rule(
                'regex',
                rf'(^|/)({_WITH_WEIGHTS})((?:/(?:{_PARTS_OF_CELLS}))?)/biases(?=/|$)',
                r'\1\2\3/bias',
            ),
            Rule('regex', r'(^|/)nas_rnn/recurrent_weights(?=/|$)', r'\1nas_rnn/recurrent_kernel'),
            Rule('regex', r'(^|/)nas_rnn(?=/)', r'\1nas_cell'),
        ),
    ),
    History(
        'dynamic_attention_wrapper',
        'AttentionWrapper was DynamicAttentionWrapper in 1.1. Its attention layer had no name, so '
        'that it was `dense`, and the query layer and attention_v, attention_g and attention_b '
        'stood in the scope of the wrapper; here they are taken for those of a BahdanauAttention, '
        'which is all that had them. Its layers also had biases, for which 1.15 has no place: '
        'they are left over, and where they are not zero the old model computed something else.',
        (
            Rule(
                'regex',
                r'(^|/)dynamic_attention_wrapper/(attention_[vgb]|query_layer/kernel)(?=/|$)',
                r'\1attention_wrapper/bahdanau_attention/\2',
            ),
            Rule(
                'regex',
                r'(^|/)dynamic_attention_wrapper/dense/kernel(?=/|$)',
                r'\1attention_wrapper/attention_layer/kernel',
            ),
            Rule('regex', r'(^|/)dynamic_attention_wrapper(?=/)', r'\1attention_wrapper'),
        ),
    ),
)


def historic_names(names: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """The names of before TF 1.2 that are of variables which are wanted under their later names.

    Args:
      names: Names of variables in a checkpoint.
      wanted: Names of variables that it is to be restored into.

    Returns:
      The names in the checkpoint, and what each is called from 1.2 on.

    Example:
      >>> from tf_seq2seq_compat.checkpoint import rename
      >>> rename.historic_names(['rnn/gru_cell/gates/biases'], ['rnn/gru_cell/gates/bias'])
      {'rnn/gru_cell/gates/biases': 'rnn/gru_cell/gates/bias'}
    """
    later, wanted = Renames('historic'), set(wanted)
    return {old: later(old) for old in names if later(old) != old and later(old) in wanted}


def historic_advice(pairs: Mapping[str, str]) -> str:
    """Says of a checkpoint that it has the names `historic_names` found, with the first three."""
    shown = ', '.join(f'{old} -> {new}' for old, new in list(pairs.items())[:3])
    more = ', …' if len(pairs) > 3 else ''
    return f'The checkpoint has names of before TensorFlow 1.2 ({shown}{more})'


def _rules(given: object) -> Iterable[Rule]:
    if isinstance(given, Renames):
        yield from given.rules
    elif isinstance(given, Rule):
        yield _checked(given)
    elif isinstance(given, History):
        yield from given.rules
    elif isinstance(given, str):
        yield from _historic(given)
    elif isinstance(given, Mapping):
        for old, new in given.items():
            yield _of_pair(old, new)
    elif isinstance(given, tuple) and given and all(isinstance(part, str) for part in given):
        if len(given) == 2:
            yield _of_pair(*given)
        elif len(given) == 3:
            yield _checked(Rule(*given))
        elif len(given) == 1:
            yield from _rules(given[0])
        else:
            raise _wrong(given)
    elif isinstance(given, Iterable):
        for one in given:
            yield from _rules(one)
    else:
        raise _wrong(given)


def _of_pair(old: str, new: str) -> Rule:
    return Rule('prefix', old.rstrip('/'), new.rstrip('/'))


def _historic(name: str) -> Iterable[Rule]:
    known = {history.name: history for history in HISTORIC}
    if name != 'historic' and name not in known:
        raise CheckpointError(
            f'there are no renames called {name!r}, but historic (all), {", ".join(known)}. A rule '
            'of your own is a pair (old, new).'
        )
    for history in HISTORIC:
        if name in ('historic', history.name):
            yield from history.rules


def _checked(rule: Rule) -> Rule:
    if rule.kind not in KINDS:
        raise CheckpointError(f'a rule is exact, prefix or regex, but {rule} is {rule.kind!r}.')
    if rule.kind == 'regex':
        try:
            re.compile(f'(?:{rule.old})|').sub(rule.new, '')
        except (re.error, IndexError) as error:
            raise CheckpointError(
                f'the rule {rule.old!r} -> {rule.new!r} is not a regular expression and its '
                f'replacement: {error}.'
            ) from error
    return rule


def _wrong(given: object) -> CheckpointError:
    return CheckpointError(
        f'{given!r} is not a rename rule. Give pairs (old, new), triples (kind, old, new) of kind '
        f'{", ".join(KINDS)}, or the name of historic rules.'
    )
