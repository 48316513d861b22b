"""Text to speech with 29 voices: Kokoro-82M's 28 English speakers, and hibari's own.

Kokoro-82M (Apache-2.0) takes phoneme tokens between two zeros, a style row of 256 chosen by the number of tokens, and a
speed; it gives 24 kHz. Phonemes come from hibari-tts (Apache-2.0), whose alphabet is the same.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cabin.errors import Problem, UsageError, nearest
from cabin.messages import SAMPLE_RATE_HZ
from scripts.voices.fetch import MODEL_FILE, OTHER_SPEAKERS, SPEAKERS, VOCABULARY_FILE, voices_dir

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["HIBARI", "VOICES", "speak_phonemes", "synthesize"]

HIBARI = "hibari"
"""The voice that comes in hibari's wheel; needs no fetching."""

VOICES = (HIBARI, *SPEAKERS)

_RATE_HZ = 24_000
_MOST_TOKENS = 500
_STYLE_ROWS = 510


def synthesize(text: str, voice: str = HIBARI, speed: float = 1.0) -> Samples:
    """Say a text: mono float32 of shape (n,) at SAMPLE_RATE_HZ, peak 0.7, with 0.2 s of silence at both ends.

    Speed 1 is the voice's own pace, 0.5 half as fast, 2 twice. The same arguments give the same samples.
    Raises UsageError for an unknown voice, a speed out of range or a text without words.
    """
    _check(voice, speed, VOICES)
    british = voice.startswith("b")
    if voice == HIBARI:
        sound = cast("Samples", _hibari(False)(text, speed=speed, seed=0))
    else:
        sentences = [_kokoro(phonemes, voice, speed) for phonemes in _hibari(british).phonemize(text)]
        sound = np.concatenate(sentences) if sentences else np.zeros(0, dtype=np.float32)
    if not len(sound):
        raise UsageError(Problem("there is nothing to say", seen=repr(text), expected="words"))
    return _finish(sound)


def speak_phonemes(phonemes: str, voice: str, speed: float = 1.0) -> Samples:
    """Say phonemes in Kokoro's alphabet, as `synthesize` does; for words of other languages. hibari's voice cannot."""
    _check(voice, speed, (*SPEAKERS, *OTHER_SPEAKERS))
    return _finish(_kokoro(phonemes, voice, speed))


def _check(voice: str, speed: float, voices: tuple[str, ...]) -> None:
    if voice not in voices:
        raise UsageError(Problem("unknown voice", seen=voice, expected=", ".join(voices), hint=nearest(voice, voices)))
    if not 0.5 <= speed <= 2.0:
        raise UsageError(Problem("the speed is out of range", seen=str(speed), expected="0.5 to 2"))


def _finish(sound: Samples) -> Samples:
    import soxr

    silence = np.zeros(SAMPLE_RATE_HZ // 5, dtype=np.float32)
    resampled = soxr.resample(sound, _RATE_HZ, SAMPLE_RATE_HZ).astype(np.float32)
    resampled *= 0.7 / max(1e-6, float(np.max(np.abs(resampled))))
    return np.concatenate((silence, resampled, silence))


def _kokoro(phonemes: str, voice: str, speed: float) -> Samples:
    vocabulary = _vocabulary()
    tokens = [vocabulary[symbol] for symbol in phonemes if symbol in vocabulary][:_MOST_TOKENS]
    style = _style(voice)[min(len(tokens), _STYLE_ROWS - 1)]
    feeds = {
        "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
        "style": style,
        "speed": np.array([speed], dtype=np.float32),
    }
    return cast("Samples", np.asarray(_session().run(None, feeds)[0], dtype=np.float32).ravel())


@lru_cache(maxsize=2)
def _hibari(british: bool) -> Any:
    from hibari import Hibari
    from hibari.g2p import G2P

    return Hibari(g2p=G2P(british=british))


@lru_cache(maxsize=1)
def _session() -> Any:
    from cabin.onnx_runtime import load_onnxruntime

    onnxruntime = load_onnxruntime()
    model = voices_dir() / MODEL_FILE
    if not model.is_file():
        raise UsageError(
            Problem("the voices are not there", str(model), hint="Run 'python -m scripts.voices.fetch' first.")
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, int]:
    return cast("dict[str, int]", json.loads((voices_dir() / VOCABULARY_FILE).read_text(encoding="utf-8"))["vocab"])


@cache
def _style(voice: str) -> Samples:
    return np.fromfile(voices_dir() / f"{voice}.bin", dtype="<f4").reshape(_STYLE_ROWS, 1, 256)
