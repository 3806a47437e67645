"""The TF1 graph of a model, and parts of it that are imported into functions."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf
from tensorflow.python.eager.context import context  # these two have no public names
from tensorflow.python.ops.control_flow_ops import XLAControlFlowContext

from tf_seq2seq_compat.core.loop_arrays import sized_lists
from tf_seq2seq_compat.types import Nest

tf1 = tf.compat.v1

# A tensor or an operation of the graph, its name, or one of its variables.
Element: TypeAlias = Any
_PLACEHOLDERS = frozenset({'Placeholder', 'PlaceholderV2'})
QUEUES = ('Queue', 'Barrier', 'Stage', 'Reader', 'StackV2')
_VARIABLES = (tf1.GraphKeys.GLOBAL_VARIABLES, tf1.GraphKeys.LOCAL_VARIABLES)
_LIBRARIES = tuple(
    os.path.join(os.path.dirname(os.path.dirname(file)), '') for file in (tf.__file__, __file__)
)
_LOOPS = frozenset({'While', 'StatelessWhile', 'Exit', 'RefExit'})
_REFERENCES = frozenset({'Variable', 'VariableV2', 'AutoReloadVariable', 'TemporaryVariable'})


class GraphPart:
    """Some operations of a graph, which can be imported into a function.

    Args:
      source: The graph.
      operations: The operations, in their order.
      inputs: Names of the tensors that come from elsewhere.
      fetches: The tensors and operations that are asked for.
    """

    def __init__(
        self,
        source: ModelGraph,
        operations: Sequence[tf.Operation],
        inputs: Sequence[str],
        fetches: Sequence[Element],
    ) -> None:
        self.inputs = inputs
        self.sources = [name.partition(':')[0] for name in inputs]
        self.operations = operations
        self._fetches = fetches
        self.graph_def = source.graph_def(operations)

    def nodes(self) -> Iterator[Any]:
        """Its nodes, and those of the functions that they call."""
        yield from self.graph_def.node
        for function in self.graph_def.library.function:
            yield from function.node_def

    def has_loops(self) -> bool:
        """Whether steps are taken in it, in a number that is not known before."""
        return any(node.op in _LOOPS for node in self.nodes())

    def imported(self, given: Mapping[str, tf.Tensor]) -> list[tf.Tensor | None]:
        """The values of what is asked for, None for operations.

        Args:
          given: The inputs by name; others are not looked at.
        """
        asked = [one.name for one in self._fetches if one.name not in given]
        capture = tf1.get_default_graph().capture
        inputs = {name: capture(given[name]) for name in self.inputs}
        found = tf.graph_util.import_graph_def(self.graph_def, inputs, asked, name='')
        values = {**given, **dict(zip(asked, found, strict=True))}
        return [
            None if isinstance(one, tf.Operation) else tf.identity(values[one.name])
            for one in self._fetches
        ]


class BuiltElsewhere(NamedTuple):
    """What was built in another graph than the default one."""

    graph: tf.Graph
    built: Nest


class ModelGraph:
    """The graph of a model, and what of it becomes objects of TensorFlow 2.

    Args:
      build: See `GraphModel`.
      jit_compile: Whether loops are built as XLA compiles them.
      convertible: Whether they are built as converters need them.

    Attributes:
      variables: The graph's variables by name, in the order of their making.
      resources: Names of the operations that make other resources: tables, iterators.
      table_initializers: Operations that fill tables and need no feed.
    """

    def __init__(
        self, build: Callable[[], Nest], jit_compile: bool = False, convertible: bool = False
    ) -> None:
        self.graph = tf.Graph()
        self._jit_compile, self._convertible = jit_compile, convertible
        self._library: dict[str, Any] = {}
        with self.building(), tf1.variable_creator_scope(_as_resource):
            built = build()
        other = getattr(built, 'graph', None)
        if isinstance(built, BuiltElsewhere):
            self.graph, built = built
        elif isinstance(other, tf.Graph) and not self.graph.get_operations():
            self.graph = other
        if self.graph.finalized:  # by a Supervisor, say
            self.graph._unsafe_unfinalize()
        self.built = built
        self.unfed_variables: Collection[str] = ()
        self._saver_def: Any = None
        operations = self.graph.get_operations()
        if references := [op for op in operations if op.type in _REFERENCES]:
            raise _refused(references[0], 'a variable that is no resource', 'use get_variable')
        found = {one.op.name: one for key in _VARIABLES for one in self.graph.get_collection(key)}
        made = [op.name for op in operations if op.type == 'VarHandleOp']
        self.variables = {name: found[name] for name in made if name in found}
        self.resources = [
            op.name
            for op in operations
            if not op.inputs
            and op.name not in self.variables
            and any(one.dtype == tf.resource for one in op.outputs)
            and not any(word in op.type for word in QUEUES)
        ]
        tables = self.graph.get_collection(tf1.GraphKeys.TABLE_INITIALIZERS)
        self.table_initializers = [op for op in tables if not self.unfed([op])]

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """What is built here is built in the graph, with TF1 behaviour."""
        with contextlib.ExitStack() as contexts:
            contexts.enter_context(_tf1_behavior())
            contexts.enter_context(self.graph.as_default())
            if self._convertible:
                contexts.enter_context(sized_lists())
            if self._jit_compile:
                xla = XLAControlFlowContext()
                xla.Enter()
                contexts.callback(xla.Exit)
            yield

    def graph_def(self, operations: Sequence[tf.Operation]) -> Any:
        """The `GraphDef` of some operations, with the functions that they call."""
        graph_def = tf1.GraphDef(versions=self.graph.graph_def_versions)
        names = {operation.name for operation in operations}
        for operation in operations:
            node = graph_def.node.add()
            node.CopyFrom(operation.node_def)
            node.attr.pop('_class', None)  # What it is colocated with may not come along.
            node.input[:] = [one for one in node.input if one[0] != '^' or one[1:] in names]
        self._add_functions(graph_def)
        return graph_def

    def _add_functions(self, graph_def: Any) -> None:
        """Adds the functions that the nodes call, and those that these call."""
        todo = [name for node in graph_def.node for name in called_functions(node)]
        if any(name not in self._library for name in todo):
            library = self.graph.as_graph_def().library
            for function in library.function:
                if function.signature.name not in self._library:
                    context().add_function_def(function)  # those that only a graph knows
                    self._library[function.signature.name] = function
        reached: dict[str, None] = {}
        while todo:
            name = todo.pop()
            if name in reached or name not in self._library:
                continue
            reached[name] = None
            todo += [one for node in self._library[name].node_def for one in called_functions(node)]
        graph_def.library.function.extend(
            one for name, one in self._library.items() if name in reached
        )

    def initial_values(self, names: set[str]) -> dict[str, np.ndarray | None]:
        """What TF1 initializes these variables with; None where that needs a feed."""
        if not names:
            return {}
        wanted = {n: v for n, v in self.variables.items() if n in names}
        ready = {n: v for n, v in wanted.items() if not self.unfed([v.initializer])}
        self.unfed_variables = wanted.keys() - ready.keys()
        with tf1.Session(graph=self.graph) as session:
            session.run([variable.initializer for variable in ready.values()])
            values = session.run({name: variable.value() for name, variable in ready.items()})
        return {name: values.get(name) for name in names}

    def tensors(self, nest: Nest) -> Nest:
        """The tensors of a nest of tensors and names."""
        return self._looked_up(nest, allow_operation=False)

    def elements(self, nest: Nest) -> Nest:
        """The tensors and operations of a nest of tensors, variables, operations and names."""
        return self._looked_up(nest, allow_operation=True)

    def _looked_up(self, nest: Nest, allow_operation: bool) -> Nest:
        def element(one: Element) -> Any:
            if isinstance(one, tf.SparseTensor | tf.IndexedSlices | tf.RaggedTensor):
                return one
            try:
                found = self.graph.as_graph_element(one, True, allow_operation)
            except (AttributeError, TypeError, KeyError, ValueError) as error:
                raise ValueError(f'{one!r} is no element of the graph: {error}') from None
            # By the name of a variable TF1 means its value, not its handle.
            name = (found.op if isinstance(found, tf.Tensor) else found).name
            if name in self.variables:
                return self.graph.as_graph_element(self.variables[name])
            return found

        return tf.nest.map_structure(element, nest)

    def part(self, feeds: Sequence[tf.Tensor], fetches: Sequence[Element]) -> GraphPart:
        """What computes `fetches` from `feeds`, variables and other resources.

        Raises:
          ValueError: If something of it has no meaning outside of a Session, or is not fed.
        """
        operations, inputs = self.reached(feeds, fetches)
        if unfed := [op for op in operations if op.type in _PLACEHOLDERS]:
            names = ', '.join(f'{op.name}:0' for op in unfed)
            raise _refused(unfed[0], 'a placeholder that is not fed', f'feed {names}')
        for op in reversed(operations):
            if any(word in op.type for word in QUEUES):
                names = ', '.join(one.name for one in op.outputs)
                raise _refused(op, f'of a queue ({op.type})', f'feed {names}, what comes from it')
        return GraphPart(self, operations, inputs, fetches)

    def reached(
        self,
        feeds: Sequence[tf.Tensor],
        fetches: Sequence[Element],
        done: Collection[str] = (),
    ) -> tuple[list[tf.Operation], list[str]]:
        """Operations that are needed, in the graph's order, and inputs from outside of them.

        Args:
          feeds: Tensors that are given.
          fetches: What is needed.
          done: Names of operations that have run.
        """
        outside = {one.name for one in feeds}
        outside |= {f'{name}:0' for name in [*self.variables, *self.resources]}
        needed: dict[str, tf.Operation] = {}
        inputs: dict[str, None] = {}

        def given(one: tf.Tensor) -> bool:
            return one.name in outside or one.op.name in done

        todo: list[Element] = [
            one for one in fetches if not isinstance(one, tf.Tensor) or not given(one)
        ]
        while todo:
            one = todo.pop()
            operation = one.op if isinstance(one, tf.Tensor) else one
            if operation.name in needed or operation.name in done:
                continue
            needed[operation.name] = operation
            inputs.update((each.name, None) for each in operation.inputs if given(each))
            todo += [each for each in operation.inputs if not given(each)]
            todo += operation.control_inputs
        order = [op for op in self.graph.get_operations() if op.name in needed]
        return order, list(inputs)

    def unfed(
        self, fetches: Sequence[Element], feeds: Sequence[tf.Tensor] = ()
    ) -> list[tf.Operation]:
        """The placeholders without a default that are needed beside the feeds."""
        return [op for op in self.reached(feeds, fetches)[0] if op.type in _PLACEHOLDERS]

    def saver(self) -> Any:
        """The `SaverDef` of a Saver for all variables that TF1 saves."""
        if self._saver_def is None:
            with self.graph.as_default():
                self._saver_def = tf1.train.Saver(max_to_keep=None).as_saver_def()
        return self._saver_def

    def saved_shapes(self) -> dict[str, tf.TensorShape]:
        """The shapes of what a Saver writes, by name; parts of a variable are one."""
        shapes = {}
        with self.graph.as_default():
            saved = tf1.global_variables()
        for variable in saved:
            info = getattr(variable, '_save_slice_info', None)
            name = variable.op.name if info is None else info.full_name
            shapes[name] = variable.shape if info is None else tf.TensorShape(info.full_shape)
        return shapes


class GraphResource(tf.saved_model.experimental.TrackableResource):
    """A table or an iterator of a graph, for functions.

    Args:
      source: Where it is.
      name: The operation that makes it.
      others: The resources that were made before it by name, which may be needed to fill it: the
        tables that the dataset of an iterator uses.
    """

    def __init__(self, source: ModelGraph, name: str, others: Mapping[str, GraphResource]) -> None:
        super().__init__()
        self._name = name
        operations = source.graph.get_operation_by_name(name).outputs[0].consumers()
        fill = [op for op in operations if op in source.table_initializers]
        self._filling = source.part([], fill) if fill else None
        needed = () if self._filling is None else self._filling.sources
        self._others = {other: others[other] for other in needed if other in others}
        self._graph_def = source.graph_def([source.graph.get_operation_by_name(name)])
        [node] = self._graph_def.node
        if node.op == 'OneShotIterator':
            self._initialize_by(node.attr.pop('dataset_factory'))
            node.op = 'IteratorV2'
        if 'shared_name' in node.attr:
            node.attr['shared_name'].s = f'{name}_{id(self)}'.encode()

    def _initialize_by(self, dataset: Any) -> None:
        """Has the iterator begin with the dataset that a function of the graph makes."""
        call = self._graph_def.node.add(name=f'{self._name}/dataset', op='PartitionedCall')
        call.attr['f'].CopyFrom(dataset)
        call.attr['Tin'].list.SetInParent()
        call.attr['Tout'].list.type.append(tf.variant.as_datatype_enum)
        make = self._graph_def.node.add(name=f'{self._name}/make', op='MakeIterator')
        make.input.extend([call.name, self._name])

    def _create_resource(self) -> tf.Tensor:
        def make() -> tf.Tensor:
            element = [f'{self._name}:0']
            return tf.graph_util.import_graph_def(self._graph_def, None, element, name='')[0]

        return tf.function(make, autograph=False).get_concrete_function()()

    def _initialize(self) -> None:
        if self._filling is not None:
            resources = {**self._others, self._name: self}
            self._filling.imported(
                {f'{name}:0': resource.resource_handle for name, resource in resources.items()}
            )

    def begin(self) -> None:
        """Makes it, outside of all functions, and fills it."""
        assert self.resource_handle is not None
        tf.function(self._initialize, autograph=False).get_concrete_function()()

    def _destroy_resource(self) -> None:
        tf.raw_ops.DestroyResourceOp(resource=self.resource_handle, ignore_lookup_error=True)


def called_functions(node: Any) -> Iterator[str]:
    """Names of the functions that a node calls."""
    for attribute in node.attr.values():
        if attribute.HasField('func'):
            yield attribute.func.name
        for function in attribute.list.func:
            yield function.name


@contextlib.contextmanager
def _tf1_behavior() -> Iterator[None]:
    """Shapes made of `Dimension`s, and tensors that are equal only to themselves, as in TF1."""
    shapes, equality = isinstance(tf.TensorShape([1])[0], int), tf.Tensor._USE_EQUALITY
    tf1.disable_v2_tensorshape()
    tf1.disable_tensor_equality()
    try:
        yield
    finally:
        if shapes:
            tf1.enable_v2_tensorshape()
        if equality:
            tf1.enable_tensor_equality()


def _as_resource(make: Callable[..., tf.Variable], **kwargs: Any) -> tf.Variable:
    return make(**{**kwargs, 'use_resource': True})


def line_of(operation: tf.Operation) -> str:
    """`file:line` of the program that made an operation, or nothing."""
    frames = reversed(traceback.StackSummary.from_list(operation.traceback))
    found = (f'{one.filename}:{one.lineno}' for one in frames if not _is_library(one.filename))
    return next(found, '')


def _refused(operation: tf.Operation, what: str, fix: str) -> ValueError:
    """The error for an operation that a function cannot have, with the line that made it."""
    line = line_of(operation)
    where = f' ({line})' if line else ''
    return ValueError(f'{operation.name} is {what}{where}: {fix}.')


def _is_library(path: str) -> bool:
    return path.startswith(_LIBRARIES)
