"""hibari's voice, made small: its dictionaries mapped instead of read, its engine without a memory arena.

Measured (2026-11, hibari-tts 0.2.1, onnxruntime 1.31, after one long sentence): hibari as it comes 193 MiB resident
(171 proportional), so 101 (77); 0.5 s of processor time to load instead of 2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import ModelError, Problem
from cabin.onnx_runtime import load_onnxruntime
from cabin_hibari.phonemes import open_phonemes

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.replies.voice import VoiceSettings

__all__ = ["HibariVoice"]

_LANGUAGES = ("en", "en-us")
_INSTALL = "Install it: pip install 'hibari-tts>=0.2,<0.3', or cabin with the extra `speech`."
_SEED = 0
"""Of the breath in the voice: the same sentence gives the same samples."""


class HibariVoice:
    """Implements cabin.replies.voice.Voice."""

    def __init__(self, settings: VoiceSettings, cache: Path | None = None) -> None:
        """Raises ModelError when hibari is not installed, or the language is not its own."""
        if settings.language.lower() not in _LANGUAGES:
            raise ModelError(
                Problem(
                    "the voice hibari does not speak this language",
                    "replies.language",
                    settings.language,
                    "en",
                    "Choose another voice: `cabin plugins` lists them.",
                )
            )
        try:
            self._engine = _load(int(settings.options.get("threads", 1)), cache)
        except ImportError as error:
            raise ModelError(Problem("the voice hibari is not installed", seen=str(error), hint=_INSTALL)) from error
        except (AttributeError, KeyError, TypeError) as error:
            seen = f"{type(error).__name__}: {error}"
            raise ModelError(Problem("this version of hibari is not known", seen=seen, hint=_INSTALL)) from error
        self.rate_hz = int(self._engine.sample_rate)
        self._speed = min(2.0, max(0.5, settings.speed))

    def say(self, text: str) -> Samples:
        """Return a sentence as sound; nothing for a text without words."""
        return np.asarray(self._engine(text, speed=self._speed, seed=_SEED), dtype=np.float32)


def _load(threads: int, cache: Path | None) -> Any:
    onnxruntime = load_onnxruntime()
    from hibari import Hibari
    from hibari.tts import ASSETS

    class LeanHibari(Hibari):  # type: ignore[misc]
        """With a session of our own; nothing is fetched."""

        def __init__(self) -> None:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = threads
            options.log_severity_level = 3
            options.enable_cpu_mem_arena = options.enable_mem_pattern = False
            model = str(Path(ASSETS) / "hibari.onnx")
            self.voice, self.model_path = "heart", model
            self.sess = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self.vocab = json.loads((Path(ASSETS) / "vocab.json").read_text(encoding="utf-8"))
            self._g2p = open_phonemes(cache)

    return LeanHibari()
