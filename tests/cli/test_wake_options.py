"""Which detector the options of `cabin wake` mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.cli.app import App
from cabin.cli.wake_options import wake_chain, wake_config, wakeful
from cabin.errors import ConfigError, ModelError
from cabin.hearing import LazyHearing
from cabin.wake.by_recognizer import RecognizerDetector
from cabin.wake.hearing import WakefulHearing
from tests.wake.conftest import detector_folder, tiny_network  # noqa: F401


@pytest.fixture
def app(tmp_path):
    made = App()
    (tmp_path / "cabin.yaml").write_text("wake: {phrase: hello car, sounds_like: [hello carl]}\n", encoding="utf-8")
    made.environ["CABIN_CONFIG"] = str(tmp_path)
    return made


def test_the_configuration_is_taken_with_the_mode_phrase(app):
    wake = wake_config(app, None, None, recognizer=False).wake
    assert (wake.mode, wake.phrase, wake.sounds_like, wake.detector) == (
        "phrase",
        "hello car",
        ("hello carl",),
        "recognizer",
    )


def test_another_phrase_has_no_variants(app):
    wake = wake_config(app, "hey cabin", None, recognizer=True).wake
    assert (wake.phrase, wake.sounds_like) == ("hey cabin", ())


def test_a_folder_that_is_none(app):
    with pytest.raises(ModelError, match="wake build"):
        wake_config(app, None, Path("/nowhere"), recognizer=False)


def test_a_folder_says_which_phrase_and_with_the_recognizer_it_is_both(app, detector_folder):  # noqa: F811
    for recognizer, name in ((False, "network"), (True, "both")):
        wake = wake_config(app, None, detector_folder(), recognizer).wake
        assert (wake.detector, wake.phrase) == (name, "hey car")


def test_ears_behind_the_gate(app):
    config = wake_config(app, None, None, recognizer=True)
    hearing = wakeful(app, config, LazyHearing(lambda: None))
    assert isinstance(hearing.door.detector, RecognizerDetector)
    assert hearing.door.phrase.text == "hello car"
    with pytest.raises(ConfigError, match="too short"):
        wakeful(app, wake_config(app, "hi", None, recognizer=True), LazyHearing(lambda: None))


def test_a_chain_behind_the_gate(app):
    chain, hearing = wake_chain(app, wake_config(app, None, None, recognizer=True), Path("none"))
    assert isinstance(hearing, WakefulHearing)
    assert chain.hearing is hearing
    chain.close()
