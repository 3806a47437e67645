"""Outputs and gradients are the same on all paths, for batches of 2, 1 and 0 and lengths of 0.

In the graph and the function only depths are known statically.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance.running import (
    CASES,
    arrays,
    assert_same,
    eager,
    in_function,
    in_graph,
    kept_or_listed,
)
from tests.conformance.table import ROWS


@pytest.mark.slow
@pytest.mark.parametrize('name', ROWS)
def test_graph(name: str) -> None:
    def check() -> None:
        inputs = [arrays(**options) for options in CASES.values()]
        for case, got in zip(CASES, in_graph(name, inputs), strict=True):
            assert_same(got, eager(name, case))

    kept_or_listed('graph', name, check)


@pytest.mark.slow
@pytest.mark.parametrize('name', ROWS)
def test_function(name: str) -> None:
    def check() -> None:
        function = in_function(name)
        for case, options in CASES.items():
            assert_same(function(arrays(**options)), eager(name, case))

    kept_or_listed('function', name, check)


@pytest.mark.slow
@pytest.mark.parametrize('name', ROWS)
def test_xla(name: str) -> None:
    kept_or_listed(
        'xla', name, lambda: assert_same(in_function(name, True, True)(arrays()), eager(name))
    )


@pytest.mark.parametrize('name', ROWS)
def test_batches(name: str) -> None:
    """A row is computed alone as beside another; nothing gives nothing, and never NaN."""

    def check() -> None:
        two, one, none, empty = (eager(name, case) for case in CASES)
        for found in (two, one, none, empty):
            for key, value in found.items():
                if value.dtype.kind not in 'iub':
                    assert np.isfinite(value.astype(np.float64)).all(), key
        for key in two:
            assert none[key].ndim == two[key].ndim, key
            if key.startswith('output/outputs') and {'lengths', 'slots'} & set(ROWS[name].inputs()):
                assert not empty[key].any(), key
        for key, value in one.items():
            axes = [i for i, size in enumerate(value.shape) if size != two[key].shape[i]]
            if key.startswith('output/') and len(axes) == 1:
                share = value.shape[axes[0]]  # Of a beam search, or tiled, several rows.
                first = np.take(two[key], range(share), axes[0])
                np.testing.assert_allclose(value, first, 1e-4, 1e-5, err_msg=key)

    kept_or_listed('batches', name, check)
