"""HParams does what TF 1.15.5's does, expression by expression, words of the errors included."""

import copy
import json
import pickle

import pytest

from tests.tf1.hparams_golden import EXPRESSIONS, RECORD, evaluate
from tf_seq2seq_compat.tf1 import facade
from tf_seq2seq_compat.tf1.contrib.hparams import HParams, parse_values

with open(RECORD) as file:
    RECORDED = json.load(file)

# Expressions whose error was an accident in TF1, and what is said here.
BETTER = {
    'HParams(3)': 'AssertionError: hparam_def must be a message',
}


@pytest.mark.parametrize('expression', EXPRESSIONS)
def test_expression(expression):
    found = evaluate(expression, HParams, parse_values)
    if expression in BETTER:
        assert found.startswith(BETTER[expression])
    else:
        assert found == RECORDED['values'][expression]


def test_the_record_is_complete():
    assert RECORDED['tensorflow'] == '1.15.5'
    assert set(RECORDED['values']) == set(EXPRESSIONS)


def test_programs_find_it():
    training = facade.tensorflow().contrib.training
    assert training.HParams is HParams and training.parse_values is parse_values


def test_copies():
    hparams = HParams(a=1, b=[2.0])
    for each in (copy.deepcopy(hparams), pickle.loads(pickle.dumps(hparams))):
        each.a = 5
        assert hparams.a == 1 and each.parse('b=[3]').b == [3.0]


def test_a_subclass_keeps_working():
    class Sub(HParams):
        def del_all(self):
            for name in self.values():
                self.del_hparam(name)

    assert Sub(a=1).parse('a=2').a == 2
    sub = Sub(a=1)
    sub.del_all()
    assert sub.values() == {}
