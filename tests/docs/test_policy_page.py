"""docs/reference/policy.md tells what policy.yaml and its reader do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cabin.vehicle.circumstances import SPEAKERS
from cabin.vehicle.driver_state import CONDITIONS
from cabin.vehicle.policy_file import load_policy, read_policy
from cabin.yamlfile import parse_yaml

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
POLICY = load_policy()


@pytest.mark.parametrize("name", list(POLICY.sets))
def test_every_rule_set_has_its_row(name):
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", [rule.name for rule in POLICY.always])
def test_every_rule_for_all_has_its_row(name):
    assert f"| {name} |" in PAGE


def test_the_example_can_be_read():
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    policy = read_policy(parse_yaml(example[1], Path("policy.md")))
    assert (list(policy.sets), [rule.name for rule in policy.always]) == (["quiet"], ["horn at standstill"])
    assert [rule.name for rule in policy.writes] == ["seats stay put in a bend"]
    assert policy.actions == (("volume.*", ("quiet",)),)


def test_which_sets_are_sensitive():
    told = re.search(r"^(`confirm`,.*?) are sensitive", PAGE, re.DOTALL | re.MULTILINE)
    assert told is not None
    assert {name for name, rules in POLICY.sets.items() if rules.is_sensitive} == set(re.findall(r"`(\w+)`", told[1]))


@pytest.mark.parametrize("words", [CONDITIONS, SPEAKERS])
def test_the_words_of_conditions_are_all_told(words):
    assert ", ".join(words) in PAGE
