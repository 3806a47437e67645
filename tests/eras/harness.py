"""Golden cases that several versions of TensorFlow 1 run: `case('1.0-1.1')` names the versions.

As in `tests/golden/harness.py`, of which this takes the numbers: a case is `name(tf, **inputs)` and
returns a nest of tensors, and each variable has the value that its name and shape give. Works on
Python 3.6, and on TensorFlow from 0.12 on.
"""

import numpy as np

from ..golden import harness

CASES = {}
VERSIONS = ['0.12', '1.0', '1.1', '1.2', '1.3', '1.4']


def case(versions='0.12-1.4', gradients=True, **inputs):
    """Registers the decorated function.

    Args:
      versions: Spans of a first and a last version, or of one.
      gradients: Whether the gradients of the variables are recorded, too.
      **inputs: As for `golden.harness.case`.
    """
    having = []
    for span in versions.split():
        first, _, last = span.partition('-')
        having += VERSIONS[VERSIONS.index(first) : VERSIONS.index(last or first) + 1]

    def register(function):
        harness.case(name='eras.' + function.__name__, gradients=gradients, **inputs)(function)
        one = harness.CASES.pop('eras.' + function.__name__)
        one.versions = having
        CASES[function.__name__] = one
        return function

    return register


def of_version(version):
    """The cases that a version runs."""
    return [name for name in sorted(CASES) if version in CASES[name].versions]


class Variables(harness.Variables):
    """Knows initial values that are tensors, too."""

    def _fixed_initializer(self, name, given):
        if given is not None and not callable(given):
            shape = given.get_shape().as_list() if hasattr(given, 'get_shape') else np.shape(given)
            return harness.variable_value(name, shape, 'float32')
        return super()._fixed_initializer(name, given)

    def _get(self, getter, name, *args, **kwargs):
        if self._of_optimizer(name):
            return getter(name, *args, **kwargs)
        return super()._get(getter, name, *args, **kwargs)

    def _of_optimizer(self, name):
        """Whether it is made for a variable that is there: `a/Adam` of `a`."""
        there = {each.op.name for each in _variables(self._tf)}
        return any(name.startswith(each + '/') for each in there)


def run(one, tf):
    """Runs a case in a fresh graph.

    Args:
      one: The case.
      tf: The TensorFlow.

    Returns:
      Arrays by name: `output/<path>`, `gradient/<variable>`, `shape/<variable>`, and `structure`,
      that of what it returns, with the names of its tuples.
    """
    with tf.Graph().as_default() as graph:
        tensors = {key: tf.constant(value, name=key) for key, value in one.inputs.items()}
        with Variables(tf).scope():
            nest = one.function(tf, **tensors)
        leaves = harness.flatten(nest)
        variables = _variables(tf)
        start = tf.global_variables_initializer()
        fetches = {'output/' + path: leaf for path, leaf in leaves}
        with tf.Session(graph=graph) as session:
            session.run(start)
            values = session.run(fetches)
            if one.gradients:
                values.update(session.run(_gradients(tf, leaves, values)))
        for variable in variables:
            shape = variable.get_shape().as_list()
            values['shape/' + variable.op.name] = np.array(shape, np.int64)
        values['structure'] = harness.structure(nest)
    return {key: np.asarray(value) for key, value in values.items()}


def _variables(tf):
    return getattr(tf, 'global_variables', getattr(tf, 'all_variables', None))()


def _gradients(tf, leaves, values):
    terms = []
    for path, leaf in leaves:
        if leaf.dtype.is_floating:
            weights = harness.loss_weights(path, values['output/' + path].shape, 'float32')
            terms.append(tf.reduce_sum(tf.cast(leaf, tf.float32) * weights))
    variables = tf.trainable_variables()
    found = zip(variables, tf.gradients(tf.add_n(terms), variables))  # noqa: B905 (Python 3.6)
    return {
        'gradient/' + variable.op.name: tf.convert_to_tensor(gradient)
        for variable, gradient in found
        if gradient is not None
    }
