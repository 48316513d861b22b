from __future__ import annotations

import pytest

from cabin.demo.player import peak_memory_mib, play, stage_times
from cabin.errors import SoundError, UsageError

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"


def differences(chain, *entries):
    return [result.differences for result in play(chain, entries)]


def test_what_is_as_it_must_be(demo_chain, entry):
    told = differences(
        demo_chain,
        entry("open the trunk", "trunk.open"),
        entry("open the passenger window", "window.open", position="passenger"),
        entry("open the trunk", "trunk.open", status=("refused",), car={"Vehicle.Speed": 50.0}),
        entry("how far can i go", "range.get", status=("answered",)),
        entry("dance", refused="unclear", status=("refused",)),
        entry("set the temperature to 60 degrees", refused="impossible", status=("refused",)),
    )
    assert told == [()] * 6


@pytest.mark.parametrize(
    ("text", "intents", "more", "told"),
    [
        ("open the trunk", ("trunk.close",), {}, "commands: trunk.open, not trunk.close"),
        ("open the trunk", ("trunk.open", "window.open"), {}, "commands: trunk.open, not trunk.open, window.open"),
        (
            "open the window",
            ("window.open",),
            {"position": "driver"},
            "commands: window.open, not window.open position=driver",
        ),
        ("unlock the door", ("door.unlock",), {}, "confirm, not done"),
        ("dance", ("trunk.open",), {}, "refused: unclear"),
        ("dance", (), {"refused": "chatter"}, "refused as unclear, not chatter"),
        ("open the trunk", (), {"refused": "question"}, "commands: trunk.open"),
        ("silent", ("trunk.open",), {}, "nothing was heard"),
    ],
)
def test_what_is_not(demo_chain, entry, text, intents, more, told):
    assert differences(demo_chain, entry(text, *intents, **more)) == [(told,)]


def test_every_recording_finds_the_car_as_it_was_at_first(demo_chain, entry, car):
    car.place("Vehicle.Speed", 2.0)
    at_first = car.snapshot()
    seen = []
    for result in play(demo_chain, [entry("open the trunk", "trunk.open", car={"Vehicle.Speed": 1}) for _ in range(2)]):
        seen.append([(c.before, c.after) for turn in result.turns for o in turn.outcomes for c in o.changes])
    assert seen == [[(False, True)]] * 2
    assert car.snapshot() == at_first


def test_needs_a_simulated_car_and_a_sound(demo_chain, entry, monkeypatch):
    missing = entry("open the trunk", "trunk.open")
    missing.file.unlink()
    with pytest.raises(SoundError):
        list(play(demo_chain, [missing]))

    class Real:
        name = "kuksa"

    monkeypatch.setattr(demo_chain.executor, "vehicle", Real())
    with pytest.raises(UsageError, match="kuksa"):
        list(play(demo_chain, []))


def test_times_by_stage_and_memory(demo_chain, entry):
    results = list(play(demo_chain, [entry("open the trunk", "trunk.open"), entry("dance", refused="unclear")]))
    times = {each.stage: each for each in stage_times(results)}
    assert list(times) == ["listen", "recognize", "parse", "policy", "act", "total"]
    assert all(0 <= each.p50_ms <= each.p95_ms for each in times.values())
    assert stage_times([]) == []
    assert peak_memory_mib() > 5
