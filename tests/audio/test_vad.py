from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin.audio.vad import FRAME_SAMPLES, SileroDetector, find_silero
from cabin.audio.wav import read_sound
from cabin.errors import ModelError


def probabilities(detector: SileroDetector, samples: np.ndarray) -> np.ndarray:
    whole = len(samples) - len(samples) % FRAME_SAMPLES
    return np.array([detector.probability(frame) for frame in samples[:whole].reshape(-1, FRAME_SAMPLES)])


@pytest.mark.parametrize("name", ["silence", "car-noise"])
def test_no_speech_is_heard_where_nobody_speaks(detector: SileroDetector, fixtures: Path, name: str) -> None:
    assert probabilities(detector, read_sound(fixtures / f"{name}.wav").samples).max() < 0.3


@pytest.mark.parametrize("name", ["open-window", "noisy-command", "korean-hello"])
def test_speech_is_heard(detector: SileroDetector, fixtures: Path, name: str) -> None:
    assert (probabilities(detector, read_sound(fixtures / f"{name}.wav").samples) > 0.7).sum() * 0.032 > 0.5


def test_reset_forgets(detector: SileroDetector, fixtures: Path) -> None:
    sound = read_sound(fixtures / "open-window.wav").samples
    first = probabilities(detector, sound)
    assert not np.array_equal(probabilities(detector, sound), first), "the state carries over"
    detector.reset()
    assert np.array_equal(probabilities(detector, sound), first)


def test_a_frame_of_another_size_is_refused(detector: SileroDetector) -> None:
    with pytest.raises(ValueError, match="512"):
        detector.probability(np.zeros(100, np.float32))


def test_a_missing_model_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CABIN_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=rf"{tmp_path}.*cabin models get silero-vad"):
        find_silero()


@pytest.mark.usefixtures("loaded_detector")
def test_a_damaged_model_is_told(tmp_path: Path) -> None:
    damaged = tmp_path / "silero.onnx"
    damaged.write_bytes(find_silero().read_bytes()[:50_000])
    with pytest.raises(ModelError, match=r"silero\.onnx: the voice detector's model cannot be loaded"):
        SileroDetector(damaged)
