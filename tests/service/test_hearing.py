"""Configuration, models and the microphone, as the user that looks."""

from __future__ import annotations

import pytest

from cabin.audio.wav import write_wav
from cabin.cli.app import App
from cabin.service import hearing


@pytest.fixture
def app(tmp_path, monkeypatch):
    """A configuration whose sound comes from a file."""
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_sound,cabin_simcar")

    def make(text):
        (tmp_path / "cabin.yaml").write_text(text)
        return App()

    return make


def test_a_source_that_gives_sound(app, tmp_path):
    import numpy as np

    write_wav(tmp_path / "noise.wav", np.random.default_rng(1).normal(0, 0.1, 32_000).astype(np.float32))
    text = f"capture: {{source: file, device: {tmp_path / 'noise.wav'}}}\n"
    (found,) = hearing.check_microphone(app(text), 60)
    assert found.level == "ok", found
    assert "blocks of sound" in found.seen


def test_a_source_that_is_not_there(app, tmp_path):
    (found,) = hearing.check_microphone(app(f"capture: {{source: file, device: {tmp_path / 'none.wav'}}}\n"), 3)
    assert found.level == "fail"
    assert "none.wav" in found.seen + found.hint


def test_a_source_that_no_plugin_has(app):
    (found,) = hearing.check_microphone(app("capture: {source: microfone}\n"))
    assert found.level == "fail"
    assert "microfone" in found.seen


def test_no_sound_asked_for(app):
    (found,) = hearing.check_microphone(app("daemon: {source: none}\n"))
    assert (found.level, found.seen) == ("ok", "none")


@pytest.mark.parametrize(
    ("text", "server", "expected"),
    [
        ("{}", "", True),
        ("{}", "unix:/run/x", False),
        ("capture: {device: 'pulse:x'}", "", False),
        ("capture: {source: file}", "", False),
        ("daemon: {source: none}", "", False),
    ],
)
def test_when_sound_cards_are_needed(app, text, server, expected):
    made = app(text)
    made.environ["PULSE_SERVER"] = server
    assert hearing.uses_cards(made) is expected


def test_configuration_and_models_are_those_of_the_doctor(app):
    told = list(hearing.check_configuration(app("recogniser: {}\n")))
    wrong = [each for each in told if each.level == "fail" and each.area == "config"]
    assert "recogniser" in wrong[0].what
    assert {each.area for each in told} >= {"config", "plugins", "catalogs"}
