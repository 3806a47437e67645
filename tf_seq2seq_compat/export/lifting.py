"""Functions of TensorFlow as StableHLO, their weights being arguments.

XLA gives the program of a `tf.function` for a device that is not at hand, such as a GPU, only if
the function reads no variables. `export` therefore traces it, and that once more with a value in
place of each variable: a read gives the value, an assignment makes a new one, which is returned.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.python.framework import function_def_to_graph  # it has no public name

tf1 = tf.compat.v1


class Lifted(NamedTuple):
    """A function without variables, which computes what a function with variables does.

    Fields:
      function: A `tf.function` with `jit_compile=True` and an `input_signature`. It takes the
        tensors among the arguments of the other function, then the values of `captured`; it returns
        the tensors among that one's results, then the new values of `updated`.
      captured: Variables that are read or changed, and tensors from outside of the function.
      updated: Those variables that are changed.
    """

    function: Any
    captured: list[Any]
    updated: list[tf.Variable]


def export(lifted: Lifted, platform: str, stage: str = 'stablehlo_serialized') -> Any:
    """The StableHLO of a lifted function, `@main`, as XLA would get it.

    Args:
      lifted: What `lift` returns.
      platform: `'GPU'`, `'CPU'` or `'TPU'`; no such device is needed.
      stage: `'stablehlo_serialized'`, bytecode, or `'stablehlo'`, text to look at: the long
        constants in it are not read by every version of MLIR.

    Raises:
      NotImplementedError: If TensorFlow is too old.
      ValueError: If XLA cannot compile the function, or TensorFlow does not know the platform: of
        its wheels, `tensorflow-cpu` knows `'CPU'` alone.
    """
    program = lifted.function.experimental_get_compiler_ir(*lifted.function.input_signature)
    if 'platform_name' not in inspect.signature(program).parameters:
        message = f'TensorFlow {tf.__version__} compiles only for devices that it has; take 2.21'
        raise NotImplementedError(message)
    return program(stage=stage, platform_name=platform)


def lift(function: Any, *args: Any) -> Lifted:
    """A function's variables become arguments, and results where they are changed.

    Args:
      function: A `tf.function` with `jit_compile=True`. It can have loops, conditionals, gradients
        and updates in it.
      *args: Its arguments: tensors or `tf.TensorSpec`s. All shapes must be known.

    Raises:
      NotImplementedError: If it does something else with a variable than reading it, assigning to
        it or adding to it, all of it or rows, and gradient descent.
    """
    return lift_concrete(function.get_concrete_function(*args))


def lift_concrete(concrete: Any) -> Lifted:
    """As `lift`, of a concrete function."""
    graph = concrete.graph
    variables = {id(variable.handle): variable for variable in graph.variables}
    captured = [variables.get(id(outside), outside) for outside, _ in graph.captures]
    own = graph.inputs[: len(graph.inputs) - len(captured)]
    for one in [*own, *captured]:
        if one.dtype == tf.resource:
            raise NotImplementedError(f'{one} is neither a tensor nor a variable of the function')
    places = [i for i, one in enumerate(captured) if isinstance(one, tf.Variable)]
    updated: list[tf.Variable] = []

    def without_variables(*values: tf.Tensor) -> list[tf.Tensor]:
        given: list[Any] = list(values)
        for number, place in enumerate(places):
            given[len(own) + place] = number
        tracer = _Tracer(graph, [values[len(own) + place] for place in places])
        outputs = tracer.run(graph, given)
        changed = sorted(tracer.changed)
        updated[:] = [captured[places[number]] for number in changed]
        return [tf.identity(one) for one in [*outputs, *(tracer.values[i] for i in changed)]]

    lifted = tf.function(
        without_variables,
        input_signature=[tf.TensorSpec(one.shape, one.dtype) for one in [*own, *captured]],
        jit_compile=True,
        autograph=False,
    )
    lifted.get_concrete_function()
    return Lifted(lifted, captured, updated)


def with_constants(lifted: Lifted) -> Lifted:
    """The same with the values of variables in the function: its arguments alone are left."""
    count = len(lifted.function.input_signature) - len(lifted.captured)
    values = [tf.convert_to_tensor(one).numpy() for one in lifted.captured]
    function = tf.function(
        lambda *own: lifted.function.python_function(*own, *map(tf.constant, values)),
        input_signature=lifted.function.input_signature[:count],
        jit_compile=True,
        autograph=False,
    )
    return Lifted(function, [], [])


class _Tracer:
    """Does what a graph does once more, in the default graph.

    In place of the handle of a variable stands its number.

    Args:
      graph: A graph that has all functions which are called.
      values: The values of the variables.

    Attributes:
      values: What they are after the operations so far.
      changed: Numbers of those that have been changed.
    """

    def __init__(self, graph: tf.Graph, values: Sequence[tf.Tensor]) -> None:
        self.values = list(values)
        self.changed: set[int] = set()
        self._functions = {f.signature.name: f for f in graph.as_graph_def().library.function}

    def run(self, graph: Any, given: Sequence[Any]) -> list[Any]:
        """The outputs of a function's graph, of which `given` are the inputs."""
        known = {one.name: value for one, value in zip(graph.inputs, given, strict=True)}
        for operation in _in_order(graph):
            inputs = [known[one.name] for one in operation.inputs]
            variable = any(isinstance(one, int) for one in inputs)
            if operation.type == 'Placeholder' or not (operation.outputs or variable):
                continue  # an input; or an assertion and the like, which XLA leaves out too
            outputs = self._do(operation, inputs)
            known.update(zip((o.name for o in operation.outputs), outputs, strict=True))
        return [known[one.name] for one in graph.outputs]

    def _do(self, operation: tf.Operation, inputs: list[Any]) -> Sequence[Any]:
        kind = operation.type
        if kind in ('PartitionedCall', 'StatefulPartitionedCall'):
            return self.run(self._graph(operation.get_attr('f')), inputs)
        if kind in ('If', 'StatelessIf'):
            branches = [operation.get_attr(name) for name in ('else_branch', 'then_branch')]
            return self._choose(tf.cast(inputs[0], tf.int32), branches, inputs[1:])
        if kind in ('Case', 'StatelessCase'):
            return self._choose(inputs[0], operation.get_attr('branches'), inputs[1:])
        if kind in ('While', 'StatelessWhile'):
            return self._loop(operation.get_attr('cond'), operation.get_attr('body'), inputs)
        if not any(isinstance(one, int) for one in inputs):
            return copy_operation(operation, inputs)
        variable, *others = inputs
        if kind == 'Identity':
            return [variable]
        if kind in _READS:
            return [_READS[kind](operation, self.values[variable], *others)]
        if kind not in _CHANGES:
            raise NotImplementedError(f'{operation.name} gives a variable to {kind}')
        self.values[variable] = _CHANGES[kind](self.values[variable], *others)
        self.changed.add(variable)
        return []

    def _graph(self, function: Any) -> Any:
        with tf.init_scope():  # where the functions are that this one calls
            return function_def_to_graph.function_def_to_graph(self._functions[function.name])

    def _choose(self, number: tf.Tensor, branches: Sequence[Any], inputs: list[Any]) -> list[Any]:
        variables = sorted({one for one in inputs if isinstance(one, int)})
        before = list(self.values)

        def branch(function: Any) -> list[tf.Tensor]:
            self.values = list(before)
            outputs = self.run(self._graph(function), inputs)
            return [tf.identity(one) for one in [*outputs, *(self.values[v] for v in variables)]]

        results = tf.switch_case(number, [functools.partial(branch, one) for one in branches])
        results = tf.nest.flatten(results)  # a single one comes without its list
        count = len(results) - len(variables)
        self._go_on(before, variables, results[count:])
        return results[:count]

    def _loop(self, cond: Any, body: Any, inputs: list[Any]) -> list[Any]:
        cond, body = self._graph(cond), self._graph(body)
        variables = sorted({one for one in inputs if isinstance(one, int)})
        places = [i for i, one in enumerate(inputs) if not isinstance(one, int)]
        before = list(self.values)

        def given(state: Sequence[tf.Tensor]) -> list[Any]:
            for variable, value in zip(variables, state[len(places) :], strict=True):
                self.values[variable] = value
            found = dict(zip(places, state, strict=False))
            return [found.get(i, one) for i, one in enumerate(inputs)]

        def step(*state: tf.Tensor) -> list[tf.Tensor]:
            outputs = self.run(body, given(state))
            return [*(outputs[i] for i in places), *(self.values[v] for v in variables)]

        begin = [*(inputs[i] for i in places), *(before[v] for v in variables)]
        shapes = [body.inputs[i].shape for i in places] + [before[v].shape for v in variables]
        state = tf.while_loop(
            lambda *state: self.run(cond, given(state))[0], step, begin, shape_invariants=shapes
        )
        outputs = given(state)
        self._go_on(before, variables, state[len(places) :])
        return outputs

    def _go_on(self, before: list[Any], variables: list[int], after: Sequence[tf.Tensor]) -> None:
        """What values there are after branches or a loop that was given these variables."""
        found = {v: one for v, one in zip(variables, after, strict=True) if v in self.changed}
        self.values = [found.get(v, one) for v, one in enumerate(before)]


