"""A build in small: from a phrase to a folder that runs; interrupted and gone on; nothing half written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.wake.network import NetworkDetector
from cabin.wake.package import DETECTOR_FILE, INFO_FILE, REPORT_FILE, read_info
from cabin.wake.phrase import WakePhrase
from cabin.wake.training.build import build_detector, choose_threshold
from cabin.wake.training.corpus import PIECE_STEPS, Examples
from cabin.wake.training.plan import DetectorShape, WakeBuildPlan

PHRASE = WakePhrase("hey car")
PLAN = WakeBuildPlan(
    voices=("af_alloy", "am_adam"),
    near=3,
    other=1,
    commands=1,
    examples=60,
    steps=8,
    batch=8,
    checkpoint_steps=2,
    shape=DetectorShape(channels=8, kernel=3, dilations=(1, 2)),
)


@pytest.fixture
def build(tones, small_sentences, tmp_path):
    def run(out=None, tell=lambda *_: None, recognize=None, plan=PLAN):
        return build_detector(
            PHRASE, small_sentences, tones, out or tmp_path / "out", plan, tmp_path / "work", tell, recognize
        )

    return run


def test_a_folder_that_runs(build, tones, tmp_path):
    built = build(recognize=lambda _samples: "a carp")
    info = read_info(tmp_path / "out")
    assert built.info == info
    assert (info.phrase, info.steps, info.sounds_like) == ("hey car", 8, ("a carp",))
    assert sorted(path.name for path in built.folder.iterdir()) == sorted((DETECTOR_FILE, INFO_FILE, REPORT_FILE))
    assert json.loads((built.folder / REPORT_FILE).read_text())["held_back"] == built.held_back
    detector = NetworkDetector(built.folder)
    assert 0.0 <= detector.accept(tones.read(tones.spoken[0])) <= 1.0
    assert list((tmp_path / "work").iterdir()) == []


def test_the_same_plan_gives_the_same_detector(build, tmp_path):
    one, two = build(tmp_path / "one"), build(tmp_path / "two")
    assert one.info == two.info


def test_interrupted_it_goes_on_and_comes_to_the_same(build, tmp_path):
    whole = build(tmp_path / "whole")
    steps = []

    def interrupt(what, done, _of):
        if what.startswith("mixing") and steps:
            return
        if what.startswith("training"):
            steps.append(done)

    import cabin.wake.training.trainer as trainer

    learn = trainer.WakeTrainer._learn

    def stop_at_five(self):
        if self.step == 5:
            raise KeyboardInterrupt
        return learn(self)

    trainer.WakeTrainer._learn = stop_at_five
    try:
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path / "again", interrupt)
    finally:
        trainer.WakeTrainer._learn = learn
    assert not (tmp_path / "again").exists()
    steps.clear()
    again = build(tmp_path / "again", interrupt)
    assert steps[0] == 5
    assert again.info.sha256 == whole.info.sha256


@pytest.mark.parametrize("make", ["folder", "file"])
def test_nothing_of_somebody_elses_is_overwritten(build, tmp_path, make):
    out = tmp_path / "taken"
    if make == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "thesis.txt").write_text("mine")
    with pytest.raises(ModelError, match="taken"):
        build(out)
    assert (out if make == "file" else out / "thesis.txt").read_text() == "mine"


class Knows:
    """Stands for a network: the first feature is the logit."""

    def __call__(self, features):
        return features[:, :, 0]


def test_the_threshold_lets_nearly_all_phrases_through():
    features = np.full((200, PIECE_STEPS, 80), -6.0, dtype=np.float16)
    labels = np.zeros((200, PIECE_STEPS), dtype=np.int8)
    labels[:100, 40:47] = 1
    for number in range(100):
        features[number, 40:47, 0] = -2.0 + number * 0.06
    features[150, 20:25, 0] = 5.0
    chosen = choose_threshold(Knows(), Examples(features, labels))
    assert 0.1 <= chosen["threshold"] <= 0.2
    assert chosen["missed"] <= 0.03
    assert chosen["false_pieces"] == pytest.approx(0.01)


def test_a_threshold_without_phrases_is_the_lowest():
    features = np.zeros((4, PIECE_STEPS, 80), dtype=np.float16)
    chosen = choose_threshold(Knows(), Examples(features, np.zeros((4, PIECE_STEPS), dtype=np.int8)))
    assert chosen["threshold"] == 0.1
