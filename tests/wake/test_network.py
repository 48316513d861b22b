"""The network as it runs: in steps the same as whole, detection, and folders that do not fit."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import torch

from cabin.errors import ModelError
from cabin.wake.detector import WakeDetector, WakeDetectorSettings
from cabin.wake.features import FeatureStream
from cabin.wake.network import NetworkDetector, create_network_detector
from cabin.wake.package import DETECTOR_FILE, INFO_FILE
from cabin.wake.phrase import WakePhrase

SOUND = np.random.default_rng(2).standard_normal(16_000).astype(np.float32) * 0.1


def test_scores_are_those_of_the_network_before_it_was_quantized(detector_folder, tiny_network):
    steps = FeatureStream().accept(SOUND)
    with torch.no_grad():
        scores = torch.sigmoid(tiny_network(torch.from_numpy(steps)[None]))[0].numpy()
    means = np.convolve(scores, np.ones(3) / 3)[: len(scores)]
    detector = NetworkDetector(detector_folder(), threshold=0.999)
    told = [detector.accept(SOUND[at : at + 512]) for at in range(0, len(SOUND) - 511, 512)]
    np.testing.assert_allclose(told, means[: len(told)], atol=0.02)


def test_pieces_of_any_size_give_the_same_detection(detector_folder):
    folder, found = detector_folder(0.3), []
    for size in (160, 512, 5000):
        detector = NetworkDetector(folder)
        for at in range(0, len(SOUND), size):
            detector.accept(SOUND[at : at + size])
        found.append(detector.detection)
    assert found[0] is not None
    assert found[0] == found[1] == found[2]


def test_what_was_heard_is_forgotten_at_the_next_stretch(detector_folder):
    detector = NetworkDetector(detector_folder(0.3))
    assert detector.verdict == "no"
    detector.accept(SOUND)
    first = detector.detection
    assert (detector.verdict, first.longest_s) == ("yes", 1.0)
    detector.end()
    assert detector.verdict == "yes"
    detector.begin()
    assert detector.verdict == "no"
    detector.accept(SOUND)
    assert detector.detection == first


def test_it_is_a_detector(detector_folder):
    settings = WakeDetectorSettings(WakePhrase("hey car"), lambda _samples: None, model=detector_folder())
    assert isinstance(create_network_detector(settings), WakeDetector)


def test_the_threshold_of_the_configuration_holds(detector_folder):
    settings = WakeDetectorSettings(WakePhrase("hey car"), lambda _samples: None, 0.77, detector_folder())
    assert create_network_detector(settings).threshold == 0.77


def test_it_needs_a_folder_for_its_phrase(detector_folder):
    with pytest.raises(ModelError, match=r"wake\.model"):
        create_network_detector(WakeDetectorSettings(WakePhrase("hey car"), lambda _samples: None))
    other = WakeDetectorSettings(WakePhrase("hello computer"), lambda _samples: None, model=detector_folder())
    with pytest.raises(ModelError, match="another phrase"):
        create_network_detector(other)


def test_a_file_that_is_no_network(detector_folder):
    folder = detector_folder()
    (folder / DETECTOR_FILE).write_bytes(b"no network")
    told = json.loads((folder / INFO_FILE).read_text()) | {"sha256": hashlib.sha256(b"no network").hexdigest()}
    (folder / INFO_FILE).write_text(json.dumps(told))
    with pytest.raises(ModelError, match="cannot be loaded"):
        NetworkDetector(folder)
