"""A Keras Lambda whose function makes layers with weights, which the runner repairs."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.fixers.missing_memory import REPAIRS
from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module


def fix(module: Module) -> Iterator[Fix]:
    """Finds functions of Lambda layers in which layers are made."""
    functions = {each.name.value: each for each in module.all(cst.FunctionDef)}  # type: ignore
    for node in module.all(cst.Call):
        assert isinstance(node, cst.Call)
        if not node.args or not isinstance(node.args[0].value, cst.Name):
            continue
        function = functions.get(node.args[0].value.value)
        if function is None or _layer(module, node.func) != 'Lambda':
            continue
        made = _made(module, function)
        if made:
            advice = (
                f'{node.args[0].value.value} makes {", ".join(made)} inside, whose weights Keras '
                f'does not train: make them once, outside of it; {REPAIRS}'
            )
            yield Finding('needs a look', module.line(node), 'Lambda', advice)


def _made(module: Module, function: cst.CSTNode) -> list[str]:
    """The layers with weights that a function makes."""
    made = [
        _layer(module, node.func)  # type: ignore[attr-defined]
        for node in module.all(cst.Call)
        if any(each is function for each in module.around(node))
    ]
    return [name for name in made if name and name not in _WITHOUT_WEIGHTS]


_WITHOUT_WEIGHTS = frozenset(
    {
        'Activation',
        'Add',
        'Average',
        'Concatenate',
        'Dot',
        'Dropout',
        'Flatten',
        'Lambda',
        'Masking',
        'Maximum',
        'Multiply',
        'Permute',
        'RepeatVector',
        'Reshape',
        'Softmax',
        'Subtract',
    }
)
_KERAS = ('keras.', 'tf_keras.', 'tensorflow.')


def _layer(module: Module, node: cst.BaseExpression) -> str:
    """The Keras layer class that an expression means."""
    for meaning in module.meanings(node):
        package, _, name = meaning.rpartition('.')
        if not meaning.startswith(_KERAS) or 'layers' not in package:
            continue
        ours = module.is_ours(meaning)
        place = module.place_of(meaning) if ours else locations.Place(package, (name,))
        if place is not None and isinstance(locations.found(place), type):
            return name
    return ''
