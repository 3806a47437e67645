"""A traced step as a definition that is copied into the bodies of loops.

A loop with a custom gradient needs the step twice, and in a form that XLA compiles.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.core import tensorflow_internals as internals
from tf_seq2seq_compat.core import xla_support
from tf_seq2seq_compat.core.matmul import (
    Product,
    ProductValues,
    make_residual,
    operand_index,
    transposed_operand,
    values_of,
)
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.core.traced_step import StepGraph, Unsupported
from tf_seq2seq_compat.core.xla_support import DRAWS, Node

tf1 = tf.compat.v1

_SOME_SIZE = 7  # for sizes that are not known


class StepFunction:
    """The part of a trace that the results depend on, with its captures as inputs.

    Args:
      graph: The trace.
      alone: Whether only the loop is compiled, not a function around it. Then no size may depend on
        values that the step computes, and its gradient must compile too.

    Attributes:
      graph: The trace.
      is_state_read: Of each tensor of the state, whether the results depend on it.
      input_slices: The input slices that the results depend on.
      captured_tensors: Tensors of the outer graph that the step reads: weights, a memory.
      products: The products whose operand is a captured tensor that nothing else reads.

    Raises:
      Unsupported: If XLA would compile something else, or is known to fail.
    """

    def __init__(self, graph: StepGraph, alone: bool = False) -> None:
        self.graph = graph
        self.captured_tensors: list[tf.Tensor] = []
        self.products: list[Product] = []
        self._captured_placeholders: list[tf.Tensor] = []
        self._drawn: list[str] = []
        definition = graph.as_graph_def()
        by_name = {node.name: node for node in definition.node}
        nested = [node for f in definition.library.function for node in f.node_def]
        live = _ancestors(by_name, [r.op.name for r in graph.results])
        # A TF1 graph runs only what a result depends on; a function, all that is stateful.
        runs = live if graph_mode() else by_name.keys()
        xla_support.check_effects([*(by_name[name] for name in runs), *nested])
        for name in live:
            # The copies keep what the trace knows of shapes.
            outputs = graph.get_operation_by_name(name).outputs
            by_name[name].attr[internals.OUTPUT_SHAPES].list.shape.extend(
                [output.shape.as_proto() for output in outputs]
            )
        self.is_state_read = [p.op.name in live for p in graph.state]
        self.input_slices = [s for s in graph.input_slices if s.placeholder.op.name in live]
        for captured, inside in graph.captures:
            if inside.op.name in live:
                self._add_capture(captured, inside, by_name, live)
        live_nodes = {name: by_name[name] for name in live}
        for node in [*live_nodes.values(), *nested]:
            node.attr.pop(internals.LOWER_USING_SWITCH_MERGE, None)
            # The operation to be colocated with is not copied with the step.
            node.attr.pop(internals.COLOCATION, None)
        # Placeholders of arguments are replaced wherever they are read, and not copied themselves.
        leave_out = {node.name for node in definition.node if node.op == 'Placeholder'}
        self._definition = _without_nodes(definition, leave_out | (by_name.keys() - live))
        self._check_types()
        xla_support.check_kernels([*live_nodes.values(), *nested])
        xla_support.check_custom_gradients([*live_nodes.values(), *nested])
        inputs = {inside.op.name for inside in self._captured_placeholders}
        xla_support.check_draws(live_nodes, nested, inputs)
        if alone:
            self._check_state_sizes()
            functions = [
                {node.name: node for node in f.node_def} for f in definition.library.function
            ]
            for nodes, known in [(live_nodes, inputs), *((nodes, ()) for nodes in functions)]:
                xla_support.check_sizes(nodes, known)
                xla_support.check_inner_loops(nodes)
            self._check_gradient()

    def _add_capture(
        self,
        captured: tf.Tensor,
        inside: tf.Tensor,
        by_name: dict[str, Node],
        live: Container[str],
    ) -> None:
        def readers(tensors: Iterable[tf.Tensor]) -> list[tf.Operation]:
            return [op for t in tensors for op in t.consumers() if op.name in live]

        values, users = [inside], readers([inside])
        if captured.dtype == tf.resource and all(_reads(op) for op in users):
            captured = _value_of_variable(captured, users, by_name)
            values = [op.outputs[0] for op in users if op.type == 'ReadVariableOp']
            users = [op for op in users if op.type != 'ReadVariableOp'] + readers(values)
        elif tf.is_tensor(captured) and not hasattr(captured, 'graph'):
            captured = tf.identity(captured)  # An eager tensor, as one of the outer graph.
        types = {op.get_attr('DstT') for op in users if op.type == 'Cast'}
        if len(types) == 1 and all(op.type == 'Cast' for op in users):
            # A cast of every step is hoisted out of the loop.
            captured = tf.cast(captured, *types)
            for operation in [*users, *(v.op for v in values if v is not inside)]:
                _make_identity(by_name[operation.name], captured.dtype)
            values = [op.outputs[0] for op in users]
            users = readers(values)
        indices = [operand_index(values, op) for op in users]
        known = [index for index in indices if index is not None]
        if len(known) == len(users):
            number = len(self.captured_tensors)
            self.products += [
                Product(op, index, number) for op, index in zip(users, known, strict=True)
            ]
        self._captured_placeholders.append(inside)
        self.captured_tensors.append(captured)

    def _check_types(self) -> None:
        graph = self.graph
        slices = [each.placeholder for each in self.input_slices]
        for tensor in [*graph.state, *graph.results, *slices, *self.captured_tensors]:
            if tensor.dtype.base_dtype in (tf.resource, tf.string, tf.variant):
                raise Unsupported(f'the step uses a tensor of type {tensor.dtype.name}')

    def _copied_with_placeholders(
        self, size: int | None = None
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """The results of a copy in the default graph, and the placeholders that it reads.

        Args:
          size: In place of all sizes that are not known.
        """

        def placeholders(tensors: Iterable[tf.Tensor]) -> list[tf.Tensor]:
            shapes = [None if t.shape.rank is None else t.shape.as_list() for t in tensors]
            known = [s and [size if d is None else d for d in s] for s in shapes]
            return [tf1.placeholder(t.dtype, s) for t, s in zip(tensors, known, strict=True)]

        slices = [each.placeholder for each in self.input_slices]
        given = [placeholders(each) for each in (self.graph.state, slices, self.captured_tensors)]
        return self.copy(tf.constant(0), *given)[0], [one for each in given for one in each]

    def _check_state_sizes(self) -> None:
        """Raises if a step changes a size of the state, all unknown sizes being the same number."""
        if all(p.shape.is_fully_defined() for p in self.graph.state):
            return
        with tf.Graph().as_default():
            try:
                results, given = self._copied_with_placeholders(_SOME_SIZE)
            except ValueError:  # Sizes that do not fit together tell nothing.
                return
        count = len(self.graph.state)
        for old, new in zip(given[:count], results[-1 - count : -1], strict=True):
            if not new.shape.is_compatible_with(old.shape):
                raise Unsupported('a step changes the size of its state')

    def _check_gradient(self) -> None:
        """Raises for operations of the gradient that XLA lacks."""
        graph = internals.FuncGraph('gradient')
        with graph.as_default():
            results, given = self._copied_with_placeholders()
            try:
                gradients = tf1.gradients(trainable(results), trainable(given))
            except Exception:  # Who asks for the gradient gets the error, of either kind of loop.
                return
            names = [tf.convert_to_tensor(g).op.name for g in gradients if g is not None]
        definition = graph.as_graph_def()
        by_name = {node.name: node for node in definition.node}
        nodes = [by_name[name] for name in _ancestors(by_name, names)]
        nested = [node for f in definition.library.function for node in f.node_def]
        xla_support.check_kernels([*nodes, *nested], ', which the gradient of the step needs')

    def draw(
        self, steps: tf.Tensor, state: Sequence[tf.Tensor], input_slices: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Draws the results of the random operations of all steps; `copy` takes those of its step.

        They are drawn in the default graph, by the same operations with the same seeds.

        Args:
          steps: How many steps.
          state: The initial state.
          input_slices: Those of the first step.

        Returns:
          `[steps, ...]` for each operation, or for one that draws from probabilities a key `[2]`.
        """
        nodes = [n for n in self._definition.node if n.op in (*DRAWS, 'Multinomial')]
        hoisted = [n for n in nodes if n.op in DRAWS]
        inputs = self._inputs(tf.constant(0), state, input_slices, self.captured_tensors)
        names = [_output_name(name) for n in hoisted for name in n.input]
        found = iter(self._imported(inputs, names) if names else [])
        draws = []
        for node in nodes:
            seeds = {name: node.attr[name].i for name in ('seed', 'seed2')}
            if node.op == 'Multinomial':
                limits = {'minval': 0, 'maxval': 2**31 - 1}
                draws.append(tf.raw_ops.RandomUniformInt(shape=[2], **limits, **seeds))
                key = f'key_{len(draws)}'
                _draw_from_key(node, key)
                self._drawn.append(f'{key}:0')
                continue
            result = self.graph.get_tensor_by_name(f'{node.name}:0')
            shape = tf.cast(next(found), tf.int32)
            limits = {'dtype': result.dtype}
            if node.op == 'RandomUniformInt':
                limits = {'minval': next(found), 'maxval': next(found)}
            draw = getattr(tf.raw_ops, node.op)
            drawn = draw(shape=tf.concat([[steps], shape], 0), **limits, **seeds)
            drawn.set_shape(tf.TensorShape([None]).concatenate(result.shape))
            draws.append(drawn)
            self._drawn.append(result.name)
        self._definition = _without_nodes(self._definition, {node.name for node in hoisted})
        return draws

    def _inputs(
        self,
        time: tf.Tensor,
        state: Sequence[tf.Tensor],
        input_slices: Sequence[tf.Tensor],
        captured: Sequence[tf.Tensor],
    ) -> dict[str, tf.Tensor]:
        slices = [each.placeholder for each in self.input_slices]
        placeholders = [self.graph.time, *self.graph.state, *slices, *self._captured_placeholders]
        given = [time, *state, *input_slices, *captured]
        return {p.name: x for p, x in zip(placeholders, given, strict=True)}

    def _imported(
        self,
        inputs: dict[str, tf.Tensor],
        names: Sequence[str],
        definition: tf.compat.v1.GraphDef | None = None,
    ) -> list[tf.Tensor]:
        """The operations and tensors of these names, of a copy that reads these inputs."""
        definition = definition or self._definition
        read = {_output_name(name) for node in definition.node for name in node.input}
        internals.copy_functions(self.graph, tf1.get_default_graph())
        return list(
            tf.graph_util.import_graph_def(
                definition,
                # A copy can only read tensors of this graph.
                input_map={name: tf.identity(x) for name, x in inputs.items() if name in read},
                return_elements=names,
                name='step',
            )
        )

    def copy(
        self,
        time: tf.Tensor,
        state: Sequence[tf.Tensor],
        input_slices: Sequence[tf.Tensor],
        captured: Sequence[tf.Tensor],
        draws: Sequence[tf.Tensor] = (),
        products: Sequence[tf.Tensor] | None = None,
        operands: Sequence[tf.Tensor] = (),
    ) -> tuple[list[tf.Tensor], list[ProductValues]]:
        """The results of the step, computed in the default graph from these tensors.

        Args:
          time: The number of the step.
          state: Its state.
          input_slices: For `input_slices`.
          captured: For `captured_tensors`.
          draws: Those of `draw`, for this step.
          products: Results of products from `restored`, which are then not computed.
          operands: With `products`, the `transposed_operands`.

        Returns:
          The results, and the values of `products`.
        """
        inputs = self._inputs(time, state, input_slices, captured)
        inputs |= dict(zip(self._drawn, draws, strict=True))
        definition = None
        if products is not None:
            definition = self._definition_with_residuals()
            inputs |= {f'residual_{n}:0': x for n, x in enumerate(products)}
            inputs |= {f'operand_{n}:0': x for n, x in enumerate(operands)}
        names = [r.name for r in self.graph.results]
        copied = self._imported(
            inputs, names + [p.operation.name for p in self.products], definition
        )
        results, operations = copied[: len(names)], copied[len(names) :]
        return results, [values_of(*each) for each in zip(self.products, operations, strict=True)]

    def state_read(self, state: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The tensors of a state that the results depend on."""
        return [s for s, is_read in zip(state, self.is_state_read, strict=True) if is_read]

    def residuals(
        self, state: Sequence[tf.Tensor], values: Sequence[ProductValues]
    ) -> list[tf.Tensor]:
        """The tensors to keep for recomputing a step: its state, where read, and its products."""
        products = zip(values, self.products, strict=True)
        kept = [each.result for each, product in products if product.is_residual]
        return self.state_read(state) + kept

    def restored(self, residuals: Iterable[tf.Tensor]) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """The state, with zeros that nothing reads, and the products of `residuals`."""
        given = iter(residuals)
        pairs = zip(self.graph.state, self.is_state_read, strict=True)
        state = [next(given) if is_read else tf.zeros([], p.dtype) for p, is_read in pairs]
        return state, list(given)

    def transposed_operands(self, captured: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The shared operands of the products that are residuals.

        Args:
          captured: For `captured_tensors`.
        """
        return [
            transposed_operand(product, captured[product.captured])
            for product in self.products
            if product.is_residual
        ]

    def _definition_with_residuals(self) -> tf.compat.v1.GraphDef:
        """The definition with the results of products as inputs."""
        definition = tf1.GraphDef()
        definition.CopyFrom(self._definition)
        by_name = {node.name: node for node in definition.node}
        for n, product in enumerate(p for p in self.products if p.is_residual):
            node = by_name[product.operation.name]
            make_residual(node, product, f'residual_{n}', f'operand_{n}')
        return definition


def is_trainable(tensor: tf.Tensor) -> bool:
    """Whether a tensor has a gradient."""
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def trainable(tensors: Iterable[tf.Tensor]) -> list[tf.Tensor]:
    """Those that have a gradient."""
    return [t for t in tensors if is_trainable(t)]


def _reads(operation: tf.Operation) -> bool:
    """Whether it reads a variable given by its handle, all of it or rows."""
    if operation.type == 'ResourceGather':
        return operation.get_attr('batch_dims') == 0
    return operation.type == 'ReadVariableOp'


def _value_of_variable(
    handle: tf.Tensor, readers: Sequence[tf.Operation], by_name: dict[str, Node]
) -> tf.Tensor:
    """The value, read in the outer graph; the step then reads it in place of the handle.

    Args:
      handle: Handle of the variable.
      readers: All operations of the step that use it; each `_reads`.
      by_name: The nodes of the step's definition; changed.
    """
    dtype = readers[0].get_attr('dtype')
    for operation in readers:
        node = by_name[operation.name]
        del node.attr['dtype']
        if operation.type == 'ReadVariableOp':
            _make_identity(node, dtype)
        else:
            node.op = 'Gather'
            node.attr['Tparams'].type = dtype.as_datatype_enum
            node.attr.pop('batch_dims', None)
    return tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)


