"""The gate out of the configuration, and the phrase in what the recognizer expects."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.errors import ConfigError, ModelError
from cabin.messages import Transcript
from cabin.plugins import load_plugins
from cabin.speech.bias import Bias, BiasConfig
from cabin.speech.lexicon import Lexicon
from cabin.wake.by_recognizer import RecognizerDetector
from cabin.wake.config import WakeConfig
from cabin.wake.either import EitherDetector
from cabin.wake.network import NetworkDetector
from cabin.wake.opening import hear_now, open_door, with_phrase

HEAR = hear_now(lambda _samples: Transcript((), "test"))


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({"CABIN_LOAD_PLUGINS": "cabin_wake"})


def test_off_is_no_gate(plugins):
    assert open_door(plugins, WakeConfig(), HEAR) is None


def test_a_phrase_by_the_recognizer(plugins):
    door = open_door(plugins, WakeConfig("phrase", sounds_like=("hey carl",), window_s=3.0), HEAR)
    assert isinstance(door.detector, RecognizerDetector)
    assert (door.gate.mode, door.gate.window_s, door.phrase.variants) == ("phrase", 3.0, ("hey carl",))


def test_a_phrase_by_a_network(plugins, detector_folder):
    config = WakeConfig("phrase", detector="network", model=detector_folder(), threshold=0.4)
    door = open_door(plugins, config, HEAR)
    assert isinstance(door.detector, NetworkDetector)
    assert door.detector.threshold == 0.4


def test_both(plugins, detector_folder):
    door = open_door(
        plugins, WakeConfig("phrase", detector="both", model=detector_folder(sounds_like=("a carp",))), HEAR
    )
    assert isinstance(door.detector, EitherDetector)
    assert door.detector.sounds_like == ("a carp",)


def test_a_button_needs_no_network(plugins):
    door = open_door(plugins, WakeConfig("push_to_talk", detector="network"), HEAR)
    assert isinstance(door.detector, RecognizerDetector)


@pytest.mark.parametrize(
    ("config", "error", "hint"),
    [
        (WakeConfig("phrase", phrase="hi"), ConfigError, "too short"),
        (WakeConfig("phrase", detector="recogniser"), ConfigError, "recognizer"),
        (WakeConfig("phrase", detector="network"), ModelError, "wake build"),
    ],
)
def test_what_cannot_be_is_told(plugins, config, error, hint):
    with pytest.raises(error, match=hint):
        open_door(plugins, config, HEAR)


def test_the_recognizer_expects_the_phrase_before_an_order():
    bias = Bias(None, Lexicon(before=("please",)), BiasConfig("light"))
    assert with_phrase(bias, WakeConfig("phrase")).lexicon.before == ("hey car", "please")
    assert with_phrase(bias, WakeConfig("push_to_talk")) is bias
    assert with_phrase(None, WakeConfig("phrase")) is None
    again = with_phrase(dataclasses.replace(bias, lexicon=Lexicon(before=("hey car",))), WakeConfig("phrase"))
    assert again.lexicon.before == ("hey car",)


def test_reading_now_hands_on_what_failed():
    def broken(_samples):
        raise RuntimeError("broken")

    assert isinstance(hear_now(broken)(None).exception(), RuntimeError)
    assert HEAR(None).result().text == ""
