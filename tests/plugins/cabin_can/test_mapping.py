from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cantools", reason="cantools is not installed")

from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.errors import ConfigError
from cabin.testing.vehicle_contract import LOCKED, MODE, POSITION, SPECS, SPEED, TEMPERATURE
from cabin.vehicle.signals import same_value
from cabin_can.mapping import Mapped, load_map

DBC = Path(__file__).resolve().parents[3] / "config" / "cabin.dbc"

FOREIGN = """VERSION ""

BU_: GATEWAY CABIN

BO_ 100 Body: 8 GATEWAY
 SG_ Doors : 0|2@1+ (1,0) [0|3] "" CABIN
 SG_ OutsideF : 8|16@1+ (0.1,-40) [-40|6000] "degF" CABIN
 SG_ Gear : 24|4@1+ (1,0) [0|15] "" CABIN

VAL_ 100 Doors 0 "OPEN" 1 "SHUT" ;
VAL_ 100 Gear 0 "N" 1 "S" ;
"""


def mapped(tmp_path, text, dbc=DBC, specs=SPECS):
    file = tmp_path / "can.yaml"
    file.write_text(text, encoding="utf-8")
    return load_map(dbc, file, specs)


def test_the_files_of_the_repository_fit_each_other(can_map):
    assert {POSITION, LOCKED, TEMPERATURE, MODE, SPEED} == set(can_map.signals)
    assert can_map.signals[POSITION].unit.name == "BODY"
    assert can_map.signals[SPEED].unit is None
    assert can_map.specs[SPEED] == SPECS[SPEED]


@given(st.integers(0, 100))
def test_whole_numbers_survive_the_bus(value):
    signal = Mapped(SPECS[POSITION], None, "P", scale=0.4, offset=-10)
    assert signal.from_bus(signal.to_bus(value)) == value


@given(st.floats(16, 28))
def test_fractions_survive_within_the_tolerance_of_readings(value):
    signal = Mapped(SPECS[TEMPERATURE], None, "T", scale=1.8, offset=32)
    assert same_value(SPECS[TEMPERATURE], signal.from_bus(signal.to_bus(value)), value)


def test_words_and_scales_of_a_foreign_dbc(tmp_path):
    outside = "Vehicle.Exterior.AirTemperature"
    (tmp_path / "car.dbc").write_text(FOREIGN, encoding="utf-8")
    text = f"""
signals:
  {LOCKED}: {{at: Body.Doors, values: {{OPEN: "false", SHUT: "true"}}}}
  {outside}: {{at: Body.OutsideF, scale: 0.5555556, offset: -17.777778}}
  {MODE}: {{at: Body.Gear, values: {{N: NORMAL, S: SPORT}}}}
"""
    specs = SPECS | {outside: SignalSpec(outside, "sensor", "float", "celsius")}
    found = mapped(tmp_path, text, tmp_path / "car.dbc", specs).signals
    told = found[LOCKED].frame.decode(bytes([1, 0x94, 0x04, 1, 0, 0, 0, 0]))
    assert {path: entry.from_bus(told[entry.name]) for path, entry in found.items()} == {
        LOCKED: True,
        outside: pytest.approx(25.1111, abs=1e-3),
        MODE: "SPORT",
    }
    assert found[LOCKED].spec.kind == "sensor"  # nobody there takes commands
    assert found[LOCKED].to_bus(False) == "OPEN"


def test_what_means_nothing_is_no_value(can_map):
    assert can_map.signals[MODE].from_bus(14) is None
    assert can_map.signals[POSITION].from_bus("SNA") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"signals: {{{POSITION}: BODY_Satus2.X}}", "BODY_Status2"),
        (f"signals: {{{POSITION}: BODY_Status2.DoorR1DrvWindowPoss}}", "DoorR1DrvWindowPos"),
        (f"signals: {{{POSITION}: 5}}", "MESSAGE.SIGNAL"),
        (f"signals: {{{POSITION}: {{at: BODY_Status2.DoorR1DrvWindowPos, scael: 2}}}}", "unknown key 'scael'"),
        (f"signals: {{{POSITION}: {{at: BODY_Status2.DoorR1DrvWindowPos, scale: 0}}}}", "a scale of 0"),
        (f"signals: {{{POSITION}: {{at: BODY_Status2.DoorR1DrvWindowPos, offset: x}}}}", "no number"),
        ("signal: {}", "unknown key 'signal'"),
    ],
)
def test_mistakes_of_the_map_are_told_with_their_line(tmp_path, text, told):
    with pytest.raises(ConfigError, match=r"can\.yaml:1: ") as caught:
        mapped(tmp_path, text)
    assert told in str(caught.value)


def test_a_dbc_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "broken.dbc").write_text("BO_ what", encoding="utf-8")
    for name, told in (("broken.dbc", "no usable DBC"), ("none.dbc", "cannot be read")):
        with pytest.raises(ConfigError, match=told):
            mapped(tmp_path, "signals: {}", tmp_path / name)


def test_signals_of_no_catalog_are_passed_over(tmp_path):
    assert mapped(tmp_path, "signals: {Vehicle.Other: BODY_Status1.HoodOpen}").signals == {}
