from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.vss import check_standard
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.yamlfile import load_yaml

LEAVES_FILE = Path(__file__).parents[3] / "shared" / "vss" / "vss_leaves.json"
POLICY = Path(__file__).resolve().parents[2] / "config" / "policy.yaml"


def signals(node):
    """Every signal that a policy asks for."""
    for key, child in node.items():
        if key == "signal":
            yield child.value
        yield from signals(child)
    for child in node:
        yield from signals(child)


def test_all_that_policy_asks_for_is_there():
    assert set(signals(load_yaml(POLICY))) <= set(BASE_SIGNALS)


def test_each_stands_under_its_own_path_and_starts_with_a_value():
    assert all(spec.path == path and spec.initial is not None for path, spec in BASE_SIGNALS.items())


@pytest.mark.skipif(not LEAVES_FILE.is_file(), reason=f"{LEAVES_FILE} is not here")
def test_all_but_overlays_are_standard():
    assert list(check_standard(BASE_SIGNALS.values(), json.loads(LEAVES_FILE.read_text(encoding="utf-8")))) == []
