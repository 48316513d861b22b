from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.chain import Chain
from cabin.demo.script import DemoEntry, ExpectedCommand
from cabin.executor import Executor
from cabin.messages import Hypothesis, Transcript, Utterance
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy


class Ears:
    """Hears what the file's name says, or nothing in "silent.wav"."""

    def load(self):
        pass

    def close(self):
        pass

    def utterances(self, blocks, source):
        if source != "silent.wav":
            for block in blocks:
                yield Utterance(block, 0.1, 0.4, source)

    def recognize(self, utterance):
        text = utterance.source.removesuffix(".wav").replace("-", " ")
        return Transcript((Hypothesis(text, -1.0),), "ears")


@pytest.fixture
def demo_chain(small_catalog, car):
    """Return a chain that hears what a file is called."""
    return Chain(TemplateParser(small_catalog), Executor(small_catalog, load_policy(), car), Ears())


@pytest.fixture
def entry(tmp_path):
    """Return a function that makes a recording of half a second and what is expected of it."""

    def entry(text, *intents, refused=None, status=("done",), car=None, **slots):
        file = tmp_path / f"{text.replace(' ', '-')}.wav"
        write_wav(file, (0.5 * np.sin(np.arange(8000) / 5)).astype(np.float32))
        expect = tuple(ExpectedCommand(intent, slots) for intent in intents)
        return DemoEntry(file, text, "nobody", {"snr_db": 5.0}, car or {}, expect, refused, status)

    return entry
