"""`distutils.errors`, as far as the functions here raise them."""


class DistutilsError(Exception):
    """What the others are."""


class DistutilsFileError(DistutilsError):
    """Something is wrong with a file."""
