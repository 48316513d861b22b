from __future__ import annotations

import pytest

from cabin.errors import CabinError
from tests.scenarios.conftest import WINDOW

OPEN = f"""
about: a
steps:
  - say: open the driver window
    expect: {{status: [done], intents: [window.open], asks: false, writes: [{WINDOW}], signals: {{{WINDOW}: 100}}}}
"""


def test_what_holds(play):
    (result,) = play(OPEN)
    assert result.has_passed, result.failures
    step = result.steps[0]
    assert (step.what, step.outcomes[0]["slots"]) == ("“open the driver window”", {"position": "driver"})
    assert result.signals[WINDOW][-1][1] == 100
    assert result.car_s > 1


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ("status: [refused]", "status"),
        ("intents: []", "understood"),
        ("refused: unclear", "refused"),
        ("rule: moving", "rule"),
        ("reply: [banana]", "reply"),
        ("reply_lacks: [window]", "reply"),
        ("asks: true", "question"),
        (f"signals: {{{WINDOW}: 5}}", f"signal {WINDOW}"),
        ("writes: []", "written"),
        ("within_ms: 0", "processor time"),
    ],
)
def test_what_does_not_hold_fails(play, expect, what):
    (result,) = play(f"about: a\nsteps:\n  - say: open the driver window\n    expect: {{{expect}}}\n")
    assert [(failure.step, failure.what) for failure in result.failures] == [(1, what)]


def test_what_must_hold_always_is_held_against_every_write_and_step(play):
    steps = "steps:\n  - say: open the driver window\n"
    (result,) = play(f"about: a\nalways:\n  - {{signal: {WINDOW}, below: 50}}\n{steps}")
    assert [failure.step for failure in result.failures] == [0]
    assert "not below 50" in result.failures[0].seen
    (result,) = play(f'about: a\nnever_written: ["*.Window.*"]\n{steps}')
    assert "must never be" in result.failures[0].seen


def test_the_same_seed_gives_the_same_result_but_for_times(play):
    text = f"""
about: a
repeat: 3
drive: city
steps:
  - any_of: [open the driver window, close the driver window, open the sunroof]
  - wait_s: 40
  - say: open the driver window
    expect: {{signals: {{{WINDOW}: 100}}}}
"""
    first, again = ([result.to_json(with_times=False) for result in play(text)] for _ in range(2))
    assert first == again
    assert first != [result.to_json(with_times=False) for result in play(text, seed=1)]


def test_things_happen_that_nobody_says(play):
    (result,) = play(
        """
about: a
car: {Vehicle.Speed: 90}
steps:
  - say: open the trunk
    expect: {status: [refused], rule: moving}
  - set: {Vehicle.Speed: 0}
  - wait_s: 5
  - say: open the trunk
    speaker: driver
    expect: {status: [done]}
  - driver: {condition: drowsy, strictness: 2}
"""
    )
    assert result.has_passed, result.failures
    assert [step.what for step in result.steps][1:3] == ["Vehicle.Speed = 0", "5 s pass"]
    assert result.steps[4].what == "the driver is drowsy (2)"
    assert result.steps[3].what == "“open the trunk” (driver)"


def test_faults_come_and_go(play):
    (result,) = play(
        f"""
about: a
faults:
  - {{signal: {WINDOW}, kind: rejects, at_s: 0, for_s: 10}}
steps:
  - say: open the driver window
    expect: {{status: [failed]}}
  - wait_s: 20
  - say: open the driver window
    expect: {{status: [done]}}
"""
    )
    assert result.has_passed, result.failures


def test_a_scenario_that_does_not_fit_the_car(play):
    with pytest.raises(CabinError, match="Speeed"):
        play("about: a\ncar: {Vehicle.Speeed: 9}\nsteps:\n  - say: open the trunk\n")
