"""The callback that registering hooks are given."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cabin.errors import PluginError
from cabin.plugins.callbacks import RegisterCallback
from cabin.plugins.guard import Guard, PluginRecord
from cabin.plugins.registry import Registry


@dataclass(frozen=True)
class Frozen:
    level: int = 1


@dataclass
class Thawed:
    level: int = 1


def callback(hook, record):
    registry = Registry("thing")
    return RegisterCallback(Guard(), record, hook, registry), registry


def test_it_remembers_the_plugin():
    register, registry = callback("register_actions", PluginRecord("lamp"))
    register("blink", print, "blink three times")
    assert (registry.get("blink").plugin, registry.get("blink").summary) == ("lamp", "blink three times")


def test_a_refusal_is_a_fault_and_an_error():
    record = PluginRecord("lamp")
    register, _ = callback("register_actions", record)
    with pytest.raises(PluginError, match="not a name"):
        register("Blink!", print)
    assert [fault.hook for fault in record.faults] == ["register_actions"]


@pytest.mark.parametrize("thing", [dict, Frozen(), Thawed, "Frozen"])
def test_sections_are_frozen_dataclasses(thing):
    register, registry = callback("register_config", PluginRecord("lamp"))
    with pytest.raises(PluginError, match="no frozen dataclass"):
        register("lamp", thing)
    register("lamp", Frozen)
    assert registry.get("lamp").thing is Frozen


def test_closed_it_takes_nothing():
    register, registry = callback("register_actions", PluginRecord("lamp"))
    register.close()
    with pytest.raises(PluginError, match="is over"):
        register("blink", print)
    assert len(registry) == 0
