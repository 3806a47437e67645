# ruff: noqa: UP032
"""Records what objects of tf.contrib.seq2seq, tf.nn.rnn_cell and tf.contrib.rnn can be asked for.

Of one object of each class, before and after its first call: the attributes with their values where
these are plain, the arguments of the methods, and what copies and pickles of it are. Of each class
and function: the arguments that `inspect` sees. Besides, what the methods of TF1's layers give.

A TF1 program: TF 1.15.5 runs it to write attributes_golden.json, the runner runs it to be compared.

python attributes_golden.py                (in the TF 1.15.5 environment: writes the JSON here)
python attributes_golden.py --check        (compares with it)
python attributes_golden.py --out FILE     (writes what is found to FILE)
"""

import copy
import functools
import inspect
import json
import os
import pickle
import sys

import numpy as np
import tensorflow as tf
from tensorflow.contrib.rnn.python.ops import rnn_cell as inside

HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(HERE, 'attributes_golden.json')

seq2seq = tf.contrib.seq2seq
rnn = tf.contrib.rnn
HOMES = {
    'tf.contrib.seq2seq': seq2seq,
    'tf.nn.rnn_cell': tf.nn.rnn_cell,
    'tf.contrib.rnn': rnn,
    'tensorflow.contrib.rnn.python.ops.rnn_cell': inside,
}


# -- the objects ----------------------------------------------------------------------------------


class Own(rnn.RNNCell):
    def __init__(self, num_units, **kwargs):
        super().__init__(**kwargs)
        self._num_units = num_units

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        kernel = tf.get_variable('kernel', [3, self._num_units])
        return state, tf.matmul(inputs, kernel)


class Fused(rnn.FusedRNNCell):
    def __call__(
        self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None
    ):  # fmt: skip
        return inputs, inputs[-1]


class OwnMechanism(seq2seq.AttentionMechanism):
    alignments_size = state_size = 3


def gru(units=4, **arguments):
    return rnn.GRUCell(units, **arguments)


def memory():
    return tf.ones([2, 3, 5])


def attention(kind, **arguments):
    return getattr(seq2seq, kind)(4, memory(), [3, 2], **arguments)


def take_step(cell, depth=3):
    cell(tf.ones([2, depth]), cell.zero_state(2, tf.float32))


def look_up(cell):
    cell(tf.constant([1, 0]), cell.zero_state(2, tf.float32))


def attend(mechanism):
    mechanism(tf.ones([2, 4]), mechanism.initial_state(2, tf.float32))


def run_fused(cell, depth=3):
    cell(tf.ones([5, 2, depth]), dtype=tf.float32)


def decode(decoder):
    seq2seq.dynamic_decode(decoder, maximum_iterations=3)


def help_out(helper):
    helper.initialize()
    outputs = tf.ones([2, 4])
    ids = helper.sample(time=tf.constant(0), outputs=outputs, state=outputs)
    helper.next_inputs(time=tf.constant(0), outputs=outputs, state=outputs, sample_ids=ids)


def sequences():
    return tf.ones([2, 5, 4]), tf.constant([5, 3])


def embedding():
    return tf.get_variable('embedding', [4, 3])


def wrapped(**arguments):
    return seq2seq.AttentionWrapper(gru(), attention('LuongAttention'), **arguments)


def two_mechanisms():
    mechanisms = [attention('LuongAttention'), attention('BahdanauAttention')]
    return seq2seq.AttentionWrapper(
        gru(), mechanisms, [3, 2], alignment_history=True, output_attention=False, name='two'
    )


def basic_decoder(**arguments):
    cell = gru()
    helper = seq2seq.GreedyEmbeddingHelper(embedding(), tf.constant([1, 1]), 2)
    return seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), **arguments)


def beam_decoder(**arguments):
    cell = gru()
    state = cell.zero_state(4, tf.float32)
    return seq2seq.BeamSearchDecoder(
        cell, embedding(), tf.constant([1, 1]), 2, state, beam_width=2, **arguments
    )


def custom_helper():
    return seq2seq.CustomHelper(
        lambda: (tf.constant([False, False]), tf.ones([2, 3])),
        lambda time, outputs, state: tf.constant([1, 1]),
        lambda time, outputs, state, sample_ids: (tf.constant([True, True]), outputs, state),
    )


def placeholder_dropout():
    return rnn.DropoutWrapper(gru(), output_keep_prob=tf.placeholder(tf.float32, []))


