"""Runs at the start of each Python process that a program under the runner starts.

Any Python may come by here, an old one too. It goes on to the `sitecustomize` of its own, if it has
one; then, where it is the Python of the runner, `children` decides what becomes of the process.
"""

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_THIS = sys.modules.pop('sitecustomize')
sys.path[:] = [_each for _each in sys.path if os.path.abspath(_each) != _FOLDER]
try:
    import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
except ImportError:
    sys.modules['sitecustomize'] = _THIS
if os.environ.get('TF_SEQ2SEQ_COMPAT_CHILDREN') and sys.version_info >= (3, 10):
    try:
        import tf_seq2seq_compat  # noqa: F401
    except ImportError:
        sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(_FOLDER))))
    from tf_seq2seq_compat.tf1 import children

    children.start()
