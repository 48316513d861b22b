from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.vss import check_standard
from cabin_simcar.base_signals import BASE_SIGNALS

LEAVES_FILE = Path(__file__).parents[4] / "shared" / "vss" / "vss_leaves.json"


def test_each_stands_under_its_own_path_and_starts_with_a_value():
    assert all(spec.path == path and spec.initial is not None for path, spec in BASE_SIGNALS.items())


@pytest.mark.skipif(not LEAVES_FILE.is_file(), reason=f"{LEAVES_FILE} is not here")
def test_all_are_standard():
    assert list(check_standard(BASE_SIGNALS.values(), json.loads(LEAVES_FILE.read_text(encoding="utf-8")))) == []
