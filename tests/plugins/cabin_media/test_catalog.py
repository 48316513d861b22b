"""The catalog of music, radio and sound: its names, its signals against the standard, and what its commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin.vehicle.expressions import CannotAct
from cabin_media import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "media.play": "song artist album playlist genre query source",
    "media.pause": "",
    "media.resume": "",
    "media.stop": "",
    "media.next": "",
    "media.previous": "",
    "media.shuffle": "",
    "media.repeat": "",
    "media.get": "",
    "radio.on": "",
    "radio.off": "",
    "radio.tune": "station value unit",
    "radio.next": "",
    "radio.previous": "",
    "source.set": "source!",
    "volume.up": "value unit amount",
    "volume.down": "value unit amount",
    "volume.set": "value! unit",
    "volume.mute": "",
    "volume.unmute": "",
    "volume.get": "",
    "equalizer.up": "band!",
    "equalizer.down": "band!",
    "equalizer.set": "band! value",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_media", folder) for folder in catalog_dirs()])


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def test_intents_and_slots_are_those_agreed(catalog: Catalog) -> None:
    found = {
        name: {slot.name + "!" * slot.required for slot in intent.slots.values()}
        for name, intent in catalog.intents.items()
    }
    assert found == {name: set(slots.split()) for name, slots in EXPECTED.items()}


def test_each_intent_has_sentences(catalog: Catalog) -> None:
    for name, intent in catalog.intents.items():
        assert sum(len(group.templates) for group in intent.sentences) >= 3, name


@needs_vss
def test_standard_signals_agree_with_vss(catalog: Catalog) -> None:
    check_standard_signals(catalog)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_intent_can_be_planned_with_the_least_said(catalog: Catalog, car: SimulatedCar, name: str) -> None:
    intent = catalog.intents[name]
    slots = {**required(intent), **LEAST.get(name, {})}
    planned = plan(Command(name, slots), intent, car)
    assert planned.targets or planned.reads or choose_case(intent, slots).action


MEDIA = "Vehicle.Cabin.Infotainment.Media"


def test_volume_moves_by_steps_and_stops_at_its_end(catalog: Catalog, car: SimulatedCar) -> None:
    assert act(car, catalog, "volume.set", value=50)[f"{MEDIA}.Volume"] == 50
    assert act(car, catalog, "volume.up")[f"{MEDIA}.Volume"] == 60
    assert act(car, catalog, "volume.down", amount="little")[f"{MEDIA}.Volume"] == 55
    assert act(car, catalog, "volume.down", value=5, unit="level")[f"{MEDIA}.Volume"] == 50
    assert act(car, catalog, "volume.up", value="max")[f"{MEDIA}.Volume"] == 100
    stopped = plan(Command("volume.up", {}), catalog.intents["volume.up"], car).targets[0].computed
    assert (stopped.value, stopped.stopped_at) == (100, "max")


def test_volume_above_its_range_is_refused(catalog: Catalog, car: SimulatedCar) -> None:
    with pytest.raises(CannotAct) as refused:
        plan(Command("volume.set", {"value": 120}), catalog.intents["volume.set"], car)
    assert (refused.value.obstacle, refused.value.low, refused.value.high) == ("out_of_range", 0, 100)


def test_turning_up_unmutes(catalog: Catalog, car: SimulatedCar) -> None:
    assert act(car, catalog, "volume.mute")[f"{MEDIA}.IsMuted"] is True
    assert act(car, catalog, "volume.up")[f"{MEDIA}.IsMuted"] is False


def test_every_source_reaches_the_player(catalog: Catalog, car: SimulatedCar) -> None:
    for source in catalog.intents["source.set"].slots["source"].values:
        changed = act(car, catalog, "source.set", source=source)
        assert changed[f"{MEDIA}.Request.Source"] == source
        assert changed[f"{MEDIA}.Played.Source"] != "UNKNOWN"


def test_frequency_with_a_unit_goes_to_its_band(catalog: Catalog, car: SimulatedCar) -> None:
    fm = act(car, catalog, "radio.tune", value=101.5, unit="mhz")
    assert (fm[f"{MEDIA}.Played.Source"], fm[f"{MEDIA}.Radio.FM.Frequency"]) == ("FM", 101.5)
    am = act(car, catalog, "radio.tune", value=1010, unit="khz")
    assert (am[f"{MEDIA}.Played.Source"], am[f"{MEDIA}.Radio.AM.Frequency"]) == ("AM", 1010)
    assert choose_case(catalog.intents["radio.tune"], {"value": 101.5}).action == "radio_tune"


@pytest.mark.parametrize("band", ["bass", "treble", "mid", "balance", "fader"])
def test_each_band_moves_its_own_signal(catalog: Catalog, car: SimulatedCar, band: str) -> None:
    path = f"{MEDIA}.Equalizer.{band.capitalize()}"
    assert act(car, catalog, "equalizer.up", band=band) == {path: 2}
    assert act(car, catalog, "equalizer.down", band=band) == {path: 0}
    assert act(car, catalog, "equalizer.set", band=band, value=-7) == {path: -7}
    assert act(car, catalog, "equalizer.set", band=band, value="max") == {path: 10}
    assert act(car, catalog, "equalizer.set", band=band) == {path: 0}
