"""`distutils.util`."""

import sysconfig

_TRUE = ('y', 'yes', 't', 'true', 'on', '1')
_FALSE = ('n', 'no', 'f', 'false', 'off', '0')


def strtobool(val: str) -> int:
    """1 or 0 for the words that mean true or false.

    Raises:
      ValueError: the word means neither.
    """
    word = val.lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f'invalid truth value {word!r}')
    return int(word in _TRUE)


def get_platform() -> str:
    """The platform, as in the names of wheels."""
    return sysconfig.get_platform()
