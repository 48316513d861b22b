"""Examples: where the phrase ends in them, and that the label stands there."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.bench.noise.spoken import Saying
from cabin.wake.features import BANDS, FRAMES_PER_STEP, STEP_SAMPLES
from cabin.wake.training.augment import trimmed
from cabin.wake.training.corpus import PIECE_STEPS, Clip, Clips, make_examples, phrase_end, read_clips
from cabin.wake.training.plan import Sayings

PHRASE = Saying("hey car", "am_adam")


@pytest.fixture
def sayings():
    return Sayings(
        (PHRASE, Saying("hey car", "am_adam", 1.3), Saying("hey car", "hibari")),
        (Saying("hey car open the window", "am_adam"), Saying("hey car open it", "bf_emma")),
        (Saying("hey cow", "am_adam"),),
        (Saying("what a lovely day", "am_adam"),),
    )


def test_the_phrase_is_found_in_a_sentence(tones):
    phrase = trimmed(tones.read(PHRASE))
    sentence = trimmed(tones.read(Saying("hey car open the window", "am_adam")))
    assert phrase_end(phrase, sentence) == pytest.approx(len(phrase), abs=3 * STEP_SAMPLES)
    assert phrase_end(phrase[:0], sentence) == -1


def test_clips_know_where_the_phrase_ends(tones, sayings):
    clips = read_clips(tones, sayings)
    assert [clip.end == len(clip.sound) for clip in clips.phrase[:3]] == [True] * 3
    assert len(clips.phrase) == 4, "a sentence of a voice that never says the phrase alone is left out"
    assert 0 < clips.phrase[3].end < len(clips.phrase[3].sound)
    assert {clip.end for clip in (*clips.near, *clips.other)} == {0}


def test_examples_are_the_same_for_the_same_seed(tones, sayings):
    clips, told = read_clips(tones, sayings), []
    examples = make_examples(clips, 200, 5, told.append)
    assert examples.features.shape == (200, PIECE_STEPS, FRAMES_PER_STEP * BANDS)
    assert told == [100, 200]
    assert np.isfinite(examples.features).all()
    again = make_examples(clips, 50, 5)
    assert np.array_equal(again.features, examples.features[:50])
    assert np.array_equal(again.labels, examples.labels[:50])
    share = np.mean((examples.labels == 1).any(axis=1))
    assert 0.25 < share < 0.55


def test_a_label_stands_where_the_phrase_has_ended():
    """The phrase is a burst of noise, all else is silence or tones: the features at the label tell its end."""
    rng = np.random.default_rng(1)
    burst = (0.3 * rng.standard_normal(9_600)).astype(np.float32)
    clips = Clips((Clip(burst, len(burst)),), (), ())
    examples = make_examples(clips, 120, 3)
    seen = 0
    for features, labels in zip(examples.features, examples.labels, strict=True):
        if not (labels == 1).any():
            continue
        first = int((labels == 1).argmax())
        level = features.astype(np.float32).mean(axis=1)
        seen += level[max(0, first - 8) : first - 1].mean() > level[first + 4 : first + 8].mean() + 0.02
    assert seen > 0.8 * np.sum((examples.labels == 1).any(axis=1))


def test_without_near_misses_and_other_speech_there_are_examples_all_the_same(tones, sayings):
    clips = read_clips(tones, Sayings(sayings.phrase, (), (), ()))
    assert (make_examples(clips, 30, 1).labels == 1).any()
