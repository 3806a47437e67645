"""The package calls a function that TensorFlow 2 changed only where the change is no harm.

`tf.nn.embedding_lookup`, say, is not TF1's: it finds ids in the parts of an embedding by another
rule. So each name of which TensorFlow 2 has another function than `tf.compat.v1` must be listed
here, with the reason why it may be used.
"""

from __future__ import annotations

import ast
import functools
import inspect
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import tensorflow as tf

PACKAGE = pathlib.Path(__file__).parents[1] / 'tf_seq2seq_compat'
REASONS = {
    'TF1 has older names of arguments beside these, and the same defaults': """
        argmax cond expand_dims math.count_nonzero nn.log_softmax nn.moments nn.softmax norm
        reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod
        reduce_sum reverse_sequence squeeze nn.sparse_softmax_cross_entropy_with_logits""",
    'the arguments have another order behind those given by position': """
        convert_to_tensor debugging.assert_less_equal nn.convolution gather gather_nd pad shape size
        transpose while_loop""",
    'the rest of the arguments is for graphs built by hand, or the value of both is the same': """
        device executing_eagerly map_fn ones_like zeros_like linalg.diag math.divide_no_nan
        linalg.diag_part math.exp math.expm1 math.floormod math.log math.log1p math.multiply_no_nan
        math.rsqrt math.softplus nn.softplus""",
    'takes one number for all entries, where TF1 fills up with the last': 'constant',
    'takes the rate, by name: TF1 the probability to keep': 'nn.dropout',
    'broadcasts, where TF1 selects rows by a vector': 'where',
    'the class itself, in annotations and isinstance': """
        Variable VariableAggregation data.Dataset lookup.StaticVocabularyTable
        __internal__.EagerTensor""",
    'parses the same strings': 'DeviceSpec DeviceSpec.from_string',
    'TF1 has none, or one for sessions': """
        __internal__.eager_context.eager_mode nn.gelu lite.TFLiteConverter
        lite.TFLiteConverter.from_saved_model distribute.DistributedValues""",
    'saves objects, which TF1 has as tf.train.Checkpoint too': 'train.Checkpoint',
}
ALLOWED = {name: reason for reason, names in REASONS.items() for name in names.split()}


@functools.cache
def places() -> dict[str, list[ast.AST]]:
    """Where each name below `tf` stands in the package: the calls, or else the name itself."""
    found: dict[str, list[ast.AST]] = {}
    for path in PACKAGE.rglob('*.py'):
        if path.is_relative_to(PACKAGE / 'addons'):  # an API of TensorFlow 2, on its functions
            continue
        tree = ast.parse(path.read_text(encoding='utf-8'), str(path))
        calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module != 'tensorflow', f'{path}:{node.lineno}: import tensorflow as tf'
            for name in _names(node):
                found.setdefault(name, []).append(calls.get(id(node), node))
    return found


def _names(node: ast.AST) -> Iterator[str]:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if parts and isinstance(node, ast.Name) and node.id == 'tf':
        yield '.'.join(parts)


def value(root: Any, name: str) -> Any:
    return functools.reduce(lambda at, part: getattr(at, part, None), name.split('.'), root)


def changed() -> list[str]:
    """The names in the package of which TF1 has another function, or none."""
    return [
        name
        for name in sorted(places())
        if callable(value(tf, name)) and value(tf, name) is not value(tf.compat.v1, name)
        if not name.startswith(('compat.', 'keras.'))
    ]


def test_every_changed_function_has_a_reason() -> None:
    assert 'nn.softmax' in changed()
    assert not [name for name in changed() if name not in ALLOWED]


def test_every_reason_is_needed() -> None:
    assert not [name for name in ALLOWED if name not in places()]


def test_embeddings_are_looked_up_in_one_place() -> None:
    """Beside `tf1`, whose functions have TF1's argument for it, and `addons`, on TensorFlow 2's."""
    found = {
        path.relative_to(PACKAGE).parts
        for path in PACKAGE.rglob('*.py')
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
        if isinstance(node, ast.Attribute) and node.attr.startswith('embedding_lookup')
    }
    elsewhere = {parts for parts in found if parts[0] not in ('tf1', 'addons')}
    assert elsewhere == {('core', 'embedding.py')}


@pytest.mark.parametrize('name', sorted(ALLOWED))  # all that `changed` gives, without a search
def test_positions_mean_the_same_in_both(name: str) -> None:
    """What is given by position has one meaning, whichever of the two is called."""
    one, two = (_parameters(value(root, name)) for root in (tf.compat.v1, tf))
    same = sum(1 for _ in _common(one, two))
    for call in places()[name]:
        if isinstance(call, ast.Call) and one and two:
            assert len(call.args) <= same, f'line {call.lineno}: give {two[same:]} by name'


def _parameters(function: Any) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _common(one: list[str], two: list[str]) -> Iterator[str]:
    for first, second in zip(one, two, strict=False):
        # `input`, `tensor` and `input_tensor` are one argument; so are the two of `device`.
        if first.split('_')[0] != second.split('_')[0] and {first, second} != {'input', 'tensor'}:
            return
        yield first
