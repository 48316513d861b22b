from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.scenarios.cases import cases_of
from cabin.scenarios.run import RESULTS, RunOptions, kept_results, run_cases

TEXT = """
about: a
vary: {side: [driver, passenger]}
steps:
  - say: open the {side} window
    expect: {status: [done]}
"""


def plain(result):
    return json.dumps(result.to_json(with_times=False))


@pytest.fixture
def options(tmp_path):
    return RunOptions(tmp_path / "out", model=Path("none"))


def test_what_is_done_is_not_done_again(scenario, options):
    cases = list(cases_of(scenario(TEXT)))
    told = []
    first = run_cases(cases[:1], options, told.append)
    both = run_cases(cases, options, told.append)
    assert [result.case for result in told] == [case.name for case in cases]
    assert json.dumps(both[0].to_json()) == json.dumps(first[0].to_json())
    assert set(kept_results(options.out, cases)) == {case.name for case in cases}


def test_another_file_or_seed_is_another_case_and_half_a_line_is_none(scenario, options):
    cases = list(cases_of(scenario(TEXT)))
    run_cases(cases[:1], options)
    with (options.out / RESULTS).open("a") as file:
        file.write('{"case": "half')
    assert len(kept_results(options.out, cases)) == 1
    assert kept_results(options.out, list(cases_of(scenario(TEXT), 1))) == {}
    assert kept_results(options.out, list(cases_of(scenario(TEXT + "# changed\n")))) == {}


def test_two_processes_give_what_one_gives(scenario, tmp_path, options):
    cases = list(cases_of(scenario(TEXT)))
    one = run_cases(cases, options)
    two = run_cases(cases, RunOptions(tmp_path / "two", jobs=2, model=Path("none")))
    assert [plain(result) for result in one] == [plain(result) for result in two]


def test_a_case_that_cannot_run_fails_and_the_others_run(scenario, options):
    bad = scenario("about: a\ncar: {Vehicle.Nope: 1}\nsteps:\n  - say: hi\n", "bad")
    results = run_cases([*cases_of(bad), *list(cases_of(scenario(TEXT)))[:1]], options)
    assert [result.has_passed for result in results] == [False, True]
    assert "Vehicle.Nope" in str(results[0].failures[0])
