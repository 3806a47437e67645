"""The layer that owns variables: one class for TF1 graphs and for TF2 objects."""

from __future__ import annotations

import collections
import contextlib
import copy
import functools
import re
import weakref
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.autograph import in_place_of, without_autograph
from tf_seq2seq_compat.core.path import graph_mode
from tf_seq2seq_compat.core.tensorflow_internals import unnumbered
from tf_seq2seq_compat.layers.input_spec import InputSpec, check_inputs
from tf_seq2seq_compat.types import (
    Config,
    Constraint,
    DTypeLike,
    InitializerLike,
    Nest,
    Regularizer,
    Scope,
    ShapeLike,
    TensorLike,
)

tf1 = tf.compat.v1


def snake_case(name: str) -> str:
    """`BasicLSTMCell` -> `basic_lstm_cell`, the rule by which TF1 names a layer's scope."""
    name = re.sub(r'(.)([A-Z][a-z0-9]+)', r'\1_\2', name)
    name = re.sub(r'([a-z])([A-Z])', r'\1_\2', name).lower()
    # A scope may not start with an underscore.
    return 'private' + name if name.startswith('_') else name


def _list_kept_as(name: str) -> Any:
    """A list of an object, made when it is first asked for; `tf.Module` does not look into it."""
    return property(lambda self: vars(self).setdefault(name, []))


# How often each name was given to a layer of a graph.
_names_given: weakref.WeakKeyDictionary[tf.Graph, collections.Counter[str]] = (
    weakref.WeakKeyDictionary()
)


