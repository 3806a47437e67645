"""The error of this package."""


class ExportError(ValueError):
    """A model cannot be read, upgraded or exported; the message says why, and what can be done.

    Example:
      >>> from tf_seq2seq_compat import export
      >>> issubclass(export.ExportError, ValueError)
      True
    """
