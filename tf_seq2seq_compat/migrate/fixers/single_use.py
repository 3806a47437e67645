"""Whether a cell is called in one variable scope: by one function of TensorFlow, one time.

Until TensorFlow 1.0 a cell had other weights in each scope, today it has those of the first. An
answer of yes is certain for what this module can see; all else is answered by no.
"""

from __future__ import annotations

import libcst as cst

from tf_seq2seq_compat.migrate.source_module import Module

_LOOPS = (cst.For, cst.While, cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)
_FUNCTIONS = (cst.FunctionDef, cst.Lambda)


def is_called_in_one_scope(module: Module, node: cst.CSTNode) -> bool:
    """Whether what an expression makes is used one time, by a function of TensorFlow.

    Args:
      module: the module.
      node: the expression that makes a cell.
    """
    return _ends(module, node, frozenset()) < _MANY


_MANY = 2


def _ends(module: Module, node: cst.CSTNode, seen: frozenset[str]) -> int:
    """How many times the value of an expression is called in a scope; two for what is unknown."""
    parent = module.parent(node)
    if isinstance(parent, cst.Arg):
        return _MANY if parent.star else _ends_of_argument(module, module.parent(parent), seen)
    if isinstance(parent, cst.Element):
        holder = module.parent(parent)
        return _ends(module, holder, seen) if isinstance(holder, cst.List) else _MANY
    if isinstance(parent, cst.ListComp) and parent.elt is node:
        return _ends(module, parent, seen)
    if isinstance(parent, cst.Assign) and parent.value is node and len(parent.targets) == 1:
        target = parent.targets[0].target
        if isinstance(target, cst.Name):
            return _ends_of_name(module, target.value, parent, seen)
    return _MANY


def _ends_of_argument(module: Module, call: cst.CSTNode | None, seen: frozenset[str]) -> int:
    if not isinstance(call, cst.Call):
        return _MANY
    function = call.func
    if isinstance(function, cst.Attribute) and function.attr.value == 'append':
        if isinstance(function.value, cst.Name):
            return _ends_of_name(module, function.value.value, call, seen)
        return _MANY
    names = module.meanings(function)
    if not names or not all(each.startswith('tensorflow.') for each in names):
        return _MANY
    if all(each.endswith(('Cell', 'Wrapper')) for each in names):
        return _ends(module, call, seen)
    return 1


def _ends_of_name(module: Module, name: str, at: cst.CSTNode, seen: frozenset[str]) -> int:
    """The uses of a variable behind a place, those that only wrap its value again aside."""
    if name in seen:
        return 0  # `cell = Wrapper(cell)`: what follows is counted for the first.
    function = _function(module, at)
    start = module.span(at)[1]
    count = 0
    for node in module.all(cst.Name):
        assert isinstance(node, cst.Name)
        if node.value != name or _is_bound_or_named(module, node):
            continue
        if function is not None and function not in module.around(node):
            continue
        if module.span(node)[0] < start or _appends(module, node):
            if _loops(module, at) & _loops(module, node) and not _appends(module, node):
                return _MANY  # read before it is bound again, in the next round of a loop
            continue
        if _function(module, node) is not function or _loops(module, node) - _loops(module, at):
            return _MANY
        count += _ends(module, node, seen | {name})
    return count


def _is_bound_or_named(module: Module, node: cst.Name) -> bool:
    """Whether a name is not read: it is assigned to, or it is a keyword or an attribute."""
    parent = module.parent(node)
    if isinstance(parent, cst.Attribute):
        return parent.attr is node
    if isinstance(parent, cst.Arg):
        return parent.keyword is node
    return isinstance(parent, (cst.AssignTarget, cst.Param, cst.ImportAlias, cst.FunctionDef))


def _appends(module: Module, node: cst.Name) -> bool:
    parent = module.parent(node)
    return isinstance(parent, cst.Attribute) and parent.attr.value == 'append'


def _function(module: Module, node: cst.CSTNode) -> cst.CSTNode | None:
    return next((each for each in module.around(node) if isinstance(each, _FUNCTIONS)), None)


def _loops(module: Module, node: cst.CSTNode) -> set[cst.CSTNode]:
    found: set[cst.CSTNode] = set()
    for each in module.around(node):
        if isinstance(each, _FUNCTIONS):
            break
        if isinstance(each, _LOOPS):
            found.add(each)
    return found
