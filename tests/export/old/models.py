"""The recorded models, unpacked, and what they computed where they were made."""

import pathlib

import numpy as np

from tests.export.old import load_plain
from tests.export.old.make import unpack

DATA = pathlib.Path(__file__).parent / 'data'


def unpacked(folder):
    """A folder with all recorded models under the names that `load_plain` looks for."""
    unpack(str(DATA / 'tf1_models.tar.xz'), str(folder))
    unpack(str(DATA / 'addons_model.tar.xz'), str(folder / 'addons'))
    return folder


def expected(form):
    with np.load(DATA / f'{"addons" if form == "addons" else "tf1"}_expected.npz') as arrays:
        return dict(arrays.items())


def same_as_recorded(form, found):
    """Checks what a function of `load_plain` gives: ids exactly, floats to 1e-5.

    Args:
      form: Where the model comes from.
      found: Triples of call, name and value.

    Returns:
      How many were compared.
    """
    want = expected(form)
    names = set()
    for index, name, value in found:
        key = f'{index}/{name}'
        names.add(key)
        if want[key].dtype.kind == 'i':
            np.testing.assert_array_equal(value, want[key], key)
        else:
            np.testing.assert_allclose(value, want[key], rtol=1e-5, atol=1e-5, err_msg=key)
    return len(names)


WAYS = {
    'saved_model by loader.load': (
        'saved_model',
        lambda file: load_plain.signatures_in_session(file, True),
    ),
    'saved_model by load': (
        'saved_model',
        lambda file: load_plain.signatures_as_functions(file, True),
    ),
    'addons by loader.load': ('addons', lambda file: load_plain.signatures_in_session(file, False)),
    'addons by load': ('addons', lambda file: load_plain.signatures_as_functions(file, False)),
    'frozen by import_graph_def': ('frozen.pb', load_plain.frozen_in_session),
    'frozen by wrap_function': ('frozen.pb', load_plain.frozen_as_function),
    'meta by import_meta_graph': ('model.meta', load_plain.meta_graph),
}
