"""The actions of media, on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.errors import VehicleError
from cabin.messages import Command
from cabin_media import actions, catalog_dirs, register_actions
from cabin_simcar.car import SimulatedCar

MEDIA = "Vehicle.Cabin.Infotainment.Media"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def play(car: SimulatedCar, catalog: Catalog, **slots: str) -> str:
    result = actions.play(Command("media.play", slots), catalog.intents["media.play"], car)
    assert all(change.confirmed for change in result.changes)
    assert result.reply is not None
    return result.reply


def test_every_action_that_the_catalog_names_is_registered(catalog: Catalog) -> None:
    registered = {}
    register_actions(lambda name, thing, summary="": registered.update({name: thing}))
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)


def test_every_signal_of_a_request_is_in_the_catalog(catalog: Catalog) -> None:
    slots = set(catalog.intents["media.play"].slots)
    assert set(actions.REQUEST) == slots
    assert set(actions.REQUEST.values()) <= set(catalog.signals)
    assert set(actions.VSS_SOURCES) == set(catalog.intents["media.play"].slots["source"].values)


def test_play_writes_all_parts_and_leaves_nothing_of_the_request_before(car: SimulatedCar, catalog: Catalog) -> None:
    play(car, catalog, song="imagine", artist="john lennon", source="spotify")
    play(car, catalog, genre="jazz")
    held = {slot: car.read(path).value for slot, path in actions.REQUEST.items()}
    assert held == {**dict.fromkeys(actions.REQUEST, ""), "genre": "jazz"}
    assert car.read(f"{MEDIA}.Action").value == "PLAY"
    assert car.read(f"{MEDIA}.Played.PlaybackRate").value == 1
    assert car.read(f"{MEDIA}.Played.Source").value == "INTERNET"  # no source said: it stays


@pytest.mark.parametrize(
    ("slots", "reply"),
    [
        ({}, "Playing."),
        ({"song": "imagine"}, "Playing imagine."),
        ({"artist": "queen"}, "Playing queen."),
        (
            {"song": "imagine", "artist": "john lennon", "source": "spotify"},
            "Playing imagine by john lennon from spotify.",
        ),
        ({"album": "thriller", "artist": "michael jackson"}, "Playing the album thriller by michael jackson."),
        ({"song": "thriller", "album": "thriller"}, "Playing thriller from the album thriller."),
        ({"playlist": "road trip", "source": "phone"}, "Playing the playlist road trip from phone."),
        ({"genre": "jazz", "artist": "miles davis"}, "Playing jazz by miles davis."),
        ({"source": "usb"}, "Playing from usb."),
    ],
)
def test_the_reply_names_what_was_said(car: SimulatedCar, catalog: Catalog, slots: dict[str, str], reply: str) -> None:
    assert play(car, catalog, **slots) == reply


@pytest.mark.parametrize(
    ("value", "band", "unit"), [(101.5, "FM", "megahertz"), (88, "FM", "megahertz"), (1010, "AM", "kilohertz")]
)
def test_a_bare_number_finds_its_band(car: SimulatedCar, catalog: Catalog, value: float, band: str, unit: str) -> None:
    result = actions.tune(Command("radio.tune", {"value": value}), catalog.intents["radio.tune"], car)
    assert all(change.confirmed for change in result.changes)
    assert car.read(f"{MEDIA}.Radio.{band}.Frequency").value == value
    assert car.read(f"{MEDIA}.Played.Source").value == band
    assert result.reply == f"Tuning to {value:g} {unit}."


@pytest.mark.parametrize("value", [5, 150, 300, "max"])
def test_a_number_on_no_band_changes_nothing_and_tells_both(
    car: SimulatedCar, catalog: Catalog, value: float | str
) -> None:
    before = car.snapshot()
    with pytest.raises(VehicleError) as refused:
        actions.tune(Command("radio.tune", {"value": value}), catalog.intents["radio.tune"], car)
    assert car.snapshot() == before
    if value != "max":
        assert "87.5 to 108 MHz or 520 to 1710 kHz" in str(refused.value)


@pytest.mark.parametrize(
    ("track", "artist", "reply"),
    [
        ("Imagine", "John Lennon", "This is Imagine by John Lennon."),
        ("Imagine", "", "This is Imagine."),
        ("", "John Lennon", "This is John Lennon."),
        ("", "", "The player does not tell what this is."),
    ],
)
def test_what_is_playing(car: SimulatedCar, catalog: Catalog, track: str, artist: str, reply: str) -> None:
    car.place(f"{MEDIA}.Played.Track", track)
    car.place(f"{MEDIA}.Played.Artist", artist)
    result = actions.now_playing(Command("media.get"), catalog.intents["media.get"], car)
    assert result.reply == reply
    assert [signal.value for signal in result.readings] == [track, artist]
