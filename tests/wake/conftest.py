"""Tiny things to build with: an untrained network as a folder, voices that are tones, a small catalog."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from cabin.wake.package import DETECTOR_FILE, INFO_FILE, WakeModelInfo, info_bytes
from cabin.wake.training.export import export_network
from cabin.wake.training.network import WakeNetwork
from cabin.wake.training.plan import DetectorShape

TINY = DetectorShape(channels=8, kernel=3, dilations=(1, 2))


@pytest.fixture(scope="session")
def tiny_network():
    torch.manual_seed(1)
    return WakeNetwork(TINY).eval()


@pytest.fixture
def detector_folder(tmp_path, tiny_network):
    """Write a detector for "hey car" whose threshold is so low that it hears it everywhere."""

    def write(threshold=0.01, **changed):
        folder = tmp_path / "detector"
        folder.mkdir(exist_ok=True)
        network = export_network(tiny_network)
        (folder / DETECTOR_FILE).write_bytes(network)
        digest = hashlib.sha256(network).hexdigest()
        info = WakeModelInfo("hey car", threshold, 1.0, (TINY.history, TINY.channels), digest, **changed)
        (folder / INFO_FILE).write_bytes(info_bytes(info))
        return folder

    return write


class ToneStore:
    """Stands for SpeechStore: each word is a chord of its own, each voice another pitch; nothing is spoken aloud."""

    def __init__(self):
        self.spoken = []

    def speak(self, sayings, told=lambda _done, _all: None):
        self.spoken = list(dict.fromkeys(sayings))
        told(len(self.spoken), len(self.spoken))
        return len(self.spoken)

    def missing(self, _sayings):
        return []

    def path(self, saying):
        return Path(f"{saying.key}.wav")

    def read(self, saying):
        pitch = 1.0 + (zlib.crc32(saying.voice.encode()) % 7) / 20
        words = [word.strip(",.!?") for word in saying.text.split()]
        parts = [_chord(zlib.crc32(word.encode()), pitch) for word in words]
        return np.concatenate((np.zeros(3200, dtype=np.float32), *parts, np.zeros(3200, dtype=np.float32)))


def _chord(seed, pitch):
    rng = np.random.default_rng(seed)
    at = np.arange(4000) / 16_000
    tones = sum(np.sin(2 * np.pi * pitch * hz * at) for hz in rng.uniform(200, 3000, 3))
    return (0.2 * tones * np.hanning(4000) ** 0.3).astype(np.float32)


@pytest.fixture
def tones():
    """Return voices that are tones."""
    return ToneStore()


@pytest.fixture(scope="session")
def small_sentences(small_catalog_dir):
    """Return the small catalog with its sentences."""
    from cabin.catalog.loader import load_catalog

    return load_catalog([small_catalog_dir], sentences=True)