def variational_dropout(cell=None):
    return rnn.DropoutWrapper(
        cell or rnn.LSTMCell(4),
        0.5,
        0.9,
        0.8,
        variational_recurrent=True,
        input_size=3,
        dtype=tf.float32,
        seed=7,
    )


# Each object: how it is made, and how it is called.
OBJECTS = {
    'RNNCell': (lambda: rnn.RNNCell(), None),
    'LayerRNNCell': (lambda: rnn.LayerRNNCell(), None),
    'BasicRNNCell': (lambda: rnn.BasicRNNCell(4), take_step),
    'GRUCell': (gru, take_step),
    'GRUCell named': (
        lambda: gru(activation=tf.nn.relu, name='mine', dtype=tf.float32, trainable=False,
                    kernel_initializer=tf.ones_initializer()), take_step),
    'BasicLSTMCell': (lambda: rnn.BasicLSTMCell(4), take_step),
    'BasicLSTMCell flat': (lambda: rnn.BasicLSTMCell(4, 0.5, state_is_tuple=False), take_step),
    'LSTMCell': (lambda: rnn.LSTMCell(4), take_step),
    'LSTMCell projected': (
        lambda: rnn.LSTMCell(4, use_peepholes=True, cell_clip=2.0, num_proj=3, proj_clip=1.0,
                             num_unit_shards=2, num_proj_shards=2, activation='relu'), take_step),
    'LSTMCell flat': (lambda: rnn.LSTMCell(4, state_is_tuple=False, reuse=False), take_step),
    'MultiRNNCell': (lambda: rnn.MultiRNNCell([gru(), rnn.LSTMCell(3)]), take_step),
    'MultiRNNCell flat': (
        lambda: rnn.MultiRNNCell([gru(), gru(2)], state_is_tuple=False), take_step),
    'DropoutWrapper': (lambda: rnn.DropoutWrapper(gru(), output_keep_prob=0.5), take_step),
    'DropoutWrapper placeholder': (placeholder_dropout, take_step),
    'DropoutWrapper variational': (variational_dropout, take_step),
    'ResidualWrapper': (lambda: rnn.ResidualWrapper(gru()), lambda cell: take_step(cell, 4)),
    'DeviceWrapper': (lambda: rnn.DeviceWrapper(gru(), '/cpu:0'), take_step),
    'AttentionCellWrapper': (lambda: rnn.AttentionCellWrapper(gru(), 3), take_step),
    'AttentionCellWrapper flat': (
        lambda: rnn.AttentionCellWrapper(gru(), 3, 2, 5, 6, state_is_tuple=False), take_step),
    'CompiledWrapper': (lambda: rnn.CompiledWrapper(gru()), take_step),
    'EmbeddingWrapper': (lambda: rnn.EmbeddingWrapper(gru(), 10, 3), look_up),
    'HighwayWrapper': (lambda: rnn.HighwayWrapper(gru()), lambda cell: take_step(cell, 4)),
    'InputProjectionWrapper': (lambda: rnn.InputProjectionWrapper(gru(), 6), take_step),
    'OutputProjectionWrapper': (lambda: rnn.OutputProjectionWrapper(gru(), 6), take_step),
    'CoupledInputForgetGateLSTMCell': (
        lambda: rnn.CoupledInputForgetGateLSTMCell(
            4, use_peepholes=True, num_proj=3, num_unit_shards=2), take_step),
    'CoupledInputForgetGateLSTMCell normalized': (
        lambda: rnn.CoupledInputForgetGateLSTMCell(
            4, state_is_tuple=False, layer_norm=True), take_step),
    'LayerNormBasicLSTMCell': (
        lambda: rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.5), take_step),
    'NASCell': (lambda: rnn.NASCell(4, num_proj=3, use_bias=True), take_step),
    'UGRNNCell': (lambda: rnn.UGRNNCell(4), take_step),
    'LSTMBlockCell': (lambda: rnn.LSTMBlockCell(4, use_peephole=True), take_step),
    'GRUBlockCell': (lambda: rnn.GRUBlockCell(4), take_step),
    'GRUBlockCellV2': (lambda: rnn.GRUBlockCellV2(4), take_step),
    'LSTMBlockFusedCell': (lambda: rnn.LSTMBlockFusedCell(4, use_peephole=True), run_fused),
    'FusedRNNCellAdaptor': (lambda: rnn.FusedRNNCellAdaptor(gru(), True), run_fused),
    'TimeReversedFusedRNN': (lambda: rnn.TimeReversedFusedRNN(Fused()), run_fused),
    'BidirectionalGridLSTMCell': (
        lambda: rnn.BidirectionalGridLSTMCell(
            4, feature_size=2, frequency_skip=1, num_frequency_blocks=[3]),
        lambda cell: take_step(cell, 4)),
    'GridLSTMCell': (
        lambda: rnn.GridLSTMCell(4, feature_size=2, frequency_skip=1, num_frequency_blocks=[3]),
        lambda cell: take_step(cell, 4)),
    'TimeFreqLSTMCell': (
        lambda: rnn.TimeFreqLSTMCell(4, feature_size=3, frequency_skip=1), take_step),
    'Conv1DLSTMCell': (
        lambda: rnn.Conv1DLSTMCell(input_shape=[6, 2], output_channels=3, kernel_shape=[3]),
        lambda cell: cell(tf.ones([2, 6, 2]), cell.zero_state(2, tf.float32))),
    'Conv2DLSTMCell': (
        lambda: rnn.Conv2DLSTMCell(input_shape=[4, 4, 2], output_channels=3, kernel_shape=[3, 3]),
        lambda cell: cell(tf.ones([2, 4, 4, 2]), cell.zero_state(2, tf.float32))),
    'Conv3DLSTMCell': (
        lambda: rnn.Conv3DLSTMCell(
            input_shape=[4, 4, 4, 2], output_channels=3, kernel_shape=[3, 3, 3]),
        lambda cell: cell(tf.ones([2, 4, 4, 4, 2]), cell.zero_state(2, tf.float32))),
    'ConvLSTMCell': (
        lambda: rnn.ConvLSTMCell(1, [6, 2], 3, [3]),
        lambda cell: cell(tf.ones([2, 6, 2]), cell.zero_state(2, tf.float32))),
    'GLSTMCell': (
        lambda: rnn.GLSTMCell(4, number_of_groups=2), lambda cell: take_step(cell, 4)),
    'IndRNNCell': (lambda: rnn.IndRNNCell(4), take_step),
    'IndyGRUCell': (lambda: rnn.IndyGRUCell(4), take_step),
    'IndyLSTMCell': (lambda: rnn.IndyLSTMCell(4), take_step),
    'IntersectionRNNCell': (
        lambda: rnn.IntersectionRNNCell(4), lambda cell: take_step(cell, 4)),
    'PhasedLSTMCell': (
        lambda: rnn.PhasedLSTMCell(4),
        lambda cell: cell((tf.ones([2, 1]), tf.ones([2, 3])), cell.zero_state(2, tf.float32))),
    'SRUCell': (lambda: rnn.SRUCell(4), take_step),
    'CFNCell': (lambda: inside.CFNCell(4), take_step),
    'MinimalRNNCell': (lambda: inside.MinimalRNNCell(4), take_step),
    'LayerNormLSTMCell': (
        lambda: inside.LayerNormLSTMCell(4, True, num_proj=3, layer_norm=True), take_step),
    'WeightNormLSTMCell': (lambda: inside.WeightNormLSTMCell(4, num_proj=3), take_step),
    'NTMCell': (lambda: inside.NTMCell(gru(), 5, 3, 2, 1), take_step),
    'GridRNNCell': (
        lambda: tf.contrib.grid_rnn.GridRNNCell(4, 3, 0, [0, 2], 1), take_step),
    'Grid2LSTMCell': (
        lambda: tf.contrib.grid_rnn.Grid2LSTMCell(
            4, tied=True, state_is_tuple=False, output_is_tuple=False), take_step),
    'Own': (lambda: Own(4), take_step),
    'OwnMechanism': (OwnMechanism, None),
    'BahdanauAttention': (lambda: attention('BahdanauAttention'), attend),
    'BahdanauAttention normalized': (
        lambda: attention('BahdanauAttention', normalize=True, name='mine'), attend),
    'LuongAttention': (lambda: attention('LuongAttention', scale=True), attend),
    'BahdanauMonotonicAttention': (lambda: attention('BahdanauMonotonicAttention'), attend),
    'LuongMonotonicAttention': (
        lambda: attention('LuongMonotonicAttention', mode='hard', score_bias_init=-1.0), attend),
    'AttentionWrapper': (wrapped, take_step),
    'AttentionWrapper layer': (lambda: wrapped(attention_layer_size=6), take_step),
    'AttentionWrapper two': (two_mechanisms, take_step),
    'AttentionWrapper initial': (
        lambda: wrapped(initial_cell_state=tf.ones([2, 4])), take_step),
    'AttentionWrapperState': (lambda: wrapped().zero_state(2, tf.float32), None),
    'LSTMStateTuple': (lambda: rnn.LSTMStateTuple(tf.ones([2, 4]), tf.ones([2, 4])), None),
    'BasicDecoder': (basic_decoder, decode),
    'BasicDecoder layer': (
        lambda: basic_decoder(output_layer=tf.layers.Dense(4, use_bias=False)), decode),
    'BasicDecoderOutput': (lambda: seq2seq.BasicDecoderOutput(tf.ones([2]), 3), None),
    'BeamSearchDecoder': (beam_decoder, decode),
    'BeamSearchDecoder penalized': (
        lambda: beam_decoder(length_penalty_weight=0.5, reorder_tensor_arrays=False), decode),
    'BeamSearchDecoderState': (lambda: beam_decoder().initialize()[2], None),
    'BeamSearchDecoderOutput': (lambda: seq2seq.BeamSearchDecoderOutput(1.0, 2, 3), None),
    'FinalBeamSearchDecoderOutput': (
        lambda: seq2seq.FinalBeamSearchDecoderOutput(tf.ones([2, 3, 4]), None), None),
    'TrainingHelper': (lambda: seq2seq.TrainingHelper(*sequences()), help_out),
    'TrainingHelper major': (
        lambda: seq2seq.TrainingHelper(
            tf.ones([5, 2, 3]), tf.constant([5, 3]), time_major=True, name='mine'), help_out),
    'GreedyEmbeddingHelper': (
        lambda: seq2seq.GreedyEmbeddingHelper(embedding(), tf.constant([1, 1]), 2), help_out),
    'SampleEmbeddingHelper': (
        lambda: seq2seq.SampleEmbeddingHelper(
            embedding(), tf.constant([1, 1]), 2, softmax_temperature=0.5, seed=3), help_out),
    'ScheduledEmbeddingTrainingHelper': (
        lambda: seq2seq.ScheduledEmbeddingTrainingHelper(
            sequences()[0], sequences()[1], lambda ids: tf.ones([2, 4]), 0.25, seed=1,
            scheduling_seed=2), help_out),
    'ScheduledOutputTrainingHelper': (
        lambda: seq2seq.ScheduledOutputTrainingHelper(
            sequences()[0], sequences()[1], 0.25, auxiliary_inputs=tf.ones([2, 5, 2]),
            next_inputs_fn=lambda outputs: outputs), help_out),
    'CustomHelper': (custom_helper, help_out),
    'InferenceHelper': (
        lambda: seq2seq.InferenceHelper(
            lambda outputs: outputs, [4], tf.float32, tf.ones([2, 4]),
            lambda ids: tf.constant([True, True])), help_out),
}  # fmt: skip


