"""Modules that Python had, as far as programs of 2019 used them."""
