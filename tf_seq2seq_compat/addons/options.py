"""`tensorflow_addons.options`: which kernels are used. Here they are TensorFlow's own."""

TF_ADDONS_PY_OPS = True


def enable_custom_kernel() -> None:
    """Does nothing: there are no kernels of our own to prefer."""


def disable_custom_kernel() -> None:
    """Does nothing: none is used."""


def is_custom_kernel_disabled() -> bool:
    """True, always."""
    return True