# -- what is recorded of a value, and of an object ------------------------------------------------


def kind_of(value):
    return type(value).__name__


def is_variable(value):
    return isinstance(value, tf.Variable)


def described(value):
    """The value where it is plain, else its kind and what of it is plain."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tf.DType):
        return {'dtype': value.name}
    if isinstance(value, tf.TensorShape):
        return {'TensorShape': value.as_list() if value.ndims is not None else None}
    if is_variable(value):
        return {'variable': [value.op.name, value.shape.as_list(), value.dtype.base_dtype.name]}
    if isinstance(value, tf.Tensor):
        shape = value.shape.as_list() if value.shape.ndims is not None else None
        return {'tensor': [shape, value.dtype.name]}
    if isinstance(value, tf.TensorArray):
        return {'TensorArray': value.dtype.name}
    if isinstance(value, tf.Graph):
        return {'graph': value is tf.get_default_graph()}
    if isinstance(value, tuple) and hasattr(value, '_fields'):
        return {kind_of(value): [described(part) for part in value]}
    if isinstance(value, (list, tuple)):
        kind = 'tuple' if isinstance(value, tuple) else 'list'
        return {kind: [described(part) for part in value]}
    if isinstance(value, dict) and list(value) == ['raises']:
        return value
    if isinstance(value, dict):
        return {'dict': {str(key): described(part) for key, part in value.items()}}
    if isinstance(value, type):
        return {'class': value.__name__}
    if inspect.isfunction(value) or inspect.isbuiltin(value):
        return {'function': value.__name__}
    return {'object': kind_of(value)}


def default_of(parameter):
    value = described(parameter.default)
    if isinstance(value, dict) and 'object' in value and isinstance(parameter.default, object):
        return str(getattr(parameter.default, 'name', value['object']))
    return value


def arguments_of(function):
    """[name, kind] or [name, kind, default] of each parameter, as `inspect.signature` has it."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        entry = [parameter.name, str(parameter.kind).split('.')[-1].replace(' ', '_').upper()]
        if parameter.default is not parameter.empty:
            entry.append(default_of(parameter))
        found.append(entry)
    return found


