"""The strategies of tf.contrib.distribute: what their arguments give in TF 1.15.5, without GPUs."""

import pytest

from tf_seq2seq_compat.tf1 import symbols
from tf_seq2seq_compat.tf1.contrib import distribute


@pytest.mark.parametrize('arguments', [{'num_gpus': 0}, {'num_gpus_per_worker': 0}, {}])
def test_without_gpus_there_is_one_replica(arguments):
    assert distribute.MirroredStrategy(**arguments).num_replicas_in_sync == 1


def test_a_number_of_gpus_names_them():
    devices = distribute.MirroredStrategy(num_gpus=2).extended.worker_devices
    assert [each.rpartition('/')[2] for each in devices] == ['device:GPU:0', 'device:GPU:1']


@pytest.mark.parametrize(
    'arguments',
    [{'devices': ['/cpu:0'], 'num_gpus': 2}, {'num_gpus': 1, 'num_gpus_per_worker': 1}],
)
def test_devices_are_given_once(arguments):
    with pytest.raises(ValueError, match='Give one of'):
        distribute.MirroredStrategy(**arguments)


def test_strategies_for_many_machines_have_one_replica_on_one():
    for strategy in (distribute.CollectiveAllReduceStrategy, distribute.ParameterServerStrategy):
        assert strategy().num_replicas_in_sync == 1
        assert strategy(num_gpus_per_worker=0).num_replicas_in_sync == 1


def test_programs_find_them():
    for name in ('MirroredStrategy', 'CollectiveAllReduceStrategy', 'ParameterServerStrategy'):
        target = symbols.TABLE[f'tensorflow.contrib.distribute.{name}'].target
        assert symbols.load(target) is getattr(distribute, name)
