from __future__ import annotations

import builtins
import subprocess
import sys

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.plugins import load_plugins
from cabin.replies.voice import Voice, VoiceSettings
from cabin_hibari import open_voice
from cabin_hibari import voice as module

SAID = "Opening the passenger window."


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    pytest.importorskip("hibari", reason="hibari-tts is not installed")
    return module.HibariVoice(VoiceSettings(), tmp_path_factory.mktemp("cache"))


def test_it_speaks_and_says_the_same_again(voice):
    assert isinstance(voice, Voice)
    sound = voice.say(SAID)
    assert sound.dtype == np.float32
    assert 1.0 < len(sound) / voice.rate_hz < 4.0
    assert 0.05 < np.max(np.abs(sound)) <= 1.0
    assert np.array_equal(sound, voice.say(SAID))
    assert len(voice.say(" ... ")) < len(sound) / 2


def test_faster(voice, tmp_path):
    faster = module.HibariVoice(VoiceSettings(speed=1.5), tmp_path)
    assert len(faster.say(SAID)) < 0.8 * len(voice.say(SAID))


def test_another_language_is_refused():
    with pytest.raises(ModelError, match="does not speak"):
        open_voice(VoiceSettings(language="ko"))


def test_without_the_package_it_says_how_to_install_it(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *rest, **named):
        if name.partition(".")[0] == "hibari":
            raise ImportError("No module named 'hibari'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match="not installed") as caught:
        module.HibariVoice(VoiceSettings(), tmp_path)
    assert "pip install" in caught.value.problems[0].hint


def test_registering_it_loads_nothing():
    code = "import sys, cabin_hibari; print([m for m in ('hibari', 'onnxruntime', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": "cabin_hibari"})
    assert plugins.voices.names() == ("hibari",)
    assert plugins.config_sections().keys() == {"hibari"}


def test_it_loads_no_torch(voice, tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom cabin.replies.voice import VoiceSettings\n"
        "from cabin_hibari.voice import HibariVoice\n"
        f"HibariVoice(VoiceSettings(), Path({str(tmp_path)!r})).say({SAID!r})\n"
        "print([m for m in ('torch', 'transformers', 'scipy', 'requests') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
