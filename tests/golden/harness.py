"""Registers golden cases and runs them: inputs, variables, outputs and gradients are all fixed.

A case is a function `name(tf, **inputs)` written against the TF1 API alone; it makes no Session and
no placeholder that must be fed, and returns a nest of tensors and TensorArrays. `run_in_graph` runs
it the TF1 way. This module needs NumPy only and works on Python 3.7 with NumPy 1.18, because the
TensorFlow that gives the expected values needs them.
"""

import hashlib
import io
import json
import os
import zipfile
import zlib

import numpy as np

CASES = {}


class Case:
    """One registered case; see `case` for the meaning of its fields."""

    def __init__(self, name, function, inputs, gradients, one_step, keep_initializers):
        self.name = name
        self.function = function
        self.inputs = inputs
        self.gradients = gradients
        self.one_step = one_step
        self.keep_initializers = keep_initializers


def case(name=None, gradients=True, one_step=False, keep_initializers=False, **inputs):
    """Registers the decorated function as a golden case.

    Args:
      name: Name of the case; the function's by default.
      gradients: Whether gradients are taken, with respect to each trainable variable and each input
        of a floating type.
      one_step: Whether it computes one step only, so that it is compared more tightly.
      keep_initializers: Whether variables keep the initial values that the program gives them,
        which are then recorded; else each has the value `array` gives for its name.
      **inputs: What the function gets as tensors: `normal(...)`, `integers(...)`, or a list.
    """

    def register(function):
        key = name or function.__name__
        if key in CASES:
            raise ValueError('two golden cases have the name {!r}'.format(key))
        arrays = {}
        for argument, value in inputs.items():
            made = value('{}/{}'.format(key, argument)) if callable(value) else np.array(value)
            arrays[argument] = made.astype(np.int32) if made.dtype == np.int64 else made
        CASES[key] = Case(key, function, arrays, gradients, one_step, keep_initializers)
        return function

    return register


# -- fixed numbers --------------------------------------------------------------------------------


def _bits(key, count):
    """`count` integers below 2**20, from a 64-bit linear congruential generator seeded by `key`."""
    state = zlib.crc32(key.encode()) * 2654435761 + 1
    numbers = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers.append(state >> 44)
    return np.array(numbers, dtype=np.int64)


