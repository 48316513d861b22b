"""Speech of tones, and a chain whose ears write down what is in a table: the bench itself, without models."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench.noise.spoken import SpeechStore
from cabin.chain import Chain
from cabin.executor import Executor
from cabin.messages import SAMPLE_RATE_HZ, Hypothesis, Transcript, Utterance
from cabin.plugins import load_plugins
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy


class Ears:
    """Hears the whole of a sound as one utterance, 0.5 s before its end, as what `hears` makes of it."""

    def __init__(self, hears):
        self.hears = hears
        self.sounds = []

    def utterances(self, blocks, source):
        sound = np.concatenate(list(blocks))
        self.sounds.append(sound)
        length_s = len(sound) / SAMPLE_RATE_HZ
        yield Utterance(sound, 0.5, length_s - 0.5, source)

    def recognize(self, utterance):
        text = self.hears(utterance)
        return Transcript((Hypothesis(text, -1.0),) if text else (), "ears", catalog_evidence=-0.25)

    def load(self):
        pass

    def close(self):
        pass


@pytest.fixture
def chain_that_hears(small_catalog, car):
    """Return a function that makes a chain on the small catalog from what its ears hear."""

    def make(hears):
        executor = Executor(small_catalog, load_policy(None), car, load_plugins({"CABIN_LOAD_PLUGINS": ""}))
        return Chain(TemplateParser(small_catalog), executor, Ears(hears))

    return make


@pytest.fixture
def store(tmp_path):
    """Return a store of speech in a folder of its own."""
    return SpeechStore(tmp_path / "spoken")


@pytest.fixture
def say(store):
    """Put a sound of half a second into the store for a saying."""

    def put(saying, seconds=0.5):
        path = store.path(saying)
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = np.sin(2 * np.pi * 440 * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ)
        write_wav(path, (0.4 * tone).astype(np.float32))
        return saying

    return put
