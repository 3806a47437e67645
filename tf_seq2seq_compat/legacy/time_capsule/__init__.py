"""The time capsule: what Python 3.8-3.13 and NumPy 1.20-2.x took away, for the program that is run.

Three things are restored, each only where the running Python or NumPy lacks it:

* *names* (`collections.Mapping`, `np.int`, `Thread.isAlive`): the module or class is asked for a
  name that it does not have, looks at who asks, and answers the program only;
* *modules* (`dummy_threading`, `typing.io`): the import hook gives the program those that took
  their place; of others (`imp`, `distutils`) the error names the package that has them;
* *behaviour* (`np.array` of ragged lists, `yaml.load` without a loader): the program's import gives
  a view of the module in which that function accepts again what it used to accept.

Libraries get none of it. What the program has used is said once, at the end of the run.
"""

from __future__ import annotations

from tf_seq2seq_compat.legacy.runtime import Runtime
from tf_seq2seq_compat.legacy.time_capsule import views
from tf_seq2seq_compat.legacy.time_capsule.collector import RESTORED, Restored

__all__ = ['RESTORED', 'Restored', 'install']


def install(runtime: Runtime) -> views.Capsule:
    """Restores, until the runtime is closed, what the import hook is given the result for, and
    `open(..., 'U')`."""
    views.restore_open(runtime)
    return views.Capsule(runtime)
