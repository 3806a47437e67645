"""Attributes, methods, arguments and copies of objects are those of TF 1.15.5's."""

import importlib.util
import json
from pathlib import Path

import pytest

from tests.tf1.processes import run

PROGRAM = Path(__file__).parent / 'api' / 'attributes_golden.py'
RECORD = json.loads(PROGRAM.with_suffix('.json').read_text(encoding='utf-8'))

# What attributes of TF1's objects are not here, or have another value, and why.
EXCEPTIONS = {
    'bookkeeping of Keras, behind the public attributes': """
        _activity_regularizer _autocast _call_accepts_kwargs _call_arg_was_passed _call_fn_args
        _call_has_scope_arg _callable_losses _clear_losses _collect_input_masks _compute_dtype
        _current_scope _dtype_defaulted_to_floatx _dtype_policy _dynamic _eager_losses
        _expects_mask_arg _expects_training_arg _gather_children_attribute _get_call_arg_value
        _get_trainable_state _handle_activity_regularization _handle_weight_regularization
        _init_call_fn_args _init_set_name _initial_weights _input_spec _is_layer _is_legacy_layer
        _is_tf_rnn_cell _keras_style _layers _make_unique_name _maybe_build _maybe_cast_inputs
        _maybe_create_attribute _name_scope _obj_reference_counts _rnn_get_variable
        _set_dtype_policy _set_mask_metadata _set_trainable_state _should_compute_mask
        _symbolic_call _thread_local _trainable _unique_trainable_weights _use_resource_variables
        _warn_about_input_casting rnncell_scope""",
    'lists to which only Keras adds; ours follow from the variables': """
        _trainable_weights _non_trainable_weights""",
    'nodes of Keras models, of which these layers are none': """
        _add_inbound_node _get_node_attribute_at_index _inbound_nodes _outbound_nodes
        _set_connectivity_metadata_""",
    'metrics belong to Keras models; add to tf.metrics instead': """
        add_metric _eager_add_metric _get_existing_metric _metrics _symbolic_add_metric""",
    'how Keras saves a layer to a SavedModel': """
        _list_extra_dependencies_for_serialization _list_functions_for_serialization
        _object_identifier _tracking_metadata""",
    'how this TensorFlow tracks objects and names them': """
        _checkpoint_dependencies _flatten _keras_api_names _keras_api_names_v1 _lookup_dependency
        _preload_simple_restoration _restore_from_checkpoint_position _self_setattr_tracking
        _self_unconditional_checkpoint_dependencies _self_unconditional_dependency_names
        _single_restoration_from_checkpoint_position _tf_api_names _tf_api_names_v1
        _unconditional_checkpoint_dependencies _unconditional_dependency_names""",
    "pieces of TF1's own steps, which are functions in core here": """
        _addressing _attention _call_wrapped_cell _cell_state_size _compute _dropout _expand
        _extract_states _gather_states _get_cycle_ratio _get_input_for_group _highway _linear
        _linear1 _linear2 _linear3 _make_tf_features _mod _norm _normalize _project_input _reverse
        _variational_recurrent_dropout_value""",
    'arrays whose reading XLA can compile': '_input_tas _auxiliary_input_tas',
    'Python has it under another name since 3.9': '_fields_defaults',
}
# Likewise of certain objects.
OF_SOME = {
    'the parts of a partitioned variable are listed, not the whole': {
        'LSTMCell projected': 'variables trainable_variables non_trainable_variables weights '
        'trainable_weights non_trainable_weights'
    },
    'mechanisms are modules too, so that checkpoints hold them': {
        'AttentionWrapper': 'submodules',
        'AttentionWrapper initial': 'submodules',
        'AttentionWrapper layer': 'submodules',
        'AttentionWrapper two': 'submodules',
    },
    'the rank of the inputs is checked where TF1 fails later': {
        name: 'input_spec'
        for name in (
            'CoupledInputForgetGateLSTMCell',
            'CoupledInputForgetGateLSTMCell normalized',
            'LayerNormBasicLSTMCell',
            'NASCell',
            'UGRNNCell',
            'BidirectionalGridLSTMCell',
            'GLSTMCell',
            'GridLSTMCell',
            'IntersectionRNNCell',
            'TimeFreqLSTMCell',
        )
    },
    'the dict of names of its variables': {'LSTMBlockCell': '_names'},
    'the batch of the last call': {'GLSTMCell': '_batch_size'},
    'TF1 sets it in place of `built`': {'SRUCell': '_built'},
    'TF1 does not call the constructor of the base class': {
        'CompiledWrapper': 'scope_name',
        'Grid2LSTMCell': 'scope_name',
        'GridRNNCell': 'scope_name',
        'HighwayWrapper': 'scope_name',
    },
    'the name of the scope, not the scope': {'WeightNormLSTMCell': '_scope scope_name'},
}
# Results of methods that differ.
METHODS = {
    'added_metrics': 'as above: metrics belong to Keras models',
    'listed_twice': 'TF1 lists the variables twice that an RNNCell adds in `build`',
}
SILENT = {name for names in EXCEPTIONS.values() for name in names.split()}


