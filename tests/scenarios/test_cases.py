from __future__ import annotations

from cabin.scenarios.cases import cases_of

TEXT = """
about: a
repeat: 2
vary: {side: [left, right], speed: [0, 50]}
car: {Vehicle.Speed: "{speed}"}
steps:
  - say: open the {side} window
    expect: {signals: {"Vehicle.{side}": "{speed}"}, reply: ["{side}"]}
"""


def test_every_combination_and_repetition(scenario):
    cases = list(cases_of(scenario(TEXT)))
    assert [case.name for case in cases][:3] == [
        "test[side=left,speed=0]",
        "test[side=left,speed=0]#1",
        "test[side=left,speed=50]",
    ]
    assert len(cases) == 8
    assert len({case.seed for case in cases}) == 8


def test_values_are_put_in_everywhere_and_keep_their_kind(scenario):
    case = list(cases_of(scenario(TEXT)))[-1]
    step = case.scenario.steps[0]
    assert (step.say, case.scenario.car) == ("open the right window", {"Vehicle.Speed": 50})
    assert (step.expect.signals, step.expect.reply) == ({"Vehicle.right": 50}, ("right",))


def test_seeds_are_always_alike_and_another_seed_moves_them(scenario):
    file = scenario(TEXT)
    seeds = [case.seed for case in cases_of(file)]
    assert seeds == [case.seed for case in cases_of(file)]
    assert not set(seeds) & {case.seed for case in cases_of(file, 1)}
