from __future__ import annotations

from types import SimpleNamespace

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import ConfigError, PluginError
from cabin.hookspecs import hookimpl
from cabin.monitoring.opening import open_monitors, watched_specs
from cabin.plugins.manager import PluginManager
from tests.monitoring.conftest import LAMP, SPEED


def managed(**factories):
    @hookimpl
    def register_monitors(register):
        for name, factory in factories.items():
            register(name, factory)

    manager = PluginManager()
    manager.load("p", lambda: SimpleNamespace(register_monitors=register_monitors))
    manager.register_all()
    return manager


def test_all_or_those_named(scribe):
    plugins = managed(a=scribe, b=scribe)
    assert list(open_monitors(plugins)) == ["a", "b"]
    assert list(open_monitors(plugins, ["b"])) == ["b"]
    with pytest.raises(ConfigError, match="'bb'"):
        open_monitors(plugins, ["bb"])


def test_what_is_none_is_told(scribe):
    with pytest.raises(PluginError, match="is none"):
        open_monitors(managed(a=dict))
    with pytest.raises(PluginError):
        open_monitors(managed(a=lambda: 1 / 0))


def test_the_catalog_goes_before_a_monitors_idea_of_a_signal(scribe):
    own = SignalSpec(SPEED, "sensor", "uint8")
    specs = watched_specs({"m": scribe(paths=(SPEED, LAMP))}, {SPEED: own})
    assert (specs[SPEED], set(specs)) == (own, {SPEED, LAMP})