def seen_by_argspec(function):
    """What `inspect.getfullargspec` has: positional names, *args, **kwargs, number of defaults."""
    spec = inspect.getfullargspec(function)
    return [spec.args, spec.varargs, spec.varkw, len(spec.defaults or ())]


def own_names(thing):
    """Names of attributes, without Python's own."""
    return [name for name in dir(thing) if not (name.startswith('__') and name.endswith('__'))]


def attributes(thing):
    found = {}
    for name in own_names(thing):
        try:
            value = getattr(thing, name)
        except Exception as error:
            found[name] = {'raises': kind_of(error)}
            continue
        if inspect.ismethod(value) or name in vars(type(thing)) and callable(value):
            found[name] = {'arguments': arguments_of(value)}
        else:
            found[name] = described(value)
    return found


def outcome(function):
    """What the function gives, or the type of its error."""
    try:
        return function()
    except Exception as error:
        return {'raises': kind_of(error)}


# -- copies ---------------------------------------------------------------------------------------


def leaves(thing):
    """Tensors, variables and cells that some attributes of an object are, by name."""
    found = {}
    for name in PUBLIC_PARTS:
        part = outcome(lambda: getattr(thing, name, None))  # noqa: B023
        if isinstance(part, (tf.Tensor, tf.Variable, tf.Module, tf.layers.Layer)):
            found[name] = part
    return found