def array(key, shape, scale=1.0, dtype='float32'):
    """Numbers in [-scale, scale) that depend on `key` and the shape; exact in every floating type.

    They are multiples of a power of two times `scale`, so no rounding differs between machines.
    """
    count = int(np.prod(shape, dtype=np.int64))
    whole = _bits('{} {}'.format(key, list(shape)), count).reshape(shape)
    return ((whole // 256 - 2048) * (scale / 2048.0)).astype(dtype)


def normal(*shape, **options):
    """An input of these sizes with values in [-1, 1); options `scale` and `dtype`."""
    return lambda key: array(key, shape, **options)


def integers(high, *shape):
    """An input of these sizes with values 0 ... high-1."""
    return lambda key: (_bits(key, int(np.prod(shape))) % high).astype(np.int32).reshape(shape)


def variable_value(name, shape, dtype):
    """The value that the variable of this name and shape has in every case."""
    return array('variable ' + name, shape, 0.625, dtype)


def loss_weights(path, shape, dtype):
    """What an output is multiplied with before all are summed to the differentiated scalar."""
    return array('weight ' + path, shape, 1.0, dtype)


# -- nests ----------------------------------------------------------------------------------------


def _children(nest):
    """(name, child) pairs of a nest's node, or None for a leaf."""
    if isinstance(nest, dict):
        return [(str(key), nest[key]) for key in sorted(nest)]
    if hasattr(nest, '_fields'):
        return [(field, getattr(nest, field)) for field in nest._fields]
    if isinstance(nest, (list, tuple)):
        return [(str(index), child) for index, child in enumerate(nest)]
    return None


def flatten(nest, path=''):
    """[(path, tensor)] of a nest; a TensorArray is stacked, None is left out."""
    if nest is None:
        return []
    children = _children(nest)
    if children is None:
        return [(path or 'value', nest.stack() if hasattr(nest, 'stack') else nest)]
    leaves = []
    for name, child in children:
        leaves += flatten(child, '{}/{}'.format(path, name) if path else name)
    return leaves


def structure(nest):
    """The nest's structure as text, with the names of its namedtuples; a leaf is `*`."""
    children = _children(nest)
    if children is None:
        return 'None' if nest is None else 'TensorArray' if hasattr(nest, 'stack') else '*'
    if hasattr(nest, '_fields'):
        kind = type(nest).__name__
    else:
        kind = 'dict' if isinstance(nest, dict) else 'list' if isinstance(nest, list) else 'tuple'
    named = kind == 'dict' or hasattr(nest, '_fields')
    parts = [(name + '=' if named else '') + structure(child) for name, child in children]
    return '{}({})'.format(kind, ', '.join(parts))


# -- variables ------------------------------------------------------------------------------------


class Variables:
    """The variables of one run of a case, by their full names.

    Args:
      tf: The TF1-like namespace that the case is given.
      keep_initializers: As for `case`.
      graph_mode: Whether a TF1 graph is built, which keeps its variables itself. Else they are made
        once, outside any function being traced, and found again here by name.
      lifted: Whether TensorFlow sees them made in a function, and traces it again therefore.
    """

    def __init__(self, tf, keep_initializers=False, graph_mode=True, lifted=True):
        self._tf = tf
        self._lifted = lifted
        self._keep_initializers = keep_initializers
        self._graph_mode = graph_mode
        self.by_name = {}

    def scope(self):
        """The variable scope to run the case in; it leaves the counters of scope names as found."""
        tf = self._tf
        return tf.variable_scope(tf.get_variable_scope(), custom_getter=self._get)

    def parts(self):
        """The variables by their names, partitioned ones as their parts."""
        every = {}
        for name, variable in self.by_name.items():
            parts = list(variable) if hasattr(variable, 'as_tensor') else None
            every.update({part.name[:-2]: part for part in parts} if parts else {name: variable})
        return every

    def _get(self, getter, name, *args, **kwargs):
        if not self._graph_mode and name in self.by_name:
            return self.by_name[name]
        if not self._keep_initializers:
            kwargs['initializer'] = self._fixed_initializer(name, kwargs.get('initializer'))
        if self._graph_mode:
            return getter(name, *args, **kwargs)
        kwargs['reuse'] = None
        with self._tf.init_scope(), self._tf.variable_creator_scope(self._make):
            self.by_name[name] = getter(name, *args, **kwargs)
        return self.by_name[name]

    def _make(self, make, **kwargs):
        return make(**dict(kwargs, experimental_enable_variable_lifting=self._lifted))

    def _fixed_initializer(self, name, given):
        if given is not None and not callable(given):
            dtype = np.dtype(getattr(given, 'dtype', np.asarray(given).dtype)).name
            return variable_value(name, np.shape(given), dtype)

        def initializer(shape, dtype=None, partition_info=None):
            sizes = [int(size) for size in shape]
            dtype = self._tf.as_dtype(dtype or self._tf.float32).base_dtype
            if partition_info is None:
                return self._tf.constant(variable_value(name, sizes, dtype.name), dtype)
            whole = variable_value(name, partition_info.full_shape, dtype.name)
            starts = partition_info.var_offset
            part = tuple(slice(start, start + sizes[axis]) for axis, start in enumerate(starts))
            return self._tf.constant(whole[part], dtype)

        return initializer


# -- running --------------------------------------------------------------------------------------


class Result:
    """What one run of a case gave.

    Args:
      arrays: NumPy arrays by name: `output/<path>`, `gradient/variable/<name>`,
        `gradient/input/<name>`, and `initial/<name>` where initial values are recorded.
      facts: `structure` of the returned nest; `variables` as [name, shape, dtype, trainable] in the
        order of `tf.global_variables()`, and the names of `tf.trainable_variables()` in its order;
        `without_gradient`; `inputs`, see `input_facts`; `static_shapes` of the outputs while the
        graph was built.
    """

    def __init__(self, arrays, facts):
        self.arrays = arrays
        self.facts = facts


def is_float(dtype):
    return np.issubdtype(np.dtype(dtype), np.floating)


def variable_facts(variables):
    """[[name, shape, dtype, trainable]] in the order given."""
    rows = []
    for variable in variables:
        name = variable.name[:-2] if variable.name.endswith(':0') else variable.name
        dtype = variable.dtype.base_dtype.name
        rows.append([name, variable.shape.as_list(), dtype, bool(variable.trainable)])
    return rows


def input_facts(one):
    """Checksums of the inputs: they must be the same numbers on each machine."""
    checksums = {}
    for key, value in one.inputs.items():
        checksums[key] = hashlib.sha256(value.tobytes()).hexdigest()[:16]
    return checksums


def _static_shape(tensor):
    return None if tensor.shape.ndims is None else tensor.shape.as_list()


def run_in_graph(one, tf):
    """Runs a case in a fresh graph and Session.

    Args:
      one: The `Case`.
      tf: TensorFlow 1.15, or a namespace that is used like it.

    Returns:
      A `Result`.
    """
    with tf.Graph().as_default() as graph:
        tensors = {key: tf.constant(value, name=key) for key, value in one.inputs.items()}
        with Variables(tf, one.keep_initializers).scope():
            nest = one.function(tf, **tensors)
        leaves = flatten(nest)
        facts = {
            'structure': structure(nest),
            'static_shapes': {path: _static_shape(leaf) for path, leaf in leaves},
            'variables': variable_facts(tf.global_variables()),
            'trainable_variables': [row[0] for row in variable_facts(tf.trainable_variables())],
            'without_gradient': [],
            'inputs': input_facts(one),
        }
        fetches = {'output/' + path: leaf for path, leaf in leaves}
        if one.keep_initializers:
            for variable in tf.global_variables():
                fetches['initial/' + variable.op.name] = variable
        # A first run gives the shapes. The second is in a Session of its own, so that random ops
        # begin again.
        values = run(tf, graph, fetches)
        if one.gradients:
            found = _gradients(one, tf, leaves, tensors, values)
            facts['without_gradient'] = sorted(key for key in found if found[key] is None)
            fetches.update((key, value) for key, value in found.items() if value is not None)
            values = run(tf, graph, fetches)
    return Result({key: np.asarray(value) for key, value in values.items()}, facts)


def run(tf, graph, fetches):
    """The values of `fetches` in a new Session, the variables as they begin."""
    config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Session(graph=graph, config=config) as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches)


def _gradients(one, tf, leaves, tensors, values):
    """Gradient tensors by name, None where there is none."""
    terms = []
    for path, leaf in leaves:
        if leaf.dtype.is_floating:
            value = values['output/' + path]
            weights = loss_weights(path, value.shape, value.dtype.name)
            terms.append(tf.cast(tf.reduce_sum(leaf * weights), tf.float64))
    names = ['gradient/variable/' + v.op.name for v in tf.trainable_variables()]
    sources = list(tf.trainable_variables())
    for key in sorted(one.inputs):
        if is_float(one.inputs[key].dtype):
            names.append('gradient/input/' + key)
            sources.append(tensors[key])
    found = tf.gradients(tf.add_n(terms), sources) if sources else []
    dense = [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in found]
    return dict(zip(names, dense))  # noqa: B905 (Python 3.7)


def joined(result):
    """A result in which the parts of a partitioned variable are one variable again."""
    arrays, parts, rows = {}, {}, {}
    for key, value in sorted(result.arrays.items(), key=lambda item: _part(item[0])):
        parts.setdefault(_part(key)[0], []).append(value)
    for key, values in parts.items():
        arrays[key] = values[0] if len(values) == 1 else np.concatenate(values)
    for name, shape, dtype, trainable in result.facts['variables']:
        whole, number = _part(name)
        size = rows[whole][1][0] if whole in rows else 0
        shape = shape if number is None else [size + shape[0]] + shape[1:]
        rows[whole] = [whole, shape, dtype, trainable]
    facts = dict(result.facts, variables=list(rows.values()))
    for key in ('trainable_variables', 'without_gradient'):
        facts[key] = list(dict.fromkeys(_part(name)[0] for name in facts.get(key, [])))
    return Result(arrays, facts)


def _part(name):
    """The name of the variable, and which of its parts this is; None for a whole one."""
    head, _, last = name.rpartition('/')
    return (head, int(last[5:])) if last.startswith('part_') else (name, None)


# -- files ----------------------------------------------------------------------------------------


def save(result, path):
    """Writes a result as a `.npz` file whose bytes depend on the result alone."""
    members = dict(result.arrays)
    members['facts'] = np.frombuffer(
        json.dumps(result.facts, sort_keys=True).encode(), dtype=np.uint8
    )
    part = path + '.part'
    with zipfile.ZipFile(part, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(members[name], order='C'), version=(1, 0))
            info = zipfile.ZipInfo(name + '.npy', date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content.getvalue())
    os.replace(part, path)


def load(path):
    """Reads what `save` wrote."""
    with np.load(path) as members:
        arrays = {name: members[name] for name in members.files}
    return Result(arrays, json.loads(arrays.pop('facts').tobytes().decode()))


def digest(result):
    """SHA-256 of a result's contents, whatever the file format does with them."""
    content = hashlib.sha256(json.dumps(result.facts, sort_keys=True).encode())
    for name in sorted(result.arrays):
        value = np.ascontiguousarray(result.arrays[name])
        content.update('{} {} {}\n'.format(name, value.dtype.str, value.shape).encode())
        content.update(value.tobytes())
    return content.hexdigest()
