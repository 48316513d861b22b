"""Registries: name -> what a plugin registered."""

from __future__ import annotations

import pytest

from cabin.errors import ConfigError, PluginError
from cabin.plugins.registry import Registered, Registry


@pytest.fixture
def registry():
    registry = Registry("recognizer")
    registry.add(Registered("moonshine", print, "cabin_moonshine", "small and quick"))
    registry.add(Registered("vosk", print, "cabin_vosk"))
    return registry


def test_get_and_list(registry):
    assert registry.get("vosk").plugin == "cabin_vosk"
    assert registry.names() == ("moonshine", "vosk")
    assert registry.by_plugin("cabin_moonshine") == ("moonshine",)
    assert [entry.summary for entry in registry] == ["small and quick", ""]
    assert "vosk" in registry
    assert len(registry) == 2


def test_unknown_names_what_is_known_and_the_nearest(registry):
    with pytest.raises(
        ConfigError,
        match=r"cabin.yaml:3: unknown recognizer 'moonshin'; expected: moonshine, vosk\. Did you mean 'moonshine'\?",
    ):
        registry.get("moonshin", "cabin.yaml:3")


def test_the_first_keeps_a_name(registry):
    with pytest.raises(PluginError, match="already registered by plugin 'cabin_vosk'"):
        registry.add(Registered("vosk", print, "stranger"))
    assert registry.get("vosk").plugin == "cabin_vosk"


@pytest.mark.parametrize("name", ["", "Vosk", "two words", "ünï", "-x", 3, None, "x" * 65])
def test_what_is_no_name(registry, name):
    with pytest.raises(PluginError, match="not a name"):
        registry.add(Registered(name, print, "p"))


def test_what_cannot_be_called(registry):
    with pytest.raises(PluginError, match="cannot be called"):
        registry.add(Registered("text", "not a factory", "p"))
