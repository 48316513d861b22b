"""A voice and sinks that the voice and player processes of tests open."""

from __future__ import annotations

import os
import time

import numpy as np

from cabin.errors import ModelError, Problem, SoundError

RATE_HZ = 8000
SECONDS_A_WORD = 0.1


class FakeVoice:
    """Each word is a tenth of a second of tone; some words go wrong."""

    rate_hz = RATE_HZ

    def __init__(self, settings):
        if settings.language != "en":
            raise ModelError(Problem("no such language here", hint="Take en."))
        self._options = settings.options

    def say(self, text):
        words = text.lower().strip(".").split()
        if "hang" in words:
            time.sleep(3600)
        if "raise" in words:
            raise RuntimeError("as the test wants")
        if "die" in words:
            os._exit(3)
        if "nothing" in words:
            return np.zeros(0, dtype=np.float32)
        at_s = np.arange(round(len(words) * SECONDS_A_WORD * RATE_HZ)) / RATE_HZ
        return (0.3 * np.sin(2 * np.pi * 440 * at_s)).astype(np.float32)


def open_voice(settings):
    return FakeVoice(settings)


class MemorySink:
    """What is played stays here; time passes when the test says so."""

    def __init__(self, settings):
        self.rate_hz = settings.rate_hz
        self.latency_s = 0.05
        self.written = []
        self.calls = []
        self.on_write = lambda: None

        self.is_full = lambda: False

    def room(self):
        return 0 if self.is_full() else 10**6

    def write(self, samples):
        self.written.append(np.array(samples))
        self.on_write()

    def is_empty(self):
        return not self.is_full()

    def rest(self):
        self.calls.append("rest")

    def drop(self):
        self.calls.append("drop")

    def close(self):
        self.calls.append("close")


def hanging_sink(settings):
    """A device whose driver hangs."""
    sink = MemorySink(settings)
    sink.write = lambda samples: time.sleep(3600)
    return sink


def missing_sink(settings):
    raise SoundError(Problem("the loudspeaker is not there", "replies.device", hint="Plug it in."))


def dying_sink(settings):
    sink = MemorySink(settings)
    sink.write = lambda samples: os._exit(5)
    return sink