def new_variables(before):
    return [v.op.name for v in tf.global_variables() if v.op.name not in before]


def variables_of(thing):
    return outcome(lambda: [v.op.name for v in thing.variables])


def copied(thing, call, copying):
    """What a copy shares with the object, and which variables calling it makes."""
    before = new_variables([])
    twin = copying(thing)
    found = {
        'kind': kind_of(twin),
        'the object itself': twin is thing,
        'shared': sorted(
            name for name, part in leaves(thing).items()
            if leaves(twin).get(name) is part),
        'variables made': new_variables(before),
    }  # fmt: skip
    if hasattr(twin, 'variables'):
        found['variables'] = variables_of(twin)
    if call is not None:
        before = new_variables([])
        found['call'] = outcome(lambda: call(twin) and None)
        found['variables of the call'] = new_variables(before)
        if hasattr(twin, 'variables'):
            found['variables after'] = variables_of(twin)
    return {key: value for key, value in found.items() if value not in ([], False, None)}


# Parts of which it is recorded whether a copy shares them.
PUBLIC_PARTS = [
    '_cell',
    '_cells',
    'cell',
    '_attention_mechanisms',
    '_attention_layers',
    '_initial_cell_state',
    '_helper',
    '_initial_state',
    '_output_layer',
    '_output_keep_prob',
    '_memory_layer',
    '_query_layer',
    '_values',
    '_keys',
    '_kernel',
    '_bias',
    '_start_tokens',
    '_start_inputs',
    '_sequence_length',
    '_inputs',
    'c',
    'h',
]

COPYING = {
    'copy': copy.copy,
    'deepcopy': copy.deepcopy,
    'pickle': lambda thing: pickle.loads(pickle.dumps(thing)),
}


def in_a_graph(function):
    with tf.Graph().as_default():
        return function()


def record_of(make, call):
    """All that is recorded of one object."""

    def made(then):
        thing = make()
        return then(thing)

    def called(then):
        thing = make()
        call(thing)
        return then(thing)

    found = {'class': in_a_graph(lambda: outcome(lambda: kind_of(make()))), 'copies': {}}
    for when, state in (('before', made), ('after', called)):
        if when == 'before' or call is not None:
            found[when] = in_a_graph(functools.partial(outcome, lambda s=state: s(attributes)))
            for name, copying in COPYING.items():
                copy_it = functools.partial(copied, call=call, copying=copying)
                found['copies']['{} {}'.format(name, when)] = in_a_graph(
                    functools.partial(outcome, functools.partial(state, copy_it)))  # fmt: skip
    return found


