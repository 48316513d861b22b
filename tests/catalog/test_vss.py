from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import SignalSpec
from cabin.catalog.vss import check_standard

ROOT = Path(__file__).parents[2]
LEAVES_FILE = ROOT.parent / "shared" / "vss" / "vss_leaves.json"
LEAVES = {
    "Vehicle.Window": {"type": "actuator", "datatype": "uint8", "unit": "percent", "min": 0, "max": 100},
    "Vehicle.Mode": {"type": "actuator", "datatype": "string", "allowed": ["ECO", "SPORT"]},
}


def said(**fields):
    return [str(problem) for problem in check_standard([SignalSpec(**fields)], LEAVES)]


WINDOW = {
    "path": "Vehicle.Window",
    "kind": "actuator",
    "datatype": "uint8",
    "unit": "percent",
    "minimum": 0,
    "maximum": 100,
}
MODE = {"path": "Vehicle.Mode", "kind": "actuator", "datatype": "string", "allowed": ("ECO",)}


def test_what_agrees_is_fine():
    assert said(**WINDOW) == said(**MODE) == []
    assert said(**{**WINDOW, "maximum": 80}) == []
    assert said(path="Vehicle.Scent", kind="actuator", datatype="uint8", is_standard=False) == []


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({**WINDOW, "path": "Vehicle.Windw"}, "Did you mean 'Vehicle.Window'"),
        ({**WINDOW, "kind": "sensor"}, "another kind"),
        ({**WINDOW, "datatype": "float"}, "another datatype"),
        ({**WINDOW, "unit": "degrees"}, "another unit"),
        ({**WINDOW, "maximum": 120}, "its range is wider"),
        ({**WINDOW, "minimum": None}, "its range is wider"),
        ({**MODE, "allowed": ("ECO", "SNOW")}, "SNOW"),
        ({**MODE, "allowed": ()}, "other allowed values"),
        ({**WINDOW, "is_standard": False}, "stands in the standard"),
    ],
)
def test_differences(fields, part):
    (problem,) = said(**fields)
    assert part in problem


def test_first_party_signals_keep_their_promise():
    if not LEAVES_FILE.is_file():
        pytest.skip("the exported leaves of the VSS are not beside this checkout")
    folders = [(folder.parent.name, folder) for folder in sorted((ROOT / "plugins").glob("*/catalog"))]
    leaves = json.loads(LEAVES_FILE.read_text(encoding="utf-8"))
    problems = check_standard(load_catalog(folders).signals.values(), leaves)
    assert [str(problem) for problem in problems] == []
