"""The options of a run, which its processes and kernels share."""

from __future__ import annotations

from typing import NamedTuple


class RunOptions(NamedTuple):
    """How a program is run.

    Attributes:
      strict: No repairs: what TF1 or Keras would have raised is raised.
      xla: XLA compiles the loops of the program, where it can; `'auto'`: where that pays.
      python_2: The program is Python 2, whatever its files show.
      addons: `tf_seq2seq_compat.addons` takes the place of TensorFlow Addons also where that is
        installed and loads.
      version: The TensorFlow 1 that the program is for, one of `eras.VERSIONS`; None: what the
        environment, a comment line of the program or its files say; if nothing does, 1.15, or
        TensorFlow 2 where they show it.
      verbose: What TensorFlow writes of itself is shown.

    Example:
      >>> from tf_seq2seq_compat.tf1.run_options import RunOptions
      >>> RunOptions(xla=True, version='1.1').words()
      ['--xla', '--tf', '1.1']
    """

    strict: bool = False
    xla: bool | str = False
    python_2: bool = False
    addons: bool = False
    version: str | None = None
    verbose: bool = False

    def words(self) -> list[str]:
        """The command line of `run` that gives these options."""
        flags = ('--strict', '--xla', '--python2', '--addons=ours')
        given = zip(flags, self, strict=False)
        words = [f'{flag}=auto' if value == 'auto' else flag for flag, value in given if value]
        words += ['--verbose'] * self.verbose
        return words if self.version is None else [*words, '--tf', self.version]


DEFAULT = RunOptions()
