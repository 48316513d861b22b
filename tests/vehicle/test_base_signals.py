from __future__ import annotations

from pathlib import Path

from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.yamlfile import load_yaml

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
