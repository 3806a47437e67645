"""Rename rules for the variables of a checkpoint, and those for names that TF1 itself changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tf_seq2seq_compat.checkpoint import history
from tf_seq2seq_compat.checkpoint.reader import CheckpointError

KINDS = ('exact', 'prefix', 'regex')


class Rule(NamedTuple):
    """One rule.

    Fields:
      kind: 'exact' for one name, 'prefix' for a scope (whole parts of the name), 'regex' for a
        regular expression that is searched for in the name; 'beside' is one of `HISTORIC` alone.
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
        return self.apply_to([name])[0]

    def apply_to(self, names: list[str]) -> list[str]:
        """The names that the rule makes of all names of a checkpoint, in their order."""
        if self.kind == 'beside':
            return history.beside(names)
        return [self._of_one(name) for name in names]

    def _of_one(self, name: str) -> str:
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
        return self.of_all([name])[name]

    def of_all(self, names: Iterable[str]) -> dict[str, str]:
        """The new name of each, in their order, whether two get the same one or not."""
        old = list(names)
        new = old
        for rule in self.rules:
            new = rule.apply_to(new)
        return dict(zip(old, new, strict=True))

    def __repr__(self) -> str:
        return f'Renames({list(self.rules)})'

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """The new name of each.

        Raises:
          CheckpointError: If two get the same name, or one gets an empty one.
        """
        new = self.of_all(names)
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
            renamed = rule.apply_to(names)
            if renamed == names:
                unused.append(rule)
            names = renamed
        return unused


def _inverted(version: str) -> tuple[Rule, ...]:
    return tuple(Rule('regex', old, new) for old, new in history.inverted(version))


HISTORIC: tuple[History, ...] = (
    History(
        'camel_case',
        'Until 0.12 scopes had the names of classes, a MultiRNNCell numbered its cells Cell0, '
        'Cell1 …, dynamic_rnn opened RNN and bidirectional_dynamic_rnn BiRNN/FW and BiRNN/BW; an '
        'LSTMCell had W_0, B, W_F_diag … and W_P_0. (Where it had more than one shard, W_1 and '
        'so on are left over: they must be joined by hand.)',
        _inverted('0.12'),
    ),
    History(
        'weights_and_biases',
        'In 1.0 and 1.1 the variables of cells were `weights` and `biases`; from 1.2 they are '
        '`kernel` and `bias`. Only below the scopes of cells: tf.contrib.layers and slim still say '
        'weights and biases.',
        _inverted('1.1'),
    ),
    History(
        'block_cells',
        'Until 1.4 a GRUBlockCell had a scope of that name, and an LSTMBlockFusedCell one that was '
        'lstm_block_wrapper.',
        _inverted('1.4'),
    ),
    History(
        'cells_beside_wrappers',
        'Until 1.1 the cell of an OutputProjectionWrapper, an InputProjectionWrapper or an '
        'EmbeddingWrapper had its variables beside those of the wrapper; so had the models of '
        'legacy_seq2seq. The variables of a cell that stand beside those of one wrapper are put '
        'below its scope.',
        (Rule('beside', '', ''),),
    ),
    History(
        'dynamic_attention_wrapper',
        'AttentionWrapper was DynamicAttentionWrapper before 1.2. Where it had a scope of that '
        'name, its attention layer was `dense`, and the query layer and attention_v, attention_g '
        'and attention_b stood in the scope of the wrapper; here they are taken for those of a '
        'BahdanauAttention, which is all that had them. Its layers also had biases, for which 1.15 '
        'has no place: they are left over, and where they are not zero the old model computed '
        'something else. (In the released 1.1 it had no scope at all, so that its names do not '
        'tell what they are of: run such a program with `run --tf 1.1`.)',
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
    """The names of an earlier TF1 that are of variables which are wanted under their later names.

    Args:
      names: Names of variables in a checkpoint.
      wanted: Names of variables that it is to be restored into.

    Returns:
      The names in the checkpoint, and what each is called in 1.15.

    Example:
      >>> from tf_seq2seq_compat.checkpoint import rename
      >>> rename.historic_names(['rnn/gru_cell/gates/biases'], ['rnn/gru_cell/gates/bias'])
      {'rnn/gru_cell/gates/biases': 'rnn/gru_cell/gates/bias'}
    """
    wanted = set(wanted)
    later = Renames('historic').of_all(names)
    return {old: new for old, new in later.items() if new != old and new in wanted}


def historic_advice(pairs: Mapping[str, str]) -> str:
    """Says of a checkpoint that it has the names `historic_names` found, with the first three."""
    shown = ', '.join(f'{old} -> {new}' for old, new in list(pairs.items())[:3])
    more = ', …' if len(pairs) > 3 else ''
    return f'The checkpoint has names of an earlier TensorFlow 1 ({shown}{more})'


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
    known = [each.name for each in HISTORIC]
    if name != 'historic' and name not in known:
        raise CheckpointError(
            f'there are no renames called {name!r}, but historic (all), {", ".join(known)}. A rule '
            'of your own is a pair (old, new).'
        )
    for each in HISTORIC:
        if name in ('historic', each.name):
            yield from each.rules


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
