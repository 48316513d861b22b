from __future__ import annotations

from pathlib import Path

import pytest

from cabin.errors import ConfigError
from cabin.vehicle.condition_file import ConditionReader
from cabin.vehicle.conditions import Condition
from cabin.vehicle.policy_file import read_policy
from cabin.yamlfile import parse_yaml


def read(text, writes=False):
    reader = ConditionReader()
    found = reader.conditions(parse_yaml(text, Path("policy.yaml")), writes)
    return found, [str(problem) for problem in reader.problems]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("{time: true, within: '22:00-6:30'}", Condition("time", "", "within", (1320, 390))),
        ("{speaker: true, is_not: [driver, unknown]}", Condition("speaker", "", "is_not", ("driver", "unknown"))),
        ("{driver: true, is: drowsy}", Condition("driver", "", "is", ("drowsy",))),
        ("{strictness: true, above: 1}", Condition("strictness", "", "above", (1,))),
        ("{signal: A.B, is: true, optional: true}", Condition("signal", "A.B", "is", (True,), optional=True)),
    ],
)
def test_conditions(text, condition):
    assert read(f"- {text}") == ((condition,), [])
    assert read(f"- {text}")[0][0].where == "policy.yaml:1"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{time: true, within: noon}", "no range of times"),
        ("{time: true, above: 3}", "time cannot be tested with 'above'"),
        ("{signal: A.B, within: '1:00-2:00'}", "signal cannot be tested with 'within'"),
        ("{speaker: drivr, is: driver}", "speaker is asked with `true`"),
        ("{speaker: true, is: drivr}", "Did you mean 'driver'?"),
        ("{driver: true, is: [drowzy]}", "Did you mean 'drowsy'?"),
        ("{signal: speed, above: 3}", "no path of a signal"),
        ("{slot: x, is: 1, optional: true}", "stands beside no signal"),
        ("{value: true, is: true}", "only a rule on writes knows the value"),
        ("{signl: A.B, above: 3}", "Did you mean 'signal'?"),
    ],
)
def test_mistakes(text, part):
    found, told = read(f"- {text}")
    assert any(part in each and each.startswith("policy.yaml:1") for each in told), (found, told)


def test_a_write_knows_no_command():
    assert read("- {value: true, is: true}", writes=True)[1] == []
    for text in ("{slot: x, is: 1}", "{confidence: true, below: 1}"):
        assert "a rule on writes knows no" in read(f"- {text}", writes=True)[1][0]


def test_all_mistakes_of_the_other_sections_at_once():
    with pytest.raises(ConfigError) as caught:
        read_policy(
            parse_yaml(
                """
sets: {free: {rules: []}, standstill: {rules: []}}
actions:
  window.open: [standstil]
writes:
  - {rule: a, signals: [window], refuse: "No {title}"}
  - {rule: b, confirm: Sure?}
speakers:
  hold_s: long
  ranks: {drivr: 2, driver: -1}
  zones: {driver: 3}
""",
                Path("policy.yaml"),
            )
        )
    told = str(caught.value)
    for part in (
        "policy.yaml:4: window.open: no rule set 'standstil'",
        "Did you mean 'standstill'?",
        "policy.yaml:6: 'window' is no signal",
        "policy.yaml:6: unknown placeholder",
        "policy.yaml:7: unknown key 'confirm'",
        "policy.yaml:7: a rule on writes needs 'signals'",
        "policy.yaml:7: a rule on writes needs 'refuse'",
        "policy.yaml:9: hold_s is no usable number",
        "Did you mean 'driver'?",
        "policy.yaml:10: rank of driver is no usable number",
        "policy.yaml:11: zone of driver is no text",
    ):
        assert part in told, part
