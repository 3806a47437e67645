"""tests/tensorflow_changes.py: nothing is gone from this TensorFlow; what is would be listed."""

import sys

from tensorflow.python.client import session

from tests import tensorflow_changes
from tf_seq2seq_compat.tf1 import facade, symbols
from tf_seq2seq_compat.tf1.estimator import library


def test_nothing_is_gone():
    assert tensorflow_changes.changes() == []


def test_each_kind_of_change_is_listed(monkeypatch):
    monkeypatch.setitem(sys.modules, 'tensorflow.python.eager.record', None)
    monkeypatch.delattr(session, 'SessionInterface')
    decoder = 'tensorflow.contrib.seq2seq.BasicDecoder'
    gone = symbols.TABLE[decoder]._replace(target='nowhere:at_all')
    monkeypatch.setitem(symbols.TABLE, decoder, gone)
    monkeypatch.setitem(sys.modules, 'tf_slim', None)

    def fail(name):
        raise ImportError("cannot import name 'tf_export'")

    monkeypatch.setattr(library, 'module', fail)

    class Facade:
        """Has no name but one, whose use is an error with advice."""

        @property
        def abs(self):
            raise facade.LegacyNameError('tf.abs is not provided')

    monkeypatch.setattr(facade, 'tensorflow', Facade)
    listed = tensorflow_changes.changes()
    for line in (
        'private name tensorflow.python.eager.record.stop_recording (stop_recording): '
        'loops are not compiled',
        'private name tensorflow.python.client.session.SessionInterface: session.py needs it',
        f"row {decoder}: no nowhere:at_all (No module named 'nowhere')",
        'name tf.acos: TensorFlow lacks it, and symbols.tsv has no row',
        "package tensorflow_estimator: ImportError: cannot import name 'tf_export'",
    ):
        assert line in listed
    assert any(line.startswith('package tf_slim: ModuleNotFoundError') for line in listed)
    assert not any(line.startswith('name tf.abs:') for line in listed)
