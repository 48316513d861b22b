"""The voice process: `python -m cabin.replies.voice_child`. Loads one voice, says what it is sent, ends.

daemon -> voice   {"say": n, "text": ...}
voice -> daemon   {"is": "loaded", "ms"} | {"is": "said", "say": n, "rate_hz"} with 16-bit sound
                  {"is": "failed", "say": n, "what"} | {"is": "problem", ...}, and then it ends
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cabin.errors import CabinError
from cabin.replies.helper import HelperEnd
from cabin.replies.player_child import problem_data
from cabin.replies.voice import VoiceSettings

if TYPE_CHECKING:
    from cabin.replies.voice import Voice

__all__ = ["main", "say"]

_MOST_S = 60.0
"""A voice that makes more of one sentence has gone astray."""


def main(argv: Sequence[str]) -> None:
    """Do what the daemon's one argument says, until its socket is closed."""
    daemon, told = HelperEnd.begin(argv[0])
    begun_s = time.perf_counter()
    try:
        module, _, name = told["factory"].partition(":")
        voice: Voice = getattr(importlib.import_module(module), name)(VoiceSettings(**told["settings"]))
    except (CabinError, Exception, SystemExit) as error:  # a voice is a plugin's: it must not fail without a word
        daemon.send({"is": "problem", **problem_data(error, told["factory"])})
        os._exit(1)
    daemon.send({"is": "loaded", "ms": round((time.perf_counter() - begun_s) * 1000, 1)})
    for message, _ in daemon.messages():
        number = int(message["say"])
        try:
            pcm = say(voice, str(message["text"]))
        except Exception as error:  # one sentence fails, the next may not
            daemon.send({"is": "failed", "say": number, "what": f"{type(error).__name__}: {error}"[:500]})
        else:
            daemon.send({"is": "said", "say": number, "rate_hz": voice.rate_hz}, pcm)
    os._exit(0)  # threads of models are not waited for


def say(voice: Voice, text: str) -> bytes:
    """Return a sentence as 16-bit sound. Raises ValueError for sound that is none."""
    samples = np.asarray(voice.say(text), dtype=np.float32)
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise ValueError("the voice gave what is no sound")
    if len(samples) > _MOST_S * voice.rate_hz:
        raise ValueError(f"the voice gave {len(samples) / voice.rate_hz:.0f} s of sound for one sentence")
    pcm: bytes = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype("<i2").tobytes()
    return pcm


if __name__ == "__main__":
    main(sys.argv[1:])
