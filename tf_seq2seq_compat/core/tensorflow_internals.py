"""TensorFlow's private names that this package's cells, decoders and loops use, behind functions.

No other module of `core`, `layers`, `seq2seq` and the rnn functions imports any. Where this
TensorFlow lacks one, loops are not compiled, for the reason `missing()`, and all else works.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import re
import warnings
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

tf1 = tf.compat.v1

# By the key used here; parts of a name that end in `()` are called on the way to it.
NAMES = {
    'in_xla_context': 'tensorflow.python.ops.control_flow_util:GraphOrParentsInXlaContext',
    'dynamic_slice': 'tensorflow.compiler.tf2xla.ops.gen_xla_ops:xla_dynamic_slice',
    'dynamic_update_slice': ('tensorflow.compiler.tf2xla.ops.gen_xla_ops:xla_dynamic_update_slice'),
    'stop_recording': 'tensorflow.python.eager.record:stop_recording',
    'FuncGraph': 'tensorflow.python.framework.func_graph:FuncGraph',
    'capture': 'tensorflow.python.framework.func_graph:FuncGraph.capture',
    'captures': 'tensorflow.python.framework.func_graph:FuncGraph.captures',
    'functions': 'tensorflow.python.framework.ops:Graph()._functions',
    'add_function': 'tensorflow.python.framework.ops:Graph._add_function_recursive',
    'update_input': 'tensorflow.python.framework.ops:Operation._update_input',
    'kernels': 'tensorflow.python.framework.kernels:get_registered_kernels_for_op',
    'op_definition': 'tensorflow.python.framework.op_def_registry:get',
    'variable_store': 'tensorflow.python.ops.variable_scope:_get_default_variable_store',
    'VariableStore': 'tensorflow.python.ops.variable_scope:_VariableStore',
    'variables': 'tensorflow.python.ops.variable_scope:_VariableStore()._vars',
    'partitioned': 'tensorflow.python.ops.variable_scope:_VariableStore()._partitioned_vars',
    'store_key': 'tensorflow.python.ops.variable_scope:_VARSTORE_KEY',
    'scope_store': 'tensorflow.python.ops.variable_scope:get_variable_scope_store',
    'scopes_count': (
        'tensorflow.python.ops.variable_scope:_VariableScopeStore().variable_scopes_count'
    ),
}
# Attributes of operations and functions whose meaning TensorFlow does not document.
GRADIENT_OP_TYPE = '_gradient_op_type'
OUTPUT_SHAPES = '_output_shapes'
# Such a conditional becomes operations that XLA does not know.
LOWER_USING_SWITCH_MERGE = '_lower_using_switch_merge'
COLOCATION = '_class'
# A Session optimises the functions that a compiled function calls, with operations that XLA lacks:
# where memory seems short, sums of three get a TemporaryVariable. These functions it leaves alone.
NOT_OPTIMIZED = {'_tf_data_function': True}


def _find(place: str) -> Any:
    module, _, path = place.partition(':')
    try:
        found: Any = importlib.import_module(module)
        for part in path.split('.'):
            found = getattr(found, part.removesuffix('()'))
            found = found() if part.endswith('()') else found
    except (ImportError, AttributeError, TypeError):
        return None
    return found


_FOUND = {name: _find(place) for name, place in NAMES.items()}

# The class of the graphs of `tf.function`; where there is none, no loop is traced.
FuncGraph: Any = _FOUND['FuncGraph'] or tf.Graph


def missing() -> str:
    """The reason why this TensorFlow cannot compile loops, or ''."""
    lost = sorted(NAMES[name].replace(':', '.') for name, found in _FOUND.items() if found is None)
    return f'TensorFlow {tf.__version__} has no {", ".join(lost)}' if lost else ''


def in_xla_context(graph: tf.Graph) -> bool:
    """Whether a graph is that of a function that XLA compiles, or inside one."""
    if _FOUND['in_xla_context'] is None:
        if isinstance(graph, FuncGraph):
            _warn_of_unknown_compilation()
        return False
    return bool(_FOUND['in_xla_context'](graph))


@functools.cache
def _warn_of_unknown_compilation() -> None:
    warnings.warn(
        f'{missing()}: what a tf.function(jit_compile=True) gives may be wrong. Leave out '
        'jit_compile, or use another TensorFlow.',
        RuntimeWarning,
        stacklevel=2,
    )


def dynamic_slice(tensor: tf.Tensor, start: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
    """XLA's DynamicSlice: a slice that starts anywhere."""
    return _FOUND['dynamic_slice'](tensor, start, sizes)


