"""The model: variables of TensorFlow 2 under TF1's names, and functions between any tensors."""

from __future__ import annotations

import importlib
import os
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.checkpoint import CheckpointError
from tf_seq2seq_compat.graph_model.calls import called_directly
from tf_seq2seq_compat.graph_model.gradient import gradient_of
from tf_seq2seq_compat.graph_model.graph import GraphResource, ModelGraph
from tf_seq2seq_compat.graph_model.session import GraphSession
from tf_seq2seq_compat.graph_model.summary import Limit, limits, summary
from tf_seq2seq_compat.layers.keras_owner import held
from tf_seq2seq_compat.tf1.run_options import DEFAULT, RunOptions
from tf_seq2seq_compat.types import Nest, PathLike

tf1 = tf.compat.v1


class GraphModel(tf.Module):
    """A model that is written for TensorFlow 1, as a `tf.Module` whose parts are functions.

    The model is built once, in a graph of its own, with placeholders, `get_variable`, collections,
    lookup tables and iterators as in TF1. Its variables become `tf.Variable`s with TF1's names and
    initial values; `function` gives what lies between some tensors and others as a `tf.function`.
    A variable whose initializer needs a feed is zero until an operation of the program sets it.

    Args:
      build: Builds the model and returns whatever the program needs to name its tensors by: an
        object, a nest of tensors. It is called without arguments.
      share: Another `GraphModel`. Variables that have its names are its variables, as those of an
        inference graph are of the training graph.
      jit_compile: Whether loops are built as XLA compiles them, and functions are compiled. What a
        loop gives then has the size of the most steps, zero after the last one; `dynamic_decode`
        needs `maximum_iterations`, or a helper that knows it. `function` and the methods of Keras
        may leave it out, for what has strings, say.
      convertible: Whether loops are built as the converters to TFLite and ONNX need them, for
        `export.to_tflite` and `export.to_onnx` of its functions. `dynamic_decode` needs a limit
        as with `jit_compile`, which cannot be given too.
      name: Name of the module.

    Attributes:
      built: What `build` returned.
      graph: The graph, to look up tensors and collections in.

    Raises:
      RuntimeError: If TF1 behaviour is on, where there is no eager mode.
      ValueError: For a variable that is shared and has another shape or type, or if both
        `jit_compile` and `convertible` are given.

    Example:
      >>> tf1 = tf.compat.v1
      >>> def build():
      ...   x = tf1.placeholder(tf.float32, [None, 2], name='x')
      ...   w = tf1.get_variable('w', [2, 1], initializer=tf1.ones_initializer())
      ...   return {'x': x, 'loss': tf.reduce_sum(x @ w)}
      >>> model = seq2seq.GraphModel(build)
      >>> loss = model.function([model.built['x']], model.built['loss'])
      >>> with tf.GradientTape() as tape:
      ...   value = loss(tf.constant([[1.0, 2.0]]))
      >>> tape.gradient(value, model.variables)[0].numpy().tolist()
      [[1.0], [2.0]]
      >>> [v.name for v in model.trainable_variables]
      ['w:0']
    """

    _TF_MODULE_IGNORED_PROPERTIES = tf.Module._TF_MODULE_IGNORED_PROPERTIES | {'_source'}

    def __init__(
        self,
        build: Callable[[], Nest],
        *,
        share: GraphModel | None = None,
        jit_compile: bool = False,
        convertible: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not tf1.executing_eagerly_outside_functions():
            raise RuntimeError(
                'GraphModel is for TensorFlow 2, but TF1 behaviour is on: leave out '
                'tf.compat.v1.disable_eager_execution() and the like, or '
                'give tf_seq2seq_compat.install(tf1_behavior=False, tf1_names=True).'
            )
        self._jit_compile = jit_compile
        if jit_compile and convertible:
            raise ValueError(
                'jit_compile and convertible build loops in two ways: make two models, one with '
                'share=the other.'
            )
        self._source = source = ModelGraph(build, jit_compile, convertible)
        known: dict[str, tf.Variable] = {} if share is None else dict(share._by_name)
        values = source.initial_values({*source.variables} - known.keys())
        # By names, so that tf.train.Checkpoint finds them again.
        self._by_name: dict[str, tf.Variable] = {
            name: known[name] if name in known else _eager_variable(name, variable, values[name])
            for name, variable in source.variables.items()
        }
        for name, variable in source.variables.items():
            own = self._by_name[name]
            if own.dtype != variable.dtype.base_dtype or not variable.shape.is_compatible_with(
                own.shape
            ):
                raise ValueError(
                    f'share has the variable {name} as {own.dtype.name} {own.shape}, but the model '
                    f'as {variable.dtype.base_dtype.name} {variable.shape}.'
                )
        self._resources: dict[str, GraphResource] = {}
        for name in source.resources:
            self._resources[name] = GraphResource(source, name, self._resources)
            self._resources[name].begin()

    @classmethod
    def from_program(
        cls,
        path: PathLike,
        expression: str | None = None,
        arguments: Sequence[str] = (),
        *,
        share: GraphModel | None = None,
        jit_compile: bool = False,
        convertible: bool = False,
        name: str | None = None,
        options: RunOptions = DEFAULT,
    ) -> GraphModel:
        """The model of a script, also of one that builds and trains when it is run.

        The script is run as by `tf-seq2seq-compat run`, up to where it opens a session: the session
        and the training in it are not entered.

        Args:
          path: The script.
          expression: What of it is the model, in Python: a function or a class, which is called
            without arguments, a call such as `"Model(config)"`, or an object. What stands below
            `if __name__ == '__main__'` is not run then. None: all that the script has built, run
            as itself; `built` has its names, those of the functions that it was in included.
          arguments: The command line of the script.
          share: As for `GraphModel`.
          jit_compile: As for `GraphModel`.
          convertible: As for `GraphModel`.
          name: As for `GraphModel`.
          options: How the script is run.

        Returns:
          A `GraphModel`.

        Raises:
          ValueError: If the expression cannot be evaluated where the script opens a session.
          runner.CannotRun: If there is no such script.
        """
        from tf_seq2seq_compat.graph_model import program

        return cls(
            lambda: program.build(path, expression, arguments, options),
            share=share,
            jit_compile=jit_compile,
            convertible=convertible,
            name=name,
        )

    @property
    def built(self) -> Nest:
        """What `build` returned."""
        return self._source.built

    @property
    def graph(self) -> tf.Graph:
        """The graph in which the model was built."""
        return self._source.graph

    @property
    def variables(self) -> tuple[tf.Variable, ...]:
        """All variables, in the order in which the graph made them."""
        return tuple(self._by_name.values())

    @property
    def trainable_variables(self) -> tuple[tf.Variable, ...]:
        """Those that an optimizer trains, in the same order."""
        return tuple(variable for variable in self.variables if variable.trainable)

    def collection(self, key: str) -> list[tf.Variable]:
        """The variables in a collection of the graph, such as `'moving_average_variables'`."""
        names = [one.op.name for one in self.graph.get_collection(key) if hasattr(one, 'op')]
        return [self._by_name[name] for name in names if name in self._by_name]

    def limits(self) -> list[Limit]:
        """What of the graph cannot be in a function, or not in every process, and why.

        Returns:
          A list of the operation's `operation` (name), `reason` and `line` of the program.
        """
        return list(limits(self))

    def summary(self) -> str:
        """The placeholders, variables and training operations, what `built` names, the limits."""
        return summary(self)

    # -- functions ----------------------------------------------------------------------------

    def function(
        self, feeds: Nest, fetches: Nest, *, jit_compile: bool | None = None
    ) -> Callable[..., Nest]:
        """The part of the graph between some tensors and others, as a `tf.function`.

        It is traced once: shapes that a placeholder leaves open stay open.

        Args:
          feeds: What is given in place of the graph's own: a nest of tensors (placeholders, mostly)
            or their names. The elements of a list or tuple become the arguments of the function;
            anything else is its one argument.
          fetches: What the function returns: a nest of tensors, variables, operations or names. An
            operation is run, and gives None.
          jit_compile: As for `tf.function`; by default as given to `GraphModel`. To compile loops
            that has to be True.

        Returns:
          A `tf.function`, from a nest as `feeds` to one as `fetches`, which can be differentiated
          with respect to its arguments and the model's variables. An operation with a custom
          gradient that reads other tensors (a loop with `jit_compile=True`, say) cannot be, from
          outside: fetch what `tf.gradients` gives in the graph.

        Raises:
          ValueError: If the graph has no such element, a placeholder is neither fed nor has a
            default, an operation needs a Session (queues), with the line that made it, or loops
            that were not built for XLA are to be compiled.
        """
        if jit_compile is None:
            jit_compile = self._jit_compile
        arguments = list(feeds) if _is_arguments(feeds) else [feeds]
        feeds = self._source.tensors(arguments)
        elements = self._source.elements(fetches)
        flat_feeds = tf.nest.flatten(feeds, expand_composites=True)
        flat_fetches = tf.nest.flatten(elements, expand_composites=True)
        part = self._source.part(flat_feeds, flat_fetches)
        if jit_compile and not self._jit_compile and part.has_loops():
            raise ValueError(
                'jit_compile: XLA cannot compile the loops of this graph, whose arrays grow with '
                'each step. Build it for XLA, by GraphModel(build, jit_compile=True).'
            )
        variables = [(n, self._by_name[n]) for n in part.sources if n in self._by_name]
        trained = [(n, variable) for n, variable in variables if variable.trainable]
        resources = [(n, self._resources[n]) for n in part.sources if n in self._resources]
        names = [name for name, _ in trained]
        gradient = gradient_of(self._source, part, flat_feeds, flat_fetches, names)
        if gradient is not None:
            part = gradient.part

        def call(*given: Nest) -> Nest:
            values = tf.nest.flatten(list(given), expand_composites=True)
            by_name = {one.name: value for one, value in zip(flat_feeds, values, strict=True)}
            by_name.update((f'{name}:0', _handle(variable)) for name, variable in variables)
            by_name.update((f'{name}:0', one.resource_handle) for name, one in resources)
            outputs = part.imported(by_name)
            for _, variable in variables:
                # Tapes, and those who save the function, see what is read from Python alone.
                tf.convert_to_tensor(variable)
            if gradient is not None:
                outputs = gradient.tied(outputs, by_name, [variable for _, variable in trained])
            return tf.nest.pack_sequence_as(elements, outputs, expand_composites=True)

        signature = tf.nest.map_structure(_specification, feeds)
        function = tf.function(
            call,
            input_signature=signature,
            jit_compile=jit_compile,
            autograph=False,
        )
        if any(isinstance(v, tf.distribute.DistributedValues) for _, v in variables):
            return function  # Each replica traces it, with variables of its own.
        return called_directly(function)  # It is traced now, and never again.

    def session(self) -> GraphSession:
        """An object with `run(fetches, feed_dict)`, for code that wants a `tf.Session`."""
        return GraphSession(self)

    def keras_layer(self, feeds: Nest, fetches: Nest, keras: types.ModuleType | None = None) -> Any:
        """The part of the graph between some tensors and others, as a layer of Keras.

        The layer has all variables of the model, which `fit` trains and `save_weights` writes.

        Args:
          feeds: What the layer is called with: a tensor, or a nest of tensors or names.
          fetches: What it returns, likewise.
          keras: Which Keras: the modules `keras` or `tf_keras`; that of `tf.keras` by default.

        Returns:
          A `keras.layers.Layer`.
        """
        library = (keras or tf.keras).__name__.partition('.')[0]
        layers = importlib.import_module(library).layers
        function = self.function([feeds], fetches)

        class GraphLayer(layers.Layer):  # type: ignore[name-defined]
            """Calls a function of a `GraphModel`."""

            def __init__(self, model: GraphModel, **kwargs: object) -> None:
                super().__init__(**kwargs)
                self.model = model  # Keras 2 looks here for what to train, ...
                self.variables_of_model = held(model, library)  # Keras 3 here; and both to save.

            def call(self, inputs: Nest) -> Nest:
                return function(inputs)

        return GraphLayer(self, name=self.name)

    # -- checkpoints --------------------------------------------------------------------------

    def restore(self, path: PathLike) -> None:
        """Reads all variables from a TF1 checkpoint, slots of optimizers included.

        Args:
          path: Its prefix, such as `model.ckpt-1000`.

        Raises:
          CheckpointError: If it lacks a variable or has another shape for one; nothing is changed.
        """
        path = os.fspath(path)
        try:
            held = tf.train.load_checkpoint(path).get_variable_to_shape_map()
        except (tf.errors.OpError, ValueError) as error:
            raise CheckpointError(f'{path} is no checkpoint that can be read: {error}') from error
        saver = self._source.saver()
        wrong = []
        for name, shape in self._source.saved_shapes().items():
            if name not in held:
                wrong.append(f'{name} is not in it')
            elif not shape.is_compatible_with(held[name]):
                wrong.append(f'{name} has shape {held[name]} in it, but {shape} in the model')
        if wrong:
            raise CheckpointError(f'{path} does not fit the model:\n  ' + '\n  '.join(wrong))
        file_name, operation = saver.filename_tensor_name, saver.restore_op_name
        self.function([file_name], operation, jit_compile=False)(tf.constant(path))

    def save(self, path: PathLike) -> str:
        """Writes all variables as a TF1 checkpoint, which `tf.train.Saver` of TF1 restores.

        One of this name is replaced, as by `tf.train.Saver`.

        Args:
          path: Its prefix, such as `model.ckpt`.

        Returns:
          `path` as a string.

        Raises:
          CheckpointError: If there is no folder for it.
        """
        saver, path = self._source.saver(), os.fspath(path)
        folder = os.path.dirname(path) or '.'
        if not tf.io.gfile.isdir(folder):
            raise CheckpointError(f'there is no folder {folder}: make it first.')
        written = [saver.filename_tensor_name], saver.save_tensor_name
        self.function(*written, jit_compile=False)(tf.constant(path))
        return path


def _eager_variable(name: str, variable: tf.Variable, value: np.ndarray | None) -> tf.Variable:
    dtype = variable.dtype.base_dtype
    if value is None:  # until an operation of the program initializes it
        value = np.zeros([size or 0 for size in variable.shape.as_list()], dtype.as_numpy_dtype)
    return tf.Variable(
        value, trainable=variable.trainable, name=name, dtype=dtype, shape=variable.shape
    )


def _handle(variable: tf.Variable) -> tf.Tensor:
    """The variable's resource, of that on the default device where no replica asks."""
    distributed = isinstance(variable, tf.distribute.DistributedValues)
    if distributed and tf.distribute.in_cross_replica_context():
        variable = tf.distribute.get_strategy().experimental_local_results(variable)[0]
    return variable.handle


def _specification(feed: Any) -> tf.TypeSpec:
    if not isinstance(feed, tf.Tensor | tf1.Tensor):
        return tf.type_spec_from_value(feed)
    name, _, number = feed.name.replace('/', '_').partition(':')
    return tf.TensorSpec(feed.shape, feed.dtype, name if number == '0' else f'{name}_{number}')


def _is_arguments(feeds: Nest) -> bool:
    return isinstance(feeds, list | tuple) and not hasattr(feeds, '_fields')
