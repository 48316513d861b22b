from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from scripts.make_dbc import CONFIG, can_yaml, dbc, place, place_all


def test_the_files_of_the_repository_are_those_that_the_script_makes():
    """When the catalogs change: python -m scripts.make_dbc."""
    placed = place_all()
    assert (CONFIG / "cabin.dbc").read_text(encoding="utf-8") == dbc(placed)
    assert (CONFIG / "can.yaml").read_text(encoding="utf-8") == can_yaml(placed)


def test_free_text_stays_out():
    specs = [SignalSpec("Vehicle.Cabin.A", "actuator", "string"), SignalSpec("Vehicle.Cabin.B", "actuator", "boolean")]
    assert [entry.spec.path for entry in place(specs)] == ["Vehicle.Cabin.B"]


def test_names_that_collide_are_an_error():
    specs = [SignalSpec(f"Vehicle.Cabin.{name}", "sensor", "boolean") for name in ("Open", "IsOpen")]
    with pytest.raises(ValueError, match="Open"):
        place(specs)


def test_a_command_value_has_24_bits():
    assert all(entry.bits <= 24 for entry in place_all() if entry.spec.kind == "actuator")
    assert all(entry.bits <= 48 for entry in place_all())