def helpers():
    """`lengthened` of the program, which cannot be imported without TF1."""
    spec = importlib.util.spec_from_file_location('shortening', PROGRAM.with_name('shortening.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OBJECTS = helpers().lengthened(RECORD['objects'])


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """What the program that made the record finds here, run by the runner."""
    out = tmp_path_factory.mktemp('attributes') / 'found.json'
    done = run(PROGRAM, '--out', out)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())


def raises(value):
    return isinstance(value, dict) and 'raises' in value


def fits(expected, seen, by_name=True):
    """Whether a call that TF1's arguments allow is allowed: these may be more, by keyword only."""
    if {kind for _, kind, *_ in expected} >= {'VAR_POSITIONAL', 'VAR_KEYWORD'}:
        return True  # A decorator hid what TF1 takes.
    wanted, given = (
        [one for one in arguments if one[1] == 'POSITIONAL_OR_KEYWORD']
        for arguments in (expected, seen)
    )
    if not by_name:
        wanted, given = ([one[1:] for one in each] for each in (wanted, given))
    rest = [one for one in expected if one[1] != 'POSITIONAL_OR_KEYWORD']
    return wanted == given and all(one in seen for one in rest)


def same(expected, seen, name=''):
    """Whether a recorded value is had here; where TF1 raises, a value is no loss."""
    if expected == seen or (raises(expected) and not raises(seen)):
        return True
    if isinstance(expected, list) and isinstance(seen, list):
        return len(expected) == len(seen) and all(map(same, expected, seen))
    if isinstance(seen, dict) and seen == {'dtype': expected}:
        return True  # tf.float32 == 'float32'
    if not isinstance(expected, dict) or not isinstance(seen, dict):
        return False
    if 'function' in expected:
        return bool({'function', 'arguments'} & set(seen)) or seen == {'object': 'partial'}
    if 'arguments' in expected and 'arguments' in seen:
        # A decorator of TF1 hides the name of the argument of `build`.
        return fits(expected['arguments'], seen['arguments'], by_name=name != 'build')
    if expected.keys() != seen.keys() or 'raises' in expected or 'variable' in expected:
        return False
    return all(same(value, seen[key]) for key, value in expected.items())


def attributes_that_differ(name, found):
    expected, seen = OBJECTS[name], found['objects'][name]
    if raises(seen['class']):
        return {}
    return {
        (when, attribute): (value, seen[when].get(attribute, 'missing'))
        for when in ('before', 'after')
        for attribute, value in expected.get(when, {}).items()
        if not (attribute not in seen[when] and raises(value))
        and not same(value, seen[when].get(attribute, 'missing'), attribute)
    }


def excused(name):
    return SILENT | {
        attribute for objects in OF_SOME.values() for attribute in objects.get(name, '').split()
    }


@pytest.mark.parametrize('name', OBJECTS)
def test_attributes_are_tf1s(name, found):
    differences = attributes_that_differ(name, found)
    assert {at: pair for at, pair in differences.items() if at[1] not in excused(name)} == {}


def test_every_exception_is_needed(found):
    needed = {
        (name, attribute)
        for name in OBJECTS
        for _, attribute in attributes_that_differ(name, found)
    }
    missing = {attribute for _, attribute in needed}
    assert SILENT - missing <= {'_is_tf_rnn_cell'}
    for objects in OF_SOME.values():
        for name, attributes in objects.items():
            for attribute in attributes.split():
                assert (name, attribute) in needed


@pytest.mark.parametrize('name', OBJECTS)
def test_copies_are_tf1s(name, found):
    """Where TF1 cannot copy, a copy is no loss."""
    seen = found['objects'][name]
    if raises(seen['class']):
        return
    for copying, expected in OBJECTS[name]['copies'].items():
        copied = seen['copies'][copying]
        if raises(expected):
            continue
        assert not raises(copied), copying
        assert set(expected.get('shared', [])) <= set(copied.get('shared', [])), copying
        for key in set(expected) - {'shared'}:
            if not raises(expected[key]):
                assert copied.get(key) == expected[key], (copying, key)


@pytest.mark.parametrize('name', sorted(RECORD['methods']))
def test_methods_give_what_tf1s_give(name, found):
    expected, seen = RECORD['methods'][name], found['methods'][name]
    if name == 'configurations':
        built = [key for key in expected if not raises(found['objects'][key]['class'])]
        assert [key for key in built if not same(expected[key], seen[key])] == []
    elif name in METHODS:
        assert not same(expected, seen)
    else:
        assert same(expected, seen), (expected, seen)


@pytest.mark.parametrize('module', sorted(RECORD['signatures']))
def test_inspect_sees_tf1s_arguments(module, found):
    seen = found['signatures'][module]
    for name, expected in RECORD['signatures'][module].items():
        if name not in seen:
            continue
        for how in ('function', 'itself'):
            if not raises(expected[how]):
                assert fits(expected[how], seen[name][how]), (name, how, seen[name][how])
        args, varargs, varkw, _ = expected['getfullargspec']
        if not (varargs and varkw):
            assert seen[name]['getfullargspec'] == expected['getfullargspec'], name


def test_the_record_is_complete(found):
    assert RECORD['tensorflow'] == '1.15.5'
    assert RECORD['objects'].keys() == found['objects'].keys()
    assert RECORD['methods'].keys() == found['methods'].keys()


def test_a_difference_is_seen():
    assert (
        not same(1, 2) and not same({'list': [1]}, {'list': [1, 2]}) and not same(None, 'missing')
    )
    assert not same({'variable': ['a', [1], 'float32']}, {'variable': ['b', [1], 'float32']})
    one = [['x', 'POSITIONAL_OR_KEYWORD']]
    assert not fits(one, []) and not fits(one, [['y', 'POSITIONAL_OR_KEYWORD']])
    assert not fits(one, [*one, ['y', 'POSITIONAL_OR_KEYWORD', None]])
    assert fits(one, [*one, ['y', 'KEYWORD_ONLY', None]])
