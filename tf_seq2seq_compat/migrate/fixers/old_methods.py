"""Methods that classes of Python and NumPy had: `self.assertEquals` is `self.assertEqual`.

In a test case they are renamed. On any other object it is not known whose method it is, so that is
for a person to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tf_seq2seq_compat.migrate.source_module import Finding, Fix, Module
from tf_seq2seq_compat.tf1.old_libraries import tables
from tf_seq2seq_compat.tf1.old_libraries.rows import Method

_CASES = (
    'unittest.TestCase',
    'unittest.case.TestCase',
    'tensorflow.test.TestCase',
    'tensorflow.compat.v1.test.TestCase',
    'tensorflow.python.platform.test.TestCase',
    'tensorflow.python.framework.test_util.TensorFlowTestCase',
)
_ASSERTIONS = {
    row.name: row.target
    for row in tables.METHODS
    if row.owner == 'TestCase' and ':' not in row.target
}
_OTHERS: dict[str, Method] = {
    row.name: row
    for row in tables.METHODS
    if row.owner != 'TestCase' and row.name != 'fromstring' and not hasattr(list, row.name)
}


def fix(module: Module) -> Iterator[Fix]:
    """Renames methods of test cases; says where another old method may be meant."""
    for node in module.all(cst.Attribute):
        assert isinstance(node, cst.Attribute)
        name, line = node.attr.value, module.line(node)
        if name in _ASSERTIONS and _is_self(node) and _in_test_case(module, node):
            new = _ASSERTIONS[name]
            yield module.replace(node.attr, new)
            yield Finding('rewritten', line, f'TestCase.{name}', new)
        elif name in _OTHERS and _is_called(module, node) and not module.meanings(node):
            row = _OTHERS[name]
            advice = f'Gone since {row.gone}, if this is a {row.owner}. Today: {row.advice}.'
            yield Finding('needs a look', line, f'{row.owner}.{name}', advice)


def _is_self(node: cst.Attribute) -> bool:
    return isinstance(node.value, cst.Name) and node.value.value == 'self'


def _is_called(module: Module, node: cst.Attribute) -> bool:
    call = module.parent(node)
    return isinstance(call, cst.Call) and call.func is node


def _in_test_case(module: Module, node: cst.CSTNode) -> bool:
    """Whether the class around a node is a test case, as far as this module says."""
    around = next((each for each in module.around(node) if isinstance(each, cst.ClassDef)), None)
    classes = {each.name.value: each for each in module.all(cst.ClassDef)}  # type: ignore
    seen: set[str] = set()
    waiting = [around] if around is not None else []
    while waiting:
        one = waiting.pop()
        for base in one.bases:
            if module.meanings(base.value) & set(_CASES):
                return True
            if isinstance(base.value, cst.Name) and base.value.value not in seen:
                seen.add(base.value.value)
                if base.value.value in classes:
                    waiting.append(classes[base.value.value])  # type: ignore[arg-type]
    return False