class Layer(tf.Module):
    """A `tf.Module` whose variables come from `get_variable` under TF1's variable scopes.

    One mechanism serves every mode. A call opens the layer's variable scope, which is fixed by the
    first call (TF1's rule), and every `get_variable` beneath it passes through the layer:

    * in a TF1 graph it goes on to TensorFlow's own variable store, so names, `reuse`, partitioners
      and custom getters are TF1's;
    * in eager mode and inside `tf.function` the variable is made once, outside the function being
      traced, and lives on the layer (`layer.variables`), found again by its name below the scope.

    Subclasses write `build(input_shape)` with `add_variable`, and `call(inputs, ...)`; `call` may
    also use `tf.compat.v1.get_variable` directly.

    Args:
      trainable: Whether the layer's variables are trainable.
      name: Name of the variable scope; the class name in snake case by default.
      dtype: Type of the variables; that of the first input by default.
      **kwargs: `activity_regularizer` (a function from an output to its loss), `_reuse` (bool) and
        `_scope` (str or `VariableScope`), as TF1's layers take them.

    Raises:
      TypeError: For any other keyword argument.

    Example:
      >>> class Scale(seq2seq.Layer):
      ...     def build(self, input_shape):
      ...         self.factor = self.add_variable('factor', [], initializer=tf.ones_initializer())
      ...     def call(self, inputs):
      ...         return self.factor * inputs
      >>> scale = Scale()
      >>> scale(tf.constant([2.0])).numpy().tolist()
      [2.0]
      >>> [v.name for v in scale.variables]
      ['scale/factor:0']

    Legacy: `tf.layers.Layer` of TF 1.15.
    """

    # Class-level defaults: TF1 programs subclass RNNCell without calling super().__init__().
    trainable = True
    _lists_all_it_makes = True  # in a TF1 graph; else only what it adds
    _adds = False
    _freezes_variables = True  # what a layer makes while it is not trainable is not either
    built = False
    stateful = False
    dynamic = False
    supports_masking = False
    activity_regularizer: Callable[[tf.Tensor], tf.Tensor] | None = None
    graph: tf.Graph | None = None
    input_ndim: int | None = None
    _name: str | None = None
    _given_name: str | None = None
    _dtype: tf.DType | None = None
    _reuse: bool | None = None
    _scope: Any = None
    # The scope of the variables, as a process that makes nothing else names it.
    _unnumbered_scope: str | None = None
    _first_call = True
    _is_made_outside = False  # of functions that TensorFlow traces
    _inputs_of_call: Nest = ()
    _TF_MODULE_IGNORED_PROPERTIES = tf.Module._TF_MODULE_IGNORED_PROPERTIES | {
        '_losses',
        '_updates',
        '_conditional',
        '_inputs_of_call',
    }

    def __init__(
        self,
        trainable: bool = True,
        name: str | None = None,
        dtype: DTypeLike | None = None,
        **kwargs: Any,
    ) -> None:
        # tf.Module.__init__ is left out on purpose: it refuses names that TF1 allows and opens a
        # name scope of its own; all that it sets is defined here.
        show_layers_to_keras()
        self._is_made_outside = tf.executing_eagerly()
        scope = kwargs.pop('_scope', None)
        self._reuse = kwargs.pop('_reuse', None)
        self.activity_regularizer = kwargs.pop('activity_regularizer', None)
        if kwargs:
            raise TypeError(
                f'{type(self).__name__}: keyword argument not understood: {sorted(kwargs)[0]!r}. '
                'A layer takes trainable, name and dtype.'
            )
        self.trainable = trainable
        self._given_name = name
        self._name = name or _unique_name(self._base_name)
        self._dtype = None if dtype is None else tf.as_dtype(dtype)
        if scope is not None:
            with tf1.variable_scope(scope) as captured:
                self._keep_scope(captured, '')

    # -- names and types ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The given name; else the class name in snake case, with its number in the graph."""
        return self._name or self._base_name

    @property
    def _base_name(self) -> str:
        # TF1's name for it, which subclasses read.
        return self._given_name or snake_case(type(self).__name__)

    @property
    def scope_name(self) -> str:
        """Name of the variable scope, known after the first call or `add_variable`."""
        if self._scope is None:
            raise ValueError(
                f'Layer {self.name} has no scope yet: it is fixed when the layer is first called.'
            )
        return self._scope.name

    @property
    def dtype(self) -> tf.DType | None:
        """Type of the variables; None before the first call of a layer made without one."""
        return self._dtype

    # -- variables ------------------------------------------------------------------------------

    @property
    def variables(self) -> list[tf.Variable]:
        """Variables of the layer and of what it holds, first those that are trainable.

        In a TF1 graph they are those that TF1 lists: what the layer has made or found, and what was
        made or found while it was called.
        """
        return self.trainable_variables + self.non_trainable_variables

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        """Those of the variables that are trainable, in layers that are."""
        return [v for v, trained in self._variables_and_whether_trained() if trained]

    @property
    def non_trainable_variables(self) -> list[tf.Variable]:
        """The other variables."""
        others = [v for v, trained in self._variables_and_whether_trained() if not trained]
        return sorted(others, key=lambda variable: not variable.trainable)

    # Subclasses may override any of them.
    weights = property(lambda self: self.variables)
    trainable_weights = property(lambda self: self.trainable_variables)
    non_trainable_weights = property(lambda self: self.non_trainable_variables)

    @property
    def _lists_all(self) -> bool:
        """Whether the variables of everything that the layer holds are among its own."""
        return not graph_mode()

    def _layers_inside(self) -> Sequence[Layer]:
        """The layers whose variables are this layer's too, besides those that it makes itself."""
        return [part for part in self.submodules if isinstance(part, Layer)] * self._lists_all

    def _variables_and_whether_trained(self) -> list[tuple[tf.Variable, bool]]:
        layers = [self, *self._layers_inside()]
        every = [v for layer in layers for v in layer._own_variables.values()]
        if self._lists_all:
            every += super().variables
        frozen = {
            id(v)
            for layer in layers
            if not layer.trainable
            for v in (every if layer is self else layer.variables)
        }
        return [
            (v, v.trainable and id(v) not in frozen) for v in {id(v): v for v in every}.values()
        ]

    @property
    def _own_variables(self) -> dict[str, tf.Variable]:
        """Variables by their name below the layer's scope."""
        if '_variables_by_name' not in vars(self):
            self._variables_by_name: dict[str, tf.Variable] = {}
        return self._variables_by_name

    def _get_variable(
        self, getter: Callable[..., tf.Variable], name: str, *args: object, **kwargs: object
    ) -> tf.Variable:
        """The custom getter under which `build` and `call` run."""
        return self._get_variable_below(self._scope.name, getter, name, *args, **kwargs)

    def _get_variable_below(
        self,
        scope_name: str,
        getter: Callable[..., tf.Variable],
        name: str,
        *args: object,
        **kwargs: object,
    ) -> tf.Variable:
        """A custom getter which knows the variables by their names below `scope_name`."""
        key = name.removeprefix(scope_name + '/')
        if graph_mode():
            variable = getter(name, *args, **kwargs)
            if not (self._lists_all_it_makes or self._adds):
                return variable
        elif key in self._own_variables:
            variable = self._own_variables[key]
            shape = kwargs.get('shape')
            if shape is not None and not variable.shape.is_compatible_with(shape):
                raise ValueError(
                    f'Variable {name} of layer {self.name} has shape {variable.shape}, but shape '
                    f'{tf.TensorShape(shape)} is asked for now: the layer was built for inputs of '
                    'another depth. Use one layer for each depth.'
                )
            return variable
        else:
            if self._unnumbered_scope is None:
                self._unnumbered_scope = unnumbered(scope_name)
            # TensorFlow's own store has no partitioned variables outside graphs.
            with tf.init_scope(), self._creator_scope():
                variable = getter(name, *args, **{**kwargs, 'partitioner': None})
        if isinstance(variable, tf.Variable):
            self._own_variables[key] = variable
        elif hasattr(variable, 'as_tensor'):  # The parts of a partitioned variable.
            for part in variable:
                self._own_variables[part.op.name.removeprefix(scope_name + '/')] = part
        return variable

    def _creator_scope(self) -> contextlib.AbstractContextManager[object]:
        """The scope to make a variable in that each trace of a `tf.function` finds again.

        TensorFlow traces a function in which variables were made a second time, to see that no more
        are made. Layers that are made in a function itself have others each time, which it says.
        """
        if not self._is_made_outside:
            return contextlib.nullcontext()
        return tf1.variable_creator_scope(_not_lifted)

    def add_weight(
        self,
        name: str,
        shape: ShapeLike,
        dtype: DTypeLike | None = None,
        initializer: InitializerLike | None = None,
        regularizer: Regularizer | None = None,
        trainable: bool | None = None,
        constraint: Constraint | None = None,
        use_resource: bool | None = None,
        synchronization: tf.VariableSynchronization = tf.VariableSynchronization.AUTO,
        aggregation: tf.VariableAggregation = tf.VariableAggregation.NONE,
        partitioner: Callable[..., Sequence[int]] | None = None,
        **kwargs: object,
    ) -> tf.Variable:
        """Creates a variable below the layer's scope, or finds it again.

        Args:
          name: Name below the layer's scope.
          shape: Shape, fully known.
          dtype: Type; the layer's by default.
          initializer: As for `tf.compat.v1.get_variable`; the scope's by default.
          regularizer: Function from the variable to its loss, which is then among `losses`. The
            scope's regularizer, if any, is applied too, but its loss is not among them.
          trainable: Whether it is trainable (and the layer is).
          constraint: As for `tf.compat.v1.get_variable`.
          use_resource: Likewise.
          synchronization: Likewise.
          aggregation: Likewise.
          partitioner: Likewise.
          **kwargs: Passed on to `tf.compat.v1.get_variable`.

        Returns:
          The variable.
        """
        if trainable is None:
            trainable = synchronization != tf.VariableSynchronization.ON_READ
        self._set_scope(None)
        if dtype is None:
            self._dtype = self._dtype or tf.float32
        existing = len(tf1.global_variables())
        self._adds = True
        try:
            with self._variable_scope(self._reuse):
                variable = tf1.get_variable(
                    name,
                    shape=tf.TensorShape(shape).as_list(),  # TF leaves the scalar [] unpartitioned
                    dtype=tf.as_dtype(dtype or self._dtype),
                    initializer=initializer,
                    trainable=trainable and (self.trainable or not self._freezes_variables),
                    constraint=constraint,
                    use_resource=use_resource,
                    synchronization=synchronization,
                    aggregation=aggregation,
                    partitioner=partitioner,
                    **kwargs,
                )
        finally:
            self._adds = False
        is_new = len(tf1.global_variables()) > existing or not graph_mode()
        if regularizer is not None and is_new:
            for part in list(variable) if hasattr(variable, 'as_tensor') else [variable]:
                self.add_loss(functools.partial(_regularized, regularizer, name, part))
        return variable

    add_variable = add_weight

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights`; in a TF1 graph as Keras's session has them."""
        if graph_mode():
            return _keras_backend(self.weights).batch_get_value(self.weights)
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[TensorLike]) -> None:
        """Gives `weights` these values; in a TF1 graph in Keras's session.

        Args:
          weights: An array for each, in their order.

        Raises:
          ValueError: For another number of arrays, or another shape.
        """
        variables = self.weights
        if len(weights) != len(variables):
            raise ValueError(
                f'Layer {self.name} has {len(variables)} weights, but set_weights was given '
                f'{len(weights)}: give one array for each of layer.weights.'
            )
        for variable, value in zip(variables, weights, strict=True):
            if not variable.shape.is_compatible_with(np.shape(value)):
                raise ValueError(
                    f'The weight {variable.name} of layer {self.name} has shape {variable.shape}, '
                    f'but set_weights was given an array of shape {np.shape(value)}.'
                )
        if graph_mode():
            _keras_backend(variables).batch_set_value(list(zip(variables, weights, strict=True)))
            return
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """The number of scalars in `weights`; ValueError before they are made."""
        if not self.built:
            raise ValueError(
                f'count_params of layer {self.name} was called, but the layer has no weights yet: '
                'call it on inputs first.'
            )
        return sum(int(np.prod(variable.shape.as_list())) for variable in self.weights)

    def get_config(self) -> Config:
        """The constructor's arguments."""
        return {'name': self.name, 'trainable': self.trainable, 'dtype': dtype_name(self.dtype)}

    @classmethod
    def from_config(cls, config: Config) -> Layer:
        """The layer for what `get_config` gave."""
        return cls(**config)

    # -- losses and updates ---------------------------------------------------------------------

    _losses = _list_kept_as('_losses')
    _updates = _list_kept_as('_updates')
    # Those of both that depend on the inputs of a call.
    _conditional = _list_kept_as('_conditional')

    @property
    def losses(self) -> list[tf.Tensor]:
        """The losses given to `add_loss`, and those of the variables' regularizers."""
        tensors = [loss for loss in self._losses if not callable(loss)]
        computed = [loss() for loss in self._losses if callable(loss)]
        return tensors + [loss for loss in computed if loss is not None]

    @property
    def updates(self) -> list[tf.Operation]:
        """The updates given to `add_update`; empty while the layer is not trainable."""
        return list(self._updates) if self.trainable or self.stateful else []

    def add_loss(self, losses: Nest, inputs: Nest | None = None) -> None:
        """Adds losses of the layer, in a TF1 graph to the collection of regularization losses too.

        Outside of TF1 graphs the losses that a call adds are those of the last call.

        Args:
          losses: A loss or a list of them: a tensor, or a function without arguments that gives it.
          inputs: The inputs that the losses depend on, for `get_losses_for`; None if on none.
        """
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            if loss is None:
                continue
            loss = loss if callable(loss) else tf.convert_to_tensor(loss)
            self._losses.append(loss)
            if inputs is not None:
                self._conditional.append(loss)
            value = (loss() if callable(loss) else loss) if graph_mode() else None
            if value is not None:
                tf1.add_to_collection(tf1.GraphKeys.REGULARIZATION_LOSSES, value)

    def add_update(self, updates: Nest, inputs: Nest | None = None) -> None:
        """Adds operations to run beside a training step. Outside of TF1 graphs they have run.

        Args:
          updates: An operation, a tensor, a function that gives one, or a list of them.
          inputs: Not used, as in TF1.
        """
        for update in updates if isinstance(updates, list | tuple) else [updates]:
            update = update() if callable(update) else update
            if update is not None and graph_mode():
                op = update if isinstance(update, tf.Operation) else update.op
                self._updates.append(op)
                if depends_on(op, self._inputs_of_call):
                    self._conditional.append(op)

    def get_losses_for(self, inputs: Nest) -> list[tf.Tensor]:
        """The losses that depend on these inputs; for None those that depend on none."""
        return self._for_inputs(self.losses, inputs)

    def get_updates_for(self, inputs: Nest) -> list[tf.Operation]:
        """The updates that depend on these inputs; for None those that depend on no inputs."""
        return self._for_inputs(self.updates, inputs)

    def _for_inputs(self, every: list[Nest], inputs: Nest) -> list[Nest]:
        conditional = {id(one) for one in self._conditional}
        if inputs is None:
            return [one for one in every if id(one) not in conditional]
        return [
            one
            for one in every
            if id(one) in conditional
            and depends_on(one if isinstance(one, tf.Operation) else one.op, inputs)
        ]

    # -- calling --------------------------------------------------------------------------------

    def _set_scope(self, scope: Scope | None = None) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            opened = tf1.variable_scope(scope if scope is not None else self._base_name)
        else:
            opened = tf1.variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            name = self._base_name if scope is None else scope
            self._keep_scope(captured, name if isinstance(name, str) else '')

    def _keep_scope(self, scope: tf.compat.v1.VariableScope, name: str) -> None:
        """Takes a scope, which is open and was given this name or none, for the layer's own."""
        self._scope = scope
        parts = scope.name.split('/')
        above = unnumbered('/'.join(parts[: -1 - name.count('/')] if name else parts))
        self._unnumbered_scope = f'{above}/{name}' if above and name else above or name

    def _variable_scope(self, reuse: bool | None) -> Any:
        return tf1.variable_scope(
            self._scope, reuse=reuse, auxiliary_name_scope=False, custom_getter=self._get_variable
        )

    def build(self, _: ShapeLike) -> None:
        """Creates the variables that depend on the shape of the inputs; called once."""
        self.built = True

    def call(self, inputs: Nest, *args: Any, **kwargs: Any) -> Nest:
        """Computes the layer's output; implemented by subclasses."""
        raise NotImplementedError(f'{type(self).__name__} defines no call(inputs, ...).')

    @without_autograph
    def __call__(self, inputs: Nest, *args: Any, scope: Scope | None = None, **kwargs: Any) -> Nest:
        """Opens the layer's scope, builds it at the first call, and calls `call`."""
        self._set_scope(scope)
        inputs = tf.nest.map_structure(_array_to_tensor, inputs)
        # TF1: after its first call a layer finds its variables again, whatever the outer scope.
        reuse = self._reuse if self._first_call else True
        with self._variable_scope(reuse), tf1.name_scope(self._scope.original_name_scope):
            if not self.built:
                self._check_and_build(inputs)
            else:
                self._check_inputs(inputs)
            first, self._first_call = self._first_call, False
            if not graph_mode():
                self._forget_losses()
            self._inputs_of_call = inputs
            try:
                outputs = self.call(inputs, *args, **kwargs)
            except Exception:
                self._first_call = first
                raise
            finally:
                self._inputs_of_call = ()
            if self.activity_regularizer is not None:
                for output in tf.nest.flatten(outputs):
                    loss = self.activity_regularizer(output)
                    self.add_loss(loss / tf.cast(tf.shape(output)[0], loss.dtype), inputs=inputs)
            return outputs

    def apply(self, inputs: Nest, *args: object, **kwargs: object) -> Nest:
        """Calls the layer."""
        return self(inputs, *args, **kwargs)

    def _forget_losses(self) -> None:
        """Outside of graphs the losses of a call are gone with it, those of variables are not."""
        self._losses[:] = [loss for loss in self._losses if callable(loss)]
        self._conditional.clear()

    def _check_and_build(self, inputs: Nest) -> None:
        self._check_inputs(inputs)
        tensors = [t for t in tf.nest.flatten(inputs) if hasattr(t, 'dtype')]
        if self._dtype is None and tensors:
            self._dtype = tf.as_dtype(tensors[0].dtype).base_dtype
        self.build(tf.nest.map_structure(lambda t: getattr(t, 'shape', None), inputs))
        self.built = True

    @property
    def input_spec(self) -> Any:
        """The `InputSpec` of the inputs, a list of them, or None; it may be set."""
        given = InputSpec(ndim=self.input_ndim) if self.input_ndim is not None else None
        return vars(self).get('_input_spec', given)

    @input_spec.setter
    def input_spec(self, spec: object) -> None:
        self._input_spec = spec

    def _check_inputs(self, inputs: Nest) -> None:
        given = self.input_spec
        several = isinstance(given, list | tuple)
        specs, values = (given, tf.nest.flatten(inputs)) if several else ([given], [inputs])
        for spec, value in zip(specs, values, strict=False):
            if spec is not None:
                check_inputs(spec, value, f'inputs of layer {self.name}')

    def compute_mask(self, inputs: Nest, mask: Nest | None = None) -> Nest:
        """The mask of the outputs: `mask`, if the layer supports masking, else None.

        Raises:
          TypeError: For a mask, if the layer does not support masking.
        """
        if not self.supports_masking and any(part is not None for part in tf.nest.flatten(mask)):
            raise TypeError(
                f'Layer {self.name} does not support masking, but was given a mask: {mask}. Set '
                'supports_masking = True if its outputs have the mask of its inputs.'
            )
        return mask if self.supports_masking else None

    def compute_output_shape(self, input_shape: ShapeLike) -> tf.TensorShape:
        """The shape of the outputs for a shape of the inputs; written by subclasses."""
        raise NotImplementedError(
            f'{type(self).__name__} defines no compute_output_shape(input_shape).'
        )

    def compute_output_signature(self, input_signature: Nest) -> Nest:
        """The `TensorSpec`s of the outputs for those of the inputs, by `compute_output_shape`."""
        shapes = tf.nest.map_structure(lambda spec: spec.shape, input_signature)
        dtype = self.dtype or tf.nest.flatten(input_signature)[0].dtype
        return tf.nest.map_structure(
            lambda shape: tf.TensorSpec(shape, dtype), self.compute_output_shape(shapes)
        )

    # -- what only layers of Keras models have --------------------------------------------------

    # They record where they are in a model; these layers do not.
    inbound_nodes = outbound_nodes = metrics = property(lambda self: [])

    def _in_no_model(self, what: str, error: type[Exception]) -> NoReturn:
        raise error(
            f'Layer {self.name} has no {what}: it is not part of a Keras model. Use the tensors '
            'that it was called on, and those that it gave.'
        )

    input = property(lambda self: self._in_no_model('input', AttributeError))
    output = property(lambda self: self._in_no_model('output', AttributeError))
    input_shape = property(lambda self: self._in_no_model('input_shape', AttributeError))
    output_shape = property(lambda self: self._in_no_model('output_shape', AttributeError))
    input_mask = property(lambda self: self._in_no_model('input_mask', AttributeError))
    output_mask = property(lambda self: self._in_no_model('output_mask', AttributeError))

    def get_input_at(self, node_index: int) -> NoReturn:
        """RuntimeError: no call is recorded; likewise those that follow."""
        self._in_no_model(f'node {node_index}', RuntimeError)

    get_output_at = get_input_shape_at = get_output_shape_at = get_input_at
    get_input_mask_at = get_output_mask_at = get_input_at

    # -- copies ---------------------------------------------------------------------------------

    def __deepcopy__(self, memo: dict[int, object]) -> Any:
        """A layer of its own that reads the same tensors, as TF1's layers are copied.

        Raises:
          TypeError: In a TF1 graph, if the layer has variables, which cannot be copied there.
        """
        if graph_mode() and self._own_variables:
            raise TypeError(
                f'Layer {self.name} has variables in a TF1 graph, which copy.deepcopy cannot copy. '
                'Copy it before it is called first, or make another layer; copy.copy gives one '
                'with the same variables.'
            )
        twin: Any = object.__new__(type(self))
        memo[id(self)] = twin
        for name, value in vars(self).items():
            memo |= {id(t): t for t in tf.nest.flatten(value) if isinstance(t, tf.Tensor)}
            is_scope = isinstance(value, tf1.VariableScope)
            vars(twin)[name] = copy.copy(value) if is_scope else copy.deepcopy(value, memo)
        return twin


def track_tf1_style_variables(call: Callable[..., object]) -> Callable[..., Any]:
    """Makes a method of a `Layer` keep on the layer what `get_variable` makes in it.

    In a TF1 graph TensorFlow's variable store finds variables again. In eager mode and
    `tf.function` there is none, so `get_variable` goes through the layer, which knows its variables
    by their names below the scope in which the method is called.

    Args:
      call: The method.

    Returns:
      The method, with the same arguments.

    Example:
      >>> class Model(seq2seq.Layer):
      ...     @tf.function
      ...     @seq2seq.track_tf1_style_variables
      ...     def scaled(self, x):
      ...         scale = tf.compat.v1.get_variable('scale', initializer=3.0)
      ...         return x * scale
      >>> model = Model()
      >>> float(model.scaled(tf.constant(2.0))), [v.name for v in model.variables]
      (6.0, ['scale:0'])
    """

    @in_place_of(call)
    def kept(self: Layer, *args: object, **kwargs: object) -> Any:
        if graph_mode() or vars(self).get('_call_is_kept', False):
            return call(self, *args, **kwargs)
        outer = tf1.get_variable_scope()
        getter = functools.partial(self._get_variable_below, outer.name)
        self._call_is_kept = True
        try:
            with tf1.variable_scope(outer, custom_getter=getter, auxiliary_name_scope=False):
                return call(self, *args, **kwargs)
        finally:
            self._call_is_kept = False

    return kept


keeping_variables = track_tf1_style_variables  # its earlier name


def _not_lifted(make: Callable[..., tf.Variable], **kwargs: Any) -> tf.Variable:
    return make(**{**kwargs, 'experimental_enable_variable_lifting': False})


def show_layers_to_keras() -> None:
    """Has the Kerases see layers of this package in theirs; `uninstall` had them stop."""
    from tf_seq2seq_compat.layers import keras_owner  # it is about `Layer`

    keras_owner.watch()


def _array_to_tensor(value: Nest) -> Nest:
    return tf.convert_to_tensor(value) if isinstance(value, np.ndarray | np.generic) else value


def dtype_name(dtype: tf.DType | None) -> str | None:
    """The name of a type that may not be known yet."""
    return None if dtype is None else dtype.name


def _unique_name(base: str) -> str:
    """The name with its number among those of the graph."""
    names = _names_given.setdefault(tf1.get_default_graph(), collections.Counter())
    names[base] += 1
    return f'{base}_{names[base]}'


def _regularized(regularizer: Regularizer, name: str, variable: tf.Variable) -> tf.Tensor:
    with tf1.name_scope(f'{name}/Regularizer'):
        return regularizer(variable)


def _keras_backend(variables: Sequence[tf.Variable]) -> Any:
    """The Keras whose session programs set; it gives these variables their first values."""
    from tf_keras.src import backend

    for variable in variables:
        backend.track_variable(variable)
    return backend


def depends_on(op: tf.Operation, inputs: Nest) -> bool:
    """Whether an operation of a graph is computed from any of the tensors."""
    sources = {t.op for t in tf.nest.flatten(inputs) if isinstance(t, tf.Tensor)}
    seen: set[tf.Operation] = set()
    waiting = [op]
    while sources and waiting:
        op = waiting.pop()
        if op in sources:
            return True
        if op not in seen:
            seen.add(op)
            waiting += [t.op for t in op.inputs] + list(op.control_inputs)
    return False
