from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin_drowsiness.monitor import WATCHES
from cabin_reminders.signals import LIDS, SEATS

VSS = Path(__file__).resolve().parents[4] / "shared" / "vss" / "vss_leaves.json"


def test_paths_and_types_are_those_of_the_standard():
    if not VSS.is_file():
        pytest.skip("../shared/vss is not there")
    leaves = json.loads(VSS.read_text())
    specs = [*LIDS.values(), *(spec for seat in SEATS for spec in (seat.belted, seat.occupied))]
    for spec in [*specs, *(watch.spec for watch in WATCHES)]:
        if spec.is_standard:
            assert (spec.path, leaves[spec.path]["datatype"]) == (spec.path, spec.datatype)
