"""Where names live today: the same objects that the façade gives."""

import sys

import pytest

from tf_seq2seq_compat.migrate import locations
from tf_seq2seq_compat.migrate.locations import Place, place_of
from tf_seq2seq_compat.tf1 import symbols
from tf_seq2seq_compat.tf1.old_libraries import rows, tables

NOWHERE = [
    'os.path.join',
    'numpy.array',
    'collections.OrderedDict',
    'my.tensorflow',
    'tensorflow_hub',
]


@pytest.mark.parametrize('name', NOWHERE)
def test_what_has_not_moved_has_no_place(name):
    assert place_of(name) is None


def test_every_row_of_the_table_leads_to_the_object_that_it_names():
    names = [row for row in symbols.TABLE.values() if row.kind == 'symbol']
    assert len(names) > 1000
    for row in names:
        place = place_of(row.name)
        if row.target:
            assert place is not None
            assert locations.same(locations.found(place), symbols.load(row.target)), row.name
        else:
            assert place is None, row.name


def test_every_module_of_the_table_leads_to_a_module():
    for row in symbols.TABLE.values():
        if not (row.kind == 'module' and row.target):
            continue
        if row.name.startswith('tensorflow_addons'):
            assert place_of(row.name) is None  # its imports have a fixer of their own
        else:
            assert locations.is_module(place_of(row.name)), row.name


def test_public_names_are_written_short():
    assert place_of('tensorflow.contrib.rnn.MultiRNNCell') == Place(
        'tf_seq2seq_compat', ('MultiRNNCell',)
    )
    assert place_of('tensorflow.contrib.seq2seq') == Place('tf_seq2seq_compat')
    assert place_of('tensorflow.data.Dataset') == Place(locations.V1, ('data', 'Dataset'))
    assert place_of('tensorflow.keras.utils.Sequence') == Place(
        locations.KERAS, ('utils', 'Sequence')
    )
    assert place_of('tensorflow.contrib.framework.arg_scope') == Place('tf_slim', ('arg_scope',))
    assert place_of('tensorflow.contrib.rnn') is None


OF_PYTHON_AND_NUMPY = [
    row
    for row in tables.NAMES
    if row.module.partition('.')[0] in {*sys.stdlib_module_names, 'numpy'}
]


@pytest.mark.parametrize('row', OF_PYTHON_AND_NUMPY, ids=lambda row: row.name)
def test_removed_names_lead_to_what_the_capsule_gives(row):
    place = place_of(f'{row.module}.{row.name}')
    if place is None:
        # A value that no name of today has; or one that this NumPy lacks too.
        assert locations.found(_target(row)) is locations.Missing
    elif place.module:
        assert locations.found(place) is rows.loaded(row.target)


def _target(row):
    module, _, attribute = row.target.partition(':')
    return Place(module, (attribute,) if attribute else ())
