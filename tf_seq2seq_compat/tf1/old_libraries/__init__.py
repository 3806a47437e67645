"""Restores what Python 3.8-3.14, NumPy and other libraries removed, for the program only.

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

from tf_seq2seq_compat.tf1.old_libraries import module_views
from tf_seq2seq_compat.tf1.old_libraries.usage import RESTORED, Restored
from tf_seq2seq_compat.tf1.runtime import Runtime

__all__ = ['RESTORED', 'Restored', 'install']


def install(runtime: Runtime) -> module_views.RestoredModules:
    """Restores, until the runtime is closed, what the import hook is given the result for,
    `open(..., 'U')`, and that processes of `multiprocessing` are forks where they were."""
    module_views.restore_open(runtime)
    module_views.restore_fork(runtime)
    return module_views.RestoredModules(runtime)