def _in_order(graph: tf.Graph) -> list[tf.Operation]:
    """The operations of a graph without cycles, each after all that it waits for."""
    found: dict[str, tf.Operation] = {}

    def add(operation: tf.Operation) -> None:
        if operation.name not in found:
            for before in [*(one.op for one in operation.inputs), *operation.control_inputs]:
                add(before)
            found[operation.name] = operation

    for operation in graph.get_operations():
        add(operation)
    return list(found.values())


def copy_operation(operation: tf.Operation, inputs: list[tf.Tensor]) -> list[tf.Tensor]:
    """The same operation in the default graph."""
    attributes = operation.node_def.attr
    copied = tf1.get_default_graph().create_op(
        operation.type,
        inputs,
        [one.dtype for one in operation.outputs],
        attrs={name: attributes[name] for name in attributes if not name.startswith('_')},
        op_def=operation.op_def,
    )
    for new, old in zip(copied.outputs, operation.outputs, strict=True):
        new.set_shape(old.shape)
    return copied.outputs


# What reads a variable: from the operation, the value, and the other inputs.
_READS: dict[str, Callable[..., tf.Tensor]] = {
    'ReadVariableOp': lambda operation, value: value,
    'ResourceGather': lambda operation, value, ids: tf.gather(
        value, ids, batch_dims=operation.get_attr('batch_dims')
    ),
    'VariableShape': lambda operation, value: tf.shape(
        value, out_type=operation.get_attr('out_type')
    ),
}
# What changes a variable: the new value, from the old one and the other inputs.
_CHANGES: dict[str, Callable[..., tf.Tensor]] = {
    'AssignVariableOp': lambda value, new: tf.ensure_shape(new, value.shape),
    'AssignAddVariableOp': lambda value, more: value + more,
    'AssignSubVariableOp': lambda value, less: value - less,
    'ResourceScatterUpdate': lambda value, ids, rows: tf.tensor_scatter_nd_update(
        value, ids[..., None], rows
    ),
    'ResourceScatterAdd': lambda value, ids, rows: tf.tensor_scatter_nd_add(
        value, ids[..., None], rows
    ),
    'ResourceScatterSub': lambda value, ids, rows: tf.tensor_scatter_nd_sub(
        value, ids[..., None], rows
    ),
    'ResourceApplyGradientDescent': lambda value, rate, gradient: value - rate * gradient,
}
