"""`tf.contrib.graph_editor`: finding, copying and rerouting parts of a graph.

What gradient checkpointing and programs that replace the inputs of a finished graph use of it. The
copies are imported `GraphDef`s; of a `tf.while_loop` of TF1's kind, a copy has no gradient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import Nest

Filter = bool | Callable[[Any], bool]

__all__ = [
    'SubGraphView',
    'TransformerInfo',
    'add_control_inputs',
    'copy_with_input_replacements',
    'filter_ops',
    'filter_ops_from_regex',
    'filter_ts',
    'filter_ts_from_regex',
    'get_backward_walk_ops',
    'get_consuming_ops',
    'get_forward_walk_ops',
    'get_generating_ops',
    'get_name_scope_ops',
    'get_tensors',
    'get_walks_intersection_ops',
    'graph_replace',
    'make_list_of_op',
    'make_list_of_t',
    'make_view',
    'reroute_ts',
    'select_ops',
    'select_ts',
    'sgv',
    'swap_ts',
]


# Lists
# ------------------------------------------------------------------------------------


def _unique(items: Iterable[object]) -> list[tf.Operation | tf.Tensor]:
    """The items, each once. Tensors may compare by value, so they are told by who they are."""
    return list({id(item): item for item in items}.values())


def _holds(items: Collection[object], wanted: object) -> bool:
    return any(item is wanted for item in items)


def _listed(items: Any, kind: type, ignored: bool) -> list[tf.Operation | tf.Tensor]:
    if isinstance(items, (tf.Tensor, tf.Operation)):
        items = [items]
    other = tf.Tensor if kind is tf.Operation else tf.Operation
    found = [item for item in items if not (ignored and isinstance(item, other))]
    for item in found:
        if not isinstance(item, kind):
            raise TypeError(f'Expected a {kind.__name__}, got {item!r} of {type(item)}.')
    return found


def make_list_of_op(
    ops: object, check_graph: bool = True, allow_graph: bool = True, ignore_ts: bool = False
) -> list[tf.Operation]:
    """An operation, several, or those of a graph as a list.

    With `ignore_ts` tensors are left out; else they are a `TypeError`. `check_graph` and
    `allow_graph` are ignored.
    """
    if isinstance(ops, tf.Graph):
        return list(ops.get_operations())
    return _listed(ops, tf.Operation, ignore_ts)


def make_list_of_t(
    ts: object, check_graph: bool = True, allow_graph: bool = True, ignore_ops: bool = False
) -> list[tf.Tensor]:
    """A tensor, several, or those of a graph as a list; as `make_list_of_op` otherwise."""
    if isinstance(ts, tf.Graph):
        return get_tensors(ts)
    return _listed(ts, tf.Tensor, ignore_ops)


def get_tensors(graph: tf.Graph) -> list[tf.Tensor]:
    """All tensors of a graph."""
    return [tensor for op in graph.get_operations() for tensor in op.outputs]


def get_generating_ops(ts: object) -> list[tf.Operation]:
    """The operations that give some tensors."""
    return _unique(tensor.op for tensor in make_list_of_t(ts))


def get_consuming_ops(ts: object) -> list[tf.Operation]:
    """The operations that take some tensors."""
    return _unique(op for tensor in make_list_of_t(ts) for op in tensor.consumers())


def filter_ops(ops: object, positive_filter: Filter) -> list[tf.Operation]:
    """Those operations for which a function is true; all of them for True."""
    return _filtered(make_list_of_op(ops), positive_filter)


def filter_ts(ops: object, positive_filter: Filter) -> list[tf.Tensor]:
    """Those inputs and outputs of operations for which a function is true; all for True."""
    ops = make_list_of_op(ops)
    inputs = [tensor for op in ops for tensor in op.inputs]
    outputs = [tensor for op in ops for tensor in op.outputs]
    return _filtered(_unique(inputs + outputs), positive_filter)


def _filtered(items: list[object], wanted: Filter) -> list[tf.Operation | tf.Tensor]:
    return [item for item in items if (wanted(item) if callable(wanted) else wanted)]


def filter_ops_from_regex(ops: object, regex: str | re.Pattern[str]) -> list[tf.Operation]:
    """Those operations in whose name a pattern is found."""
    return filter_ops(ops, lambda op: re.search(regex, op.name) is not None)


def filter_ts_from_regex(ops: object, regex: str | re.Pattern[str]) -> list[tf.Tensor]:
    """Those inputs and outputs of operations in whose name a pattern is found."""
    return filter_ts(ops, lambda tensor: re.search(regex, tensor.name) is not None)


def get_name_scope_ops(ops: object, scope: str) -> list[tf.Operation]:
    """Those operations that are inside a name scope."""
    return filter_ops_from_regex(ops, f'^{re.escape(scope.rstrip("/"))}(/|$)')


def select_ops(*args: object, graph: tf.Graph | None = None) -> list[tf.Operation]:
    """Operations: by patterns of their names in a graph, as they are, or lists of these.

    Raises:
      ValueError: there is a pattern and no graph.
    """
    return _selected(args, graph, filter_ops_from_regex, tf.Operation)


def select_ts(*args: object, graph: tf.Graph | None = None) -> list[tf.Tensor]:
    """Tensors, as `select_ops` selects operations."""
    return _selected(args, graph, filter_ts_from_regex, tf.Tensor)


def _selected(
    args: Any, graph: tf.Graph | None, by_name: Any, kind: type
) -> list[tf.Operation | tf.Tensor]:
    found: list[tf.Operation | tf.Tensor] = []
    for each in args:
        if isinstance(each, (str, re.Pattern)):
            if graph is None:
                raise ValueError("Use the keyword argument 'graph' to use regex.")
            found += by_name(graph, each)
        elif isinstance(each, (tf.Tensor, tf.Operation)):
            found += [each] if isinstance(each, kind) else []
        else:
            found += _selected(each, graph, by_name, kind)
    return _unique(found)


# Walks
# ------------------------------------------------------------------------------------


def _before(op: tf.Operation, stop: Collection[object], control: bool) -> Iterator[tf.Operation]:
    yield from (tensor.op for tensor in op.inputs if not _holds(stop, tensor))
    yield from op.control_inputs if control else ()


def _after(op: tf.Operation, stop: Collection[object], control: bool) -> Iterator[tf.Operation]:
    for tensor in op.outputs:
        if not _holds(stop, tensor):
            yield from tensor.consumers()
    yield from op._control_outputs if control else ()


def _walk(
    seeds: Any,
    of_tensors: Callable[[tf.Tensor], list[tf.Operation]],
    step: Callable[..., Iterable[tf.Operation]],
    inclusive: bool,
    within_ops: Iterable[tf.Operation] | None,
    within_ops_fn: Callable[[tf.Operation], bool] | None,
    stop_at_ts: Iterable[tf.Tensor],
    control: object,
) -> list[tf.Operation]:
    seeds = [seeds] if isinstance(seeds, (tf.Tensor, tf.Operation)) else list(seeds)
    if seeds and isinstance(seeds[0], tf.Tensor):
        seeds = of_tensors(seeds)
    seeds = make_list_of_op(seeds)
    within = None if within_ops is None else set(make_list_of_op(within_ops))
    stop = make_list_of_t(stop_at_ts)

    def is_within(op: tf.Operation) -> bool:
        return (within is None or op in within) and (within_ops_fn is None or within_ops_fn(op))

    reached: dict[tf.Operation, None] = {}
    wave = dict.fromkeys(op for op in seeds if is_within(op))
    while wave:
        reached.update(wave)
        following = (op for each in wave for op in step(each, stop, bool(control)))
        wave = dict.fromkeys(op for op in following if op not in reached and is_within(op))
    return [op for op in reached if inclusive or op not in seeds]


def get_backward_walk_ops(
    seed_ops: object,
    inclusive: bool = True,
    within_ops: Any = None,
    within_ops_fn: Callable[[tf.Operation], bool] | None = None,
    stop_at_ts: Any = (),
    control_inputs: bool = False,
) -> list[tf.Operation]:
    """The operations that some depend on, the nearest first.

    Args:
      seed_ops: operations, or tensors, from whose operations the walk starts.
      inclusive: whether these are in the result.
      within_ops: the walk stays among these.
      within_ops_fn: the walk stays where this is true.
      stop_at_ts: tensors beyond which it does not go.
      control_inputs: whether it goes along control dependencies.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib.graph_editor import get_backward_walk_ops
      >>> with tf.Graph().as_default():
      ...   x = tf.constant(1.0, name='x')
      ...   y = tf.exp(tf.negative(x, name='minus'), name='y')
      ...   [op.name for op in get_backward_walk_ops(y)]
      ['y', 'minus', 'x']
    """
    where = (inclusive, within_ops, within_ops_fn, stop_at_ts, control_inputs)
    return _walk(seed_ops, get_generating_ops, _before, *where)


def get_forward_walk_ops(
    seed_ops: object,
    inclusive: bool = True,
    within_ops: Any = None,
    within_ops_fn: Callable[[tf.Operation], bool] | None = None,
    stop_at_ts: Any = (),
    control_outputs: object = None,
) -> list[tf.Operation]:
    """The operations that depend on some, the nearest first.

    The walk starts from the consumers of tensors; the arguments are otherwise those of
    `get_backward_walk_ops`.
    """
    where = (inclusive, within_ops, within_ops_fn, stop_at_ts, control_outputs)
    return _walk(seed_ops, get_consuming_ops, _after, *where)


def get_walks_intersection_ops(
    forward_seed_ops: Any,
    backward_seed_ops: Any,
    forward_inclusive: bool = True,
    backward_inclusive: bool = True,
    within_ops: Any = None,
    within_ops_fn: Callable[[tf.Operation], bool] | None = None,
    control_inputs: bool = False,
    control_outputs: Any = None,
    control_ios: Any = None,
) -> list[tf.Operation]:
    """The operations that depend on some and that others depend on."""
    where = (within_ops, within_ops_fn, (), control_inputs or control_outputs or control_ios)
    forward = get_forward_walk_ops(forward_seed_ops, forward_inclusive, *where)
    backward = set(get_backward_walk_ops(backward_seed_ops, backward_inclusive, *where))
    return [op for op in forward if op in backward]


# Views and copies
# ------------------------------------------------------------------------------------


class SubGraphView:
    """A part of a graph.

    Args:
      inside_ops: its operations.
      passthrough_ts: tensors that go through it.

    Attributes:
      ops: the operations.
      inputs: the tensors that they take from outside.
      outputs: the tensors that they give to the outside, or to nobody.
      passthroughs: the tensors that go through.
    """

    def __init__(
        self, inside_ops: Iterable[tf.Operation] = (), passthrough_ts: Iterable[tf.Tensor] = ()
    ) -> None:
        self.ops = make_list_of_op(inside_ops)
        self.passthroughs = make_list_of_t(passthrough_ts)
        own = set(self.ops)
        taken = [tensor for op in self.ops for tensor in op.inputs if tensor.op not in own]
        given = [tensor for op in self.ops for tensor in op.outputs]
        inside = [each for each in given if each.consumers() and own.issuperset(each.consumers())]
        self.inputs = _unique([*taken, *self.passthroughs])
        self.outputs = [each for each in given if not _holds(inside, each)] + self.passthroughs

    @property
    def graph(self) -> tf.Graph | None:
        """The graph; None of an empty view."""
        return next((each.graph for each in [*self.ops, *self.passthroughs]), None)

    def __repr__(self) -> str:
        names = [[each.name for each in part] for part in (self.ops, self.inputs, self.outputs)]
        return 'SubGraphView(ops={}, inputs={}, outputs={})'.format(*names)


def make_view(*args: object, graph: tf.Graph | None = None) -> SubGraphView:
    """A view of operations, as `select_ops` takes them; tensors go through it."""
    if len(args) == 1 and isinstance(args[0], SubGraphView):
        return args[0]
    named = [each for each in args if not isinstance(each, str)]
    return SubGraphView(select_ops(*args, graph=graph), select_ts(*named))


sgv = make_view


class TransformerInfo:
    """The copies of operations and tensors, by their originals."""

    def __init__(self, ops: Mapping[tf.Operation, tf.Operation]) -> None:
        self._transformed_ops = dict(ops)

    @property
    def _transformed_ts(self) -> dict[tf.Tensor, tf.Tensor]:
        pairs = self._transformed_ops.items()
        return {t: new.outputs[i] for old, new in pairs for i, t in enumerate(old.outputs)}

    def transformed(self, original: tf.Operation | tf.Tensor) -> tf.Operation | tf.Tensor | None:
        """The copy of an operation or a tensor, or None."""
        if isinstance(original, tf.Operation):
            return self._transformed_ops.get(original)
        copied = self._transformed_ops.get(original.op)
        return None if copied is None else copied.outputs[original.value_index]

    def original(self, transformed: tf.Operation | tf.Tensor) -> tf.Operation | tf.Tensor | None:
        """The original of a copied operation or tensor, or None."""
        backwards = {new: old for old, new in self._transformed_ops.items()}
        return TransformerInfo(backwards).transformed(transformed)


def copy_with_input_replacements(
    sgv: Any,
    replacement_ts: Mapping[tf.Tensor, tf.Tensor],
    dst_graph: tf.Graph | None = None,
    dst_scope: str = '',
    src_scope: str = '',
    reuse_dst_scope: bool = False,
) -> tuple[SubGraphView, TransformerInfo]:
    """Copies a part of a graph, within the graph.

    Args:
      sgv: the part: a view or operations.
      replacement_ts: by input of the part, what the copy takes instead.
      dst_graph: the graph of the part.
      dst_scope: the name scope of the copy.
      src_scope: what is taken away from the names first.
      reuse_dst_scope: whether `dst_scope` may be there already.

    Returns:
      The copy, and what became of what.

    Raises:
      ValueError: the copy is to be in another graph, or an operation is not in `src_scope`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import graph_editor
      >>> with tf.Graph().as_default():
      ...   x, z = tf.constant(1.0), tf.constant(2.0, name='z')
      ...   y = tf.negative(x, name='y')
      ...   view, info = graph_editor.copy_with_input_replacements([y.op], {x.ref(): z})
      ...   view.ops[0].name, view.inputs[0].name
      ('y_1', 'z:0')
    """
    view = sgv if isinstance(sgv, SubGraphView) else SubGraphView(sgv)
    graph = view.graph
    if graph is None:
        return view, TransformerInfo({})
    if dst_graph is not None and dst_graph is not graph:
        raise ValueError(
            'A part of a graph is copied within that graph only; see tf.import_graph_def.'
        )
    scope = dst_scope.rstrip('/')
    if scope and not reuse_dst_scope:
        scope = graph.unique_name(scope)
    names = {op.name: _new_name(graph, op.name, src_scope, scope) for op in view.ops}
    replaced = {_deref(old).name: new for old, new in replacement_ts.items()}
    outside = {t.name: replaced.get(t.name, t) for op in view.ops for t in op.inputs}
    input_map: dict[str, tf.Tensor] = {
        name: tensor for name, tensor in outside.items() if name.partition(':')[0] not in names
    }
    input_map |= {
        f'^{op.name}': op for each in view.ops for op in each.control_inputs if op.name not in names
    }
    wanted = tf.compat.v1.GraphDef(versions=graph.as_graph_def().versions)
    for op in view.ops:
        node = wanted.node.add()
        node.CopyFrom(op.node_def)
        node.name = names[op.name]
        node.input[:] = [_renamed(each, names) for each in node.input]
        places = node.attr['_class'].list.s if '_class' in node.attr else []
        places[:] = [_colocated(each, names) for each in places]
    with graph.as_default(), tf.compat.v1.name_scope(''), tf.control_dependencies(None):
        made = tf.graph_util.import_graph_def(
            wanted, input_map, return_elements=list(names.values()), name=''
        )
    return SubGraphView(made), TransformerInfo(dict(zip(view.ops, made, strict=True)))


def _deref(tensor: object) -> tf.Tensor:
    return tensor.deref() if hasattr(tensor, 'deref') else tensor


def _new_name(graph: tf.Graph, name: str, old_scope: str, new_scope: str) -> str:
    old_scope = old_scope and f'{old_scope.rstrip("/")}/'
    if not name.startswith(old_scope):
        raise ValueError(f'src_scope is {old_scope!r}, and {name} is not in that name scope.')
    return str(graph.unique_name(f'{new_scope}/{name.removeprefix(old_scope)}'.lstrip('/')))


def _renamed(item: str, names: Mapping[str, str]) -> str:
    """The input `name`, `name:1` or `^name` of a node, under the new name."""
    mark, name = ('^', item[1:]) if item.startswith('^') else ('', item)
    op, colon, index = name.partition(':')
    return f'{mark}{names.get(op, op)}{colon}{index}'


def _colocated(place: bytes, names: Mapping[str, str]) -> bytes:
    op = place.removeprefix(b'loc:@').decode()
    return f'loc:@{names.get(op, op)}'.encode()


def graph_replace(
    target_ts: Nest,
    replacement_ts: Mapping[tf.Tensor, tf.Tensor],
    dst_scope: str = '',
    src_scope: str = '',
    reuse_dst_scope: bool = False,
) -> Nest:
    """Computes tensors from other inputs: a copy of all that lies between these and the tensors.

    `replacement_ts` has by tensor of the graph what takes its place; the other arguments are those
    of `copy_with_input_replacements`, and the result is as `target_ts`.

    Raises:
      ValueError: the tensors do not depend on what is replaced.
    """
    targets = make_list_of_t(tf.nest.flatten(target_ts))
    replaced = [_deref(each) for each in replacement_ts]
    between = get_walks_intersection_ops(replaced, targets, control_ios=True)
    if not between:
        raise ValueError('Targets and replacements are not connected!')
    _, info = copy_with_input_replacements(
        between, replacement_ts, None, dst_scope, src_scope, reuse_dst_scope
    )

    def copied(tensor: tf.Tensor) -> tf.Tensor:
        new = info.transformed(tensor)
        return tensor if new is None else new

    return tf.nest.map_structure(copied, target_ts)


# Rerouting
# ------------------------------------------------------------------------------------


def reroute_ts(
    ts0: object, ts1: object, can_modify: object = None, cannot_modify: object = None
) -> int:
    """Has those that take some tensors take others.

    Args:
      ts0: the tensors that are taken from now on.
      ts1: the tensors that were taken, as many.
      can_modify: the operations whose inputs may be changed; by default all.
      cannot_modify: operations whose inputs may not.

    Returns:
      How many inputs were changed.

    Raises:
      ValueError: there are more of one than of the other.
    """
    new, old = make_list_of_t(ts0), make_list_of_t(ts1)
    if len(new) != len(old):
        raise ValueError(f'ts0 and ts1 have different sizes: {len(new)} != {len(old)}')
    allowed = None if can_modify is None else set(make_list_of_op(can_modify))
    forbidden = set(make_list_of_op(cannot_modify or ()))
    changes = [
        (op, index, after)
        for after, before in zip(new, old, strict=True)
        for op in _unique(before.consumers())
        if after is not before and op not in forbidden and (allowed is None or op in allowed)
        for index, tensor in enumerate(op.inputs)
        if tensor is before
    ]
    for op, index, after in changes:
        op._update_input(index, after)
    return len(changes)


def swap_ts(
    ts0: object, ts1: object, can_modify: object = None, cannot_modify: object = None
) -> int:
    """As `reroute_ts`, in both directions."""
    one, other = make_list_of_t(ts0), make_list_of_t(ts1)
    return reroute_ts([*one, *other], [*other, *one], can_modify, cannot_modify)


def add_control_inputs(op: tf.Operation, cops: object) -> None:
    """Has an operation wait for others.

    Raises:
      ValueError: it does so already.
    """
    cops = make_list_of_op(cops, ignore_ts=False)
    for each in cops:
        if each in op.control_inputs:
            raise ValueError(f'{each.name} is already a control_input of {op.name}')
    op._add_control_inputs(cops)