# -- classes and functions ------------------------------------------------------------------------


def signatures(home):
    found = {}
    for name in (name for name in dir(home) if not name.startswith('_')):
        value = getattr(home, name)
        if inspect.ismodule(value) or not callable(value):
            continue
        function = value.__init__ if inspect.isclass(value) else value
        found[name] = {
            'function': outcome(lambda: arguments_of(function)),  # noqa: B023
            'itself': outcome(lambda: arguments_of(value)),  # noqa: B023
            'getfullargspec': outcome(lambda: seen_by_argspec(function)),  # noqa: B023
        }
    return found


# -- what the methods of a layer give -------------------------------------------------------------


class Regularized(rnn.LayerRNNCell):
    state_size = output_size = 3

    def build(self, _):
        self.kernel = self.add_variable(
            'kernel', [3, 3], initializer=tf.ones_initializer(),
            regularizer=lambda v: 0.5 * tf.reduce_sum(v))  # fmt: skip
        self.fixed = self.add_weight('fixed', [2], trainable=False)
        self.extra = self.add_variable('extra', shape=[3], initializer=tf.ones_initializer())
        self.built = True

    def call(self, inputs, state):
        return tf.matmul(inputs, self.kernel) + self.extra, state


def stepped(cell, depth=3):
    take_step(cell, depth)
    return cell


def values(tensors):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [float(value) for value in session.run(tensors)]


def with_session(function):
    with tf.Session() as session:
        tf.keras.backend.set_session(session)
        session.run(tf.global_variables_initializer())
        return function()


def regularization():
    cell = stepped(Regularized())
    cell(tf.ones([2, 3]), tf.ones([2, 3]))
    return [values(cell.losses), len(tf.losses.get_regularization_losses()),
            len(cell.get_losses_for(None))]  # fmt: skip


def regularization_of_the_scope():
    with tf.variable_scope('outer', regularizer=lambda v: tf.reduce_sum(v) * 0 + 2.0):
        cell = stepped(gru())
        own = stepped(Regularized())
    return [values(cell.losses), values(own.losses), len(tf.losses.get_regularization_losses())]


def regularization_inside():
    inner = Regularized()
    outer = rnn.MultiRNNCell([inner, gru(3)])
    take_step(outer)
    wrapper = rnn.DropoutWrapper(inner, output_keep_prob=0.5)
    return [values(outer.losses), values(wrapper.losses)]


def added_losses():
    cell = stepped(gru(3))
    x = tf.ones([2, 3])
    cell.add_loss(tf.constant(1.5))
    cell.add_loss([tf.reduce_sum(x), tf.constant(2.5)], inputs=x)
    cell.add_loss(lambda: tf.constant(3.5))
    return [values(cell.losses), len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)),
            outcome(lambda: values(cell.get_losses_for(None))),
            outcome(lambda: values(cell.get_losses_for(x)))]  # fmt: skip


def losses_of_the_call():
    class Loud(Regularized):
        def call(self, inputs, state):
            self.add_loss(tf.reduce_sum(inputs), inputs=inputs)
            return super().call(inputs, state)

    cell = Loud()
    first, second = tf.ones([2, 3]), tf.zeros([2, 3])
    cell(first, second)
    cell(second, first)
    outer = rnn.MultiRNNCell([cell])
    return [values(cell.losses), values(cell.get_losses_for(first)),
            values(cell.get_losses_for(second)), values(cell.get_losses_for(None)),
            values(outer.losses),
            outcome(lambda: values(cell.get_losses_for([first, second])))]  # fmt: skip


def added_updates():
    cell = stepped(gru(3))
    counter = tf.get_variable('counter', [], trainable=False)
    x = tf.placeholder(tf.float32, [])
    cell.add_update(counter.assign_add(1.0))
    cell.add_update([tf.assign(counter, x)], inputs=[x])
    cell.add_update(counter.assign_add(x))
    found = [len(cell.updates), len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
             len(cell.get_updates_for(None)), len(cell.get_updates_for(x)),
             len(rnn.MultiRNNCell([cell]).updates)]  # fmt: skip
    cell.trainable = False
    return [*found, len(cell.updates), cell.stateful]


