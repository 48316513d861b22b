"""A detector's folder: read whole and verified, or told what is wrong."""

from __future__ import annotations

import json

import pytest

from cabin.errors import ModelError
from cabin.wake.package import DETECTOR_FILE, INFO_FILE, read_info


def test_what_was_written_is_read(detector_folder):
    info = read_info(detector_folder(0.3, sounds_like=("a car",), seed=4))
    assert (info.phrase, info.threshold, info.sounds_like, info.seed) == ("hey car", 0.3, ("a car",), 4)


def test_no_folder(tmp_path):
    with pytest.raises(ModelError, match="cabin wake build"):
        read_info(tmp_path / "nothing")


def test_a_network_that_was_altered(detector_folder):
    folder = detector_folder()
    data = bytearray((folder / DETECTOR_FILE).read_bytes())
    data[-1] ^= 1
    (folder / DETECTOR_FILE).write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        read_info(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 2},
        {"threshold": "high"},
        {"history": [3]},
        {"history": None},
        {"format": 99},
        {"phrase": None},
        {"longest_s": -1},
    ],
)
def test_a_description_that_is_damaged(detector_folder, change):
    folder = detector_folder()
    told = json.loads((folder / INFO_FILE).read_text()) | change
    (folder / INFO_FILE).write_text(json.dumps(told))
    with pytest.raises(ModelError):
        read_info(folder)


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", "{", '{"phrase": "hey car"}'])
def test_a_description_that_is_none(detector_folder, text):
    folder = detector_folder()
    (folder / INFO_FILE).write_text(text)
    with pytest.raises(ModelError):
        read_info(folder)


def test_what_a_later_version_adds_is_passed_over(detector_folder):
    folder = detector_folder()
    told = json.loads((folder / INFO_FILE).read_text()) | {"novelty": 1}
    (folder / INFO_FILE).write_text(json.dumps(told))
    assert read_info(folder).phrase == "hey car"
