from __future__ import annotations

import copy

import pytest
import yaml

from cabin.dialog import rules as module
from cabin.dialog.phrases import expansions
from cabin.dialog.rules import ACTS, load_rules, read_rules
from cabin.slm.text import normalize

RULES = load_rules()


def data():
    from pathlib import Path

    return yaml.safe_load(Path(module.__file__).with_name(module.RULES_FILE).read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)
def test_every_sentence_is_written_as_utterances_are(rule):
    texts = [text for pattern in rule.patterns for template in pattern.templates for text in expansions(template)]
    assert texts
    for text in texts:
        plain = text.replace("{value}", "three").replace("{position}", "left")
        assert normalize(plain) == plain


def test_every_rule_that_may_fail_says_what_was_missing():
    assert [rule.name for rule in RULES.rules if rule.do not in ACTS and not rule.ask] == []
    assert [rule.name for rule in RULES.rules if "{answer}" not in rule.with_device and rule.with_device] == []


def test_actions_and_opposites_are_the_catalogs(catalog):
    actions = {intent.action for intent in catalog.intents.values()}
    named = {option.action for rule in RULES.rules for option in rule.actions}
    named |= {each for table in (RULES.further, RULES.back) for row in table.values() for each in row}
    assert named <= actions
    places = {v for i in catalog.intents.values() if "position" in i.slots for v in i.slots["position"].values}
    assert set(RULES.opposites["position"]) | set(RULES.positions.values()) <= places


def test_opposites_go_both_ways():
    for pairs in RULES.opposites.values():
        assert all(pairs[pairs[one]] == one for one in pairs)


@pytest.mark.parametrize("wrong", [{"do": "dance"}, {"do": "act"}, {"do": "redo", "verb": "again"}])
def test_what_is_no_rule_is_told(wrong):
    changed = copy.deepcopy(data())
    changed["rules"]["again"] = {"sentences": ["again"], **wrong}
    with pytest.raises(ValueError, match="again"):
        read_rules(changed)


def test_longer_words_are_taken_off_first():
    lengths = [phrase.count(" ") for phrase in RULES.correction]
    assert lengths == sorted(lengths, reverse=True)