def dynamic_update_slice(tensor: tf.Tensor, update: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
    """XLA's DynamicUpdateSlice: the tensor with another slice."""
    return _FOUND['dynamic_update_slice'](tensor, update, start)


def without_tapes(function: Callable[..., object]) -> Callable[..., object]:
    """A function that no tape sees inside."""
    return _FOUND['stop_recording']()(function)


def update_input(operation: tf.Operation, number: int, tensor: tf.Tensor) -> None:
    """Has an operation of a graph read another tensor."""
    operation._update_input(number, tensor)


def copy_functions(source: tf.Graph, target: tf.Graph) -> None:
    """Adds the functions that a graph calls to one of a function that calls them too."""
    if not isinstance(target, FuncGraph):
        return
    for function in source._functions.values():
        if function.name not in target._functions:
            target._add_function_recursive(function)


def op_definition(operation: str) -> Any:
    """The `OpDef` of a type of operations, None if it is not known."""
    return _FOUND['op_definition'] and _FOUND['op_definition'](operation)


def kernels(operation: str) -> Sequence[Any]:
    """The `KernelDef`s of a type of operations, for all devices."""
    return _FOUND['kernels'](operation).kernel


def unnumbered(scope: str) -> str:
    """The name of an open scope without the numbers that tell it from earlier ones of its name.

    TensorFlow adds `_1`, `_2` … to the default name of a scope that was opened before.
    """
    opened = _FOUND['scope_store']().variable_scopes_count if _FOUND['scope_store'] else {}
    parts = scope.split('/')
    bases = [re.sub(r'_[1-9]\d*$', '', part) for part in parts]
    return '/'.join(
        base if opened.get('/'.join([*parts[:i], base])) else part
        for i, (part, base) in enumerate(zip(parts, bases, strict=True))
    )


class VariableScopes(NamedTuple):
    """The state of TF1's variable scopes: how often each was opened, and the variables' names."""

    opened: dict[str, int]
    variables: set[str]

    @classmethod
    def now(cls) -> VariableScopes:
        """Those of the default graph."""
        store = _FOUND['variable_store']()
        names = {*store._vars, *store._partitioned_vars}
        return cls(dict(_FOUND['scope_store']().variable_scopes_count), names)

    @contextlib.contextmanager
    def restored(self) -> Iterator[None]:
        """In this context scopes get the names that they then got, and variables made since exist.

        So a step that made them can be traced again.
        """
        made = VariableScopes.now().variables - self.variables
        _FOUND['scope_store']().variable_scopes_count = dict(self.opened)
        stores = tf1.get_collection_ref(_FOUND['store_key'])
        usual, stores[0] = stores[0], _StoreThatFinds(made, stores[0])
        try:
            yield
        finally:
            stores[0] = usual


class _StoreThatFinds(_FOUND['VariableStore'] or object):  # type: ignore[misc]
    """A store of variables that finds some where it would make them."""

    def __init__(self, made: Container[str], usual: Any) -> None:
        super().__init__()
        self._vars, self._partitioned_vars = usual._vars, usual._partitioned_vars
        self._made = made

    def get_variable(self, name: str, *args: object, **kwargs: object) -> Any:
        known = {'reuse': True} if name in self._made else {}
        return super().get_variable(name, *args, **{**kwargs, **known})