def parameters():
    cell = gru(3)
    found = [outcome(cell.count_params), outcome(rnn.MultiRNNCell([cell]).count_params)]
    stepped(cell)
    bare = rnn.DropoutWrapper(cell)
    found += [cell.count_params(), outcome(bare.count_params)]
    take_step(bare)
    return [*found, outcome(bare.count_params), stepped(Regularized()).count_params(),
            stepped(rnn.UGRNNCell(3)).count_params(), kind_of(cell.count_params())]  # fmt: skip


def weights():
    def change():
        cell.set_weights([w * 0 + i for i, w in enumerate(cell.get_weights())])
        return [[kind_of(w), list(w.shape), float(w.sum())] for w in cell.get_weights()]

    cell = stepped(Regularized())
    return with_session(lambda: [
        change(),
        outcome(lambda: cell.set_weights(cell.get_weights()[:1])),
        outcome(lambda: cell.set_weights([w[:1] for w in cell.get_weights()])),
        outcome(lambda: cell.set_weights([])),
        outcome(lambda: gru().get_weights()),
        outcome(lambda: gru().set_weights([]))])  # fmt: skip


def trainable():
    cell = stepped(Regularized())
    names = lambda: [  # noqa: E731
        [v.op.name for v in found] for found in (
            cell.trainable_variables, cell.non_trainable_variables, cell.trainable_weights,
            cell.non_trainable_weights, cell.variables, cell.weights)]  # fmt: skip
    found = [names()]
    cell.trainable = False
    found.append([cell.trainable, names(), len(tf.trainable_variables())])
    outer = rnn.MultiRNNCell([cell, gru(3)])
    take_step(outer)
    found.append([[v.op.name for v in outer.trainable_variables],
                  [v.op.name for v in outer.non_trainable_variables]])  # fmt: skip
    outer.trainable = False
    found.append([[v.op.name for v in outer.trainable_variables], outer.trainable])
    return found


def not_trainable():
    cell = stepped(rnn.GRUCell(3, trainable=False))
    return [cell.trainable, len(cell.trainable_variables), len(cell.non_trainable_variables),
            len(tf.trainable_variables())]  # fmt: skip


def names():
    found = [gru().name, gru().name, rnn.GRUCell(3, name='mine').name, rnn.LSTMBlockCell(3).name,
             rnn.LSTMBlockCell(3).name, rnn.DropoutWrapper(gru()).name,
             gru()._base_name]  # fmt: skip
    cell = gru(3)
    before = outcome(lambda: cell.scope_name)
    with tf.variable_scope('outer'):
        take_step(cell)
    found += [before, cell.name, cell.scope_name, cell._base_name, cell.graph is not None]
    with tf.Graph().as_default():
        found.append(gru().name)
    return [*found, gru().name, Own(3).name]


def nodes():
    cell = stepped(gru(3))
    names = ['input', 'output', 'input_shape', 'output_shape', 'input_mask', 'output_mask']
    at = ['get_{}_at'.format(name) for name in names]
    return [[outcome(lambda: getattr(cell, n)) for n in names],  # noqa: B023
            [outcome(lambda: getattr(cell, n)(0)) for n in at],  # noqa: B023
            cell.inbound_nodes, cell.outbound_nodes]  # fmt: skip


def shapes():
    cell = stepped(gru(3))
    return [outcome(lambda: described(cell.compute_output_shape(tf.TensorShape([2, 3])))),
            outcome(lambda: described(cell.compute_output_shape([(2, 3), (2, 3)]))),
            outcome(lambda: described(cell.compute_output_signature(
                tf.TensorSpec([2, 3], tf.float32)))),
            outcome(lambda: described(wrapped().compute_output_shape([2, 3])))]  # fmt: skip


def masks():
    cell = gru()
    found = [cell.supports_masking, cell.compute_mask(tf.ones([2, 3])),
             outcome(lambda: cell.compute_mask(1, mask=tf.ones([2], tf.bool)))]  # fmt: skip
    cell.supports_masking = True
    return [*found, cell.compute_mask(1, mask='the mask')]


def specification():
    def spec(cell):
        found = cell.input_spec
        return found and [found.ndim, found.shape, found.dtype, found.axes, found.min_ndim]

    cell = gru(3)
    found = [spec(cell), spec(stepped(cell)), spec(stepped(rnn.LSTMCell(3))), spec(Own(3)),
             spec(rnn.DropoutWrapper(gru()))]  # fmt: skip
    own = Own(3)
    own.input_spec = tf.layers.InputSpec(ndim=2)
    take_step(own)
    found.append(outcome(lambda: own(tf.ones([3]), tf.ones([2, 3])) and None))
    own.input_spec = tf.layers.InputSpec(shape=(None, 4))
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    own.input_spec = tf.layers.InputSpec(min_ndim=3)
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    own.input_spec = tf.layers.InputSpec(max_ndim=1)
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    own.input_spec = tf.layers.InputSpec(axes={-1: 4})
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    own.input_spec = tf.layers.InputSpec(dtype='float64')
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    own.input_spec = None
    found.append(outcome(lambda: own(tf.ones([2, 3]), tf.ones([2, 3])) and None))
    return found


