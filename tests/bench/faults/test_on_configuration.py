"""The quick ones of cabin.bench.faults.on_configuration, done to a real daemon."""

from __future__ import annotations

import pytest

from cabin.bench.faults.on_configuration import FAULTS


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.is_quick], ids=lambda fault: fault.name)
def test_it_holds(fault, holds):
    holds(fault)


def test_each_says_what_must_hold():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.holds and fault.family and callable(fault.run) for fault in FAULTS)
