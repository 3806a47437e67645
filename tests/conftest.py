"""Settings of all tests: the same examples at every run, and fewer collections of garbage."""

from __future__ import annotations

import gc

import hypothesis

# So that a failure can be seen again.
hypothesis.settings.register_profile('reproducible', derandomize=True, deadline=None)
hypothesis.settings.load_profile('reproducible')


def pytest_collection_finish() -> None:
    """Leaves what was imported out of each collection of garbage, and has fewer of them.

    They look at every object, and graphs have many: a tenth of the time of the tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 5)