def listed_twice():
    class Both(rnn.RNNCell):
        state_size = output_size = 3

        def build(self, _):
            self.kernel = self.add_variable('kernel', [3, 3])
            self.built = True

        def call(self, inputs, state):
            return tf.matmul(inputs, self.kernel), state

    return [v.op.name for v in stepped(Both()).variables]


def added_metrics():
    return gru().add_metric(tf.constant(1.0), 'mean', 'm')


def other_attributes():
    cell = stepped(gru(3))
    output, state = cell.apply(tf.ones([2, 3]), tf.ones([2, 3]))
    found = [output.shape.as_list(), cell.dynamic, cell.stateful, cell.activity_regularizer,
             cell.metrics, outcome(lambda: described(cell.name_scope)), described(cell.graph),
             outcome(lambda: cell.with_name_scope(lambda: 1) and None)]  # fmt: skip
    cell.stateful = True
    for argument in ('activity_regularizer', 'unknown'):
        found.append(outcome(lambda: rnn.GRUCell(3, **{argument: None}) and None))  # noqa: B023
    return found


def updates_of_the_call():
    class Counting(Regularized):
        def call(self, inputs, state):
            counter = tf.get_variable('counter', [], trainable=False)
            self.add_update(counter.assign_add(tf.reduce_sum(inputs)))
            self.add_update(counter.assign_add(1.0), inputs=inputs)
            return super().call(inputs, state)

    cell, x, y = Counting(), tf.ones([2, 3]), tf.zeros([2, 3])
    cell(x, y)
    return [len(cell.updates)] + [len(cell.get_updates_for(each)) for each in (None, x, y, [x, y])]


def without_a_session():
    """TF1 asks Keras's session, which gives variables their first values."""
    cell = stepped(Regularized())
    return [float(w.sum()) for w in cell.get_weights() if w.shape == (3,)]


def activity():
    cell = rnn.GRUCell(3, activity_regularizer=lambda x: tf.reduce_sum(x) * 0 + 2.0)
    return outcome(lambda: values(stepped(cell).losses))


def configurations():
    """What get_config gives, and the configuration of an object made from it."""
    found = {}
    for name, (make, _) in sorted(OBJECTS.items()):
        with tf.Graph().as_default():
            thing = outcome(make)
            if hasattr(thing, 'get_config'):
                config = outcome(thing.get_config)
                again = outcome(lambda: type(thing).from_config(config).get_config())  # noqa: B023
                found[name] = [described(config), described(again)]
    return found


BEHAVIOURS = [
    regularization, regularization_of_the_scope, regularization_inside, added_losses,
    losses_of_the_call, added_updates, parameters, weights, trainable, not_trainable, names, nodes,
    shapes, masks, specification, listed_twice, added_metrics, other_attributes,
    updates_of_the_call, without_a_session,
    activity, configurations,
]  # fmt: skip


def main():
    sys.path.append(os.path.join(os.path.dirname(HERE), 'tf1'))
    from recording import record_or_check
    from shortening import shortened

    tf.logging.set_verbosity(tf.logging.ERROR)
    out = sys.argv[sys.argv.index('--out') + 1] if '--out' in sys.argv else ''
    only = sys.argv[sys.argv.index('--only') + 1].split(',') if '--only' in sys.argv else OBJECTS
    found = {
        'tensorflow': tf.__version__,
        'objects': {name: record_of(*OBJECTS[name]) for name in only},
        'methods': {f.__name__: in_a_graph(lambda: outcome(f)) for f in BEHAVIOURS},  # noqa: B023
        'signatures': {name: signatures(home) for name, home in HOMES.items()},
    }
    if out:
        with open(out, 'w') as file:
            json.dump(found, file, indent=1, sort_keys=True)
        return
    found['objects'] = shortened(found['objects'])
    record_or_check(RECORD, found, '{} objects'.format(len(OBJECTS)), indent=None)


if __name__ == '__main__':
    main()
