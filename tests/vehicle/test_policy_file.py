from __future__ import annotations

from pathlib import Path

import pytest

from cabin.errors import ConfigError
from cabin.vehicle.policy import Condition, Rule, RuleSet
from cabin.vehicle.policy_file import BUILT_IN_POLICY, load_policy, read_policy
from cabin.yamlfile import parse_yaml


def read(text: str):
    return read_policy(parse_yaml(text, Path("policy.yaml")))


def test_the_file_in_config_is_the_built_in_one():
    configured = Path(__file__).parents[2] / "config" / "policy.yaml"
    assert configured.read_text(encoding="utf-8") == BUILT_IN_POLICY.read_text(encoding="utf-8")
    assert {"free", "confirm", "standstill", "parked", "driver_only"} <= load_policy(configured).sets.keys()


def test_a_whole_rule():
    policy = read("""
sets:
  quiet:
    about: not at night
    sensitive: true
    rules:
      - {rule: night, if: [{signal: A.B, is: [NIGHT, DUSK]}, {slot: value, above: 50}], confirm: "Shall I {title}?"}
always:
  - {rule: never, intents: ["horn.*"], refuse: No.}
""")
    conditions: tuple[Condition, ...] = (
        Condition("signal", "A.B", "is", ("NIGHT", "DUSK")),
        Condition("slot", "value", "above", (50,)),
    )
    rule = Rule("night", "confirm", "Shall I {title}?", conditions)
    assert policy.sets == {"quiet": RuleSet("quiet", (rule,), "not at night", True)}
    assert policy.always == (Rule("never", "refuse", "No.", (), ("horn.*",)),)
    assert policy.signals() == {"A.B"}


def test_all_mistakes_at_once_each_with_its_line():
    with pytest.raises(ConfigError) as caught:
        read("""
sets:
  a: {rules: [{rule: x, if: [{signal: V.S, over: 3}], refuse: No}]}
  b: {rules: [{rule: x, refuse: No, confirm: Yes?}]}
  c: {about: no rules}
  d: {sensitive: maybe, rules: []}
  e: {rules: [{if: [{signal: V.S, above: fast}], refuse: "No {speed}"}]}
  f: {rules: [{rule: x, if: [{signal: V.S, slot: y, is: 1}], refuse: No}]}
  g: [1]
alwais: []
""")
    told = str(caught.value)
    for part in (
        "policy.yaml:3: unknown key 'over'",
        "policy.yaml:4: a rule needs one of 'refuse' and 'confirm'",
        "policy.yaml:5: rule set 'c' has no key 'rules'",
        "policy.yaml:6: sensitive is no boolean",
        "policy.yaml:7: a rule needs a name",
        "policy.yaml:7: above is no number",
        "policy.yaml:7: unknown placeholder",
        "policy.yaml:8: a condition asks one thing",
        "policy.yaml:9: rule set 'g' is no mapping",
        "Did you mean 'always'?",
    ):
        assert part in told


@pytest.mark.parametrize("text", ["", "[]", "sets: 3", "always: []"])
def test_a_file_without_rule_sets_is_no_policy(text):
    with pytest.raises(ConfigError, match=r"policy\.yaml:1"):
        read(text)
