from __future__ import annotations

import sys

import numpy as np
import pytest

from cabin_numpy import threads


def test_numpy_keeps_to_the_number():
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def used() -> set[int]:
        return {each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"}

    before = used()
    with threads.limited_to(1):
        assert used() == {1}
        assert np.ones((4, 4)).sum() == 16
    assert used() == before


def test_without_the_package_it_runs_and_says_so_once(monkeypatch, caplog):
    threads._controller.cache_clear()
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    for _ in range(2):
        with threads.limited_to(1):
            pass
    threads._controller.cache_clear()
    assert [record.message for record in caplog.records if "threadpoolctl" in record.message] == [
        "numpy takes as many threads as it likes: install threadpoolctl, or set OPENBLAS_NUM_THREADS"
    ]
