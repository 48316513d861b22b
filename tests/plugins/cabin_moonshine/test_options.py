from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from cabin.speech.recognizer import RecognizerSettings
from cabin_moonshine.options import MAX_BEAM, MoonshineOptions
from cabin_moonshine.recognizer import create_recognizer


def test_the_recognizer_takes_every_option(random_model_dir: Path) -> None:
    made = create_recognizer(RecognizerSettings(random_model_dir, options=asdict(MoonshineOptions(beam=MAX_BEAM))))
    assert made.beam == MAX_BEAM
    made.close()
