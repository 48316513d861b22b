"""The voice detector's real model, and the recordings that tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cabin.audio.vad import SileroDetector, find_silero
from cabin.errors import ModelError


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return Path(__file__).resolve().parents[1] / "fixtures"


@pytest.fixture(scope="session")
def loaded_detector() -> SileroDetector:
    try:
        return SileroDetector(find_silero())
    except ModelError:
        if os.environ.get("CI"):
            raise
        pytest.skip("the voice detector is not there: cabin models get silero-vad")


@pytest.fixture
def detector(loaded_detector: SileroDetector) -> SileroDetector:
    loaded_detector.reset()
    return loaded_detector
