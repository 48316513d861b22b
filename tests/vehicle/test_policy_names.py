from __future__ import annotations

from pathlib import Path

import pytest

from cabin.assembly import open_catalog
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.vehicle.policy_file import load_policy, read_policy
from cabin.vehicle.policy_names import name_problems
from cabin.yamlfile import parse_yaml

CATALOG = open_catalog(load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}))
SIGNALS = {**BASE_SIGNALS, **CATALOG.signals}

MISTAKES = """
sets:
  a: {rules: [{rule: x, if: [{signal: Vehicle.Sped, above: 3}], refuse: Never}]}
  b: {rules: [{rule: y, if: [{signal: Vehicle.Driver.FatigeLevel, above: 3, optional: true}], refuse: Never}]}
  c: {rules: [{rule: z, if: [{signal: Quite.Different.Thing, above: 3, optional: true}], refuse: Never}]}
actions:
  "window.opne": [a]
  "window.*": [b]
always:
  - {rule: w, intents: [trunk.opn, "door.*"], refuse: Never}
writes:
  - {rule: v, signals: ["Vehicle.Cabin.Dor.*"], refuse: Never}
"""


def test_the_shipped_policy_names_only_what_there_is():
    assert name_problems(load_policy(), CATALOG.intents, SIGNALS) == []


def test_every_name_that_means_nothing_is_told_with_its_line():
    policy = read_policy(parse_yaml(MISTAKES, Path("policy.yaml")))
    told = [str(problem) for problem in name_problems(policy, CATALOG.intents, SIGNALS)]
    assert len(told) == 5
    for line, name, hint in (
        (7, "window.opne", "window.open"),
        (10, "trunk.opn", "trunk.open"),
        (3, "Vehicle.Sped", "Vehicle.Speed"),
        (4, "Vehicle.Driver.FatigeLevel", "Vehicle.Driver.FatigueLevel"),
    ):
        assert any(text.startswith(f"policy.yaml:{line}: no") and name in text and f"'{hint}'" in text for text in told)
    assert any("policy.yaml:12" in text and "Vehicle.Cabin.Dor.*" in text for text in told)


@pytest.mark.parametrize("plugins", ["cabin_body", ""])
def test_nothing_is_asked_of_catalogs_that_are_not_there(plugins, tmp_path):
    from cabin.config.check import check_file

    file = tmp_path / "policy.yaml"
    file.write_text("sets: {free: {rules: []}}\nactions: {'window.opne': [free]}\n", encoding="utf-8")
    found = check_file(file, load_plugins({"CABIN_LOAD_PLUGINS": plugins}))
    assert len(found) == (1 if plugins else 0)
