"""Section `capture`, and what the capture process is told."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from cabin.assembly import capture_settings
from cabin.audio.capture_settings import CaptureConfig, CaptureSettings, reference_of
from cabin.audio.ring import RingShape
from cabin.config import CabinConfig
from cabin.errors import ConfigError, PluginError
from cabin.plugins import load_plugins


def test_the_longest_wait_is_not_shorter_than_the_first():
    with pytest.raises(ConfigError, match="retry_max_ms: this value does not fit"):
        CaptureConfig(retry_ms=500, retry_max_ms=100)


def test_the_ring_holds_as_long_as_it_says_at_any_usual_rate():
    shape = CaptureSettings(CaptureConfig(ring_s=4, block_ms=32), "a:b").shape
    assert shape == RingShape(125, 1536)
    assert shape.bytes < 1_000_000
    assert CaptureSettings(CaptureConfig(rate_hz=96_000, block_ms=20), "a:b").shape.slot_frames == 1920


@dataclass(frozen=True)
class Inner:
    path: Path = Path("a/b")


def test_options_travel_as_json():
    options = {"inner": Inner(), "many": (1, Path("c")), "map": {"x": Inner()}, "text": "t"}
    told = CaptureSettings(CaptureConfig(device="d"), "a:b", options).source_settings()
    assert json.loads(json.dumps(told.options)) == {
        "inner": {"path": "a/b"},
        "many": [1, "c"],
        "map": {"x": {"path": "a/b"}},
        "text": "t",
    }
    assert (told.device, told.rate_hz, told.block_s) == ("d", 16_000, 0.032)


def test_a_factory_is_told_by_its_name():
    assert reference_of(reference_of, "it") == "cabin.audio.capture_settings:reference_of"


@pytest.mark.parametrize("factory", [lambda settings: None, functools.partial(print), Inner().path.open])
def test_a_factory_that_cannot_be_imported_is_refused(factory):
    with pytest.raises(PluginError, match="the factory of sound source 'it' cannot be imported by its name"):
        reference_of(factory, "it")


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({"CABIN_LOAD_PLUGINS": "cabin_sound"})


def test_the_configured_source_is_looked_up_with_its_section(plugins):
    assert set(plugins.sound_sources.names()) == {"microphone", "file", "socket"}
    section = plugins.config_sections()["file"]
    config = CabinConfig(capture=CaptureConfig(source="file", device="x.wav"), plugins={"file": section(speed=2.0)})
    settings = capture_settings(plugins, config)
    assert settings.factory == "cabin_sound:open_file"
    assert dict(settings.options) == {"speed": 2.0, "at_end": "silence"}


def test_an_unknown_source_is_told_with_the_nearest(plugins):
    with pytest.raises(ConfigError, match=r"unknown sound source 'microfone'.*Did you mean 'microphone'"):
        capture_settings(plugins, CabinConfig(capture=CaptureConfig(source="microfone")))