def _make_identity(node: Node, dtype: tf.DType) -> None:
    node.op = 'Identity'
    node.attr.clear()
    node.attr['T'].type = dtype.as_datatype_enum


def _draw_from_key(node: Node, key: str) -> None:
    """Makes a Multinomial a function of a key."""
    for name in ('seed', 'seed2'):
        node.attr.pop(name, None)
    node.input.append(key)
    node.op = 'StatelessMultinomial'
    node.attr['Tseed'].type = tf.int32.as_datatype_enum


def _ancestors(by_name: dict[str, Node], names: Sequence[str]) -> set[str]:
    """The nodes of these names, and all that they depend on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [i.lstrip('^').partition(':')[0] for i in by_name[name].input]
    return found


def _output_name(name: str) -> str:
    """Name of the tensor that a node names as its input."""
    return name if ':' in name or name.startswith('^') else f'{name}:0'


def _without_nodes(
    definition: tf.compat.v1.GraphDef, names: Container[str]
) -> tf.compat.v1.GraphDef:
    """The definition without these nodes, and without control dependencies on them."""
    kept = tf1.GraphDef()
    kept.library.CopyFrom(definition.library)
    kept.versions.CopyFrom(definition.versions)
    kept.node.extend(node for node in definition.node if node.name not in names)
    for node in kept.node:
        inputs = [i for i in node.input if not (i.startswith('^') and i[1:] in names)]
        del node.input[:]
        node.input.extend(inputs)
    return kept
