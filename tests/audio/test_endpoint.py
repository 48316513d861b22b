from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cabin.audio.endpoint import EndpointConfig, Endpointer, utterances
from cabin.audio.level import rms_dbfs
from cabin.audio.vad import FRAME_SAMPLES, SileroDetector
from cabin.audio.wav import read_sound
from cabin.errors import ConfigError
from cabin.messages import Utterance

RATE = 16_000
FRAME_S = FRAME_SAMPLES / RATE
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"


class LoudnessDetector:
    """A voice detector whose probability is the largest sample of the frame: tests draw what it hears."""

    def probability(self, frame: np.ndarray) -> float:
        return float(frame.max())

    def reset(self) -> None:
        """Has nothing to forget."""


def drawn(*stretches: tuple[float, float]) -> np.ndarray:
    """Return a sound of (seconds, probability) stretches, in whole frames."""
    return np.concatenate(
        [np.full(round(seconds / FRAME_S) * FRAME_SAMPLES, level, np.float32) for seconds, level in stretches]
    )


def cut(sound: np.ndarray, config: EndpointConfig | None = None, block: int = 1_000) -> list[Utterance]:
    blocks = (sound[begin : begin + block] for begin in range(0, len(sound), block))
    return list(utterances(blocks, LoudnessDetector(), config, "test"))


def test_speech_is_cut_out_with_its_margins() -> None:
    (utterance,) = cut(drawn((2, 0), (1.6, 0.9), (2, 0)))
    assert utterance.start_s == pytest.approx(2 - 0.3, abs=FRAME_S)
    assert utterance.end_s == pytest.approx(3.6 + 0.3, abs=FRAME_S)
    assert len(utterance.samples) == round((utterance.end_s - utterance.start_s) * RATE)
    assert (utterance.samples > 0.5).sum() == pytest.approx(1.6 * RATE, abs=FRAME_SAMPLES)
    assert utterance.source == "test"
    assert not utterance.damaged


def test_margins_end_where_the_sound_does() -> None:
    (utterance,) = cut(drawn((0.1, 0), (1, 0.9)))
    assert (utterance.start_s, utterance.end_s) == (0.0, len(drawn((0.1, 0), (1, 0.9))) / RATE)


def test_hysteresis_lets_speech_hover_but_not_begin_between_the_thresholds() -> None:
    assert len(cut(drawn((1, 0), (1, 0.9), (2, 0.42), (1, 0.9), (1, 0)))) == 1
    assert cut(drawn((1, 0), (3, 0.42), (1, 0))) == []


def test_a_pause_divides_only_when_it_is_long_enough() -> None:
    assert len(cut(drawn((1, 0.9), (0.6, 0), (1, 0.9)))) == 1
    assert len(cut(drawn((1, 0.9), (0.8, 0), (1, 0.9)))) == 2


def test_clicks_are_no_speech() -> None:
    clicks = [(0.5, 0.0), (0.064, 1.0)] * 10
    assert cut(drawn(*clicks)) == []
    assert cut(drawn((1, 0), (0.128, 0.9), (1, 0))) == [], "long enough to begin, too short to be kept"


def test_long_speech_is_cut_at_its_weakest_moment_and_nothing_is_lost() -> None:
    config = EndpointConfig(max_utterance_s=10)
    parts = cut(drawn((1, 0), (8.3, 0.9), (FRAME_S, 0.6), (6, 0.9), (1, 0)), config)
    assert len(parts) == 2
    assert all(part.end_s - part.start_s <= 10 + FRAME_S for part in parts)
    assert parts[0].end_s == pytest.approx(1 + 8.3 + FRAME_S, abs=2 * FRAME_S)
    assert parts[1].start_s == parts[0].end_s


@settings(max_examples=40, deadline=None)
@example(stretches=[(1.5, 0.6), (2.8, 0.4), (3.8, 0.4), (1.0, 0.0)], block=1_000)
@given(
    stretches=st.lists(
        st.tuples(st.floats(0.05, 4), st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.95])), min_size=1, max_size=12
    ),
    block=st.integers(100, 5_000),
)
def test_whatever_comes_blocks_do_not_matter_and_utterances_keep_their_places(
    stretches: list[tuple[float, float]], block: int
) -> None:
    sound = np.concatenate((drawn(*stretches), np.zeros(100, np.float32)))
    sound += np.arange(len(sound), dtype=np.float32) * 1e-9
    parts = cut(sound, EndpointConfig(max_utterance_s=5), block)
    again = cut(sound, EndpointConfig(max_utterance_s=5), len(sound))
    assert [(part.start_s, part.end_s) for part in parts] == [(part.start_s, part.end_s) for part in again]
    for part in parts:
        begin, end = round(part.start_s * RATE), round(part.end_s * RATE)
        assert 0 <= begin < end <= len(sound)
        assert np.array_equal(part.samples, sound[begin:end])
    assert all(one.end_s <= two.start_s for one, two in pairwise(parts))


def test_events_tell_what_happens() -> None:
    endpointer = Endpointer(LoudnessDetector())
    sound = drawn((1, 0), (1, 0.9), (0.4, 0), (0.5, 0.9), (1, 0), (0.128, 0.9), (1, 0))
    events = endpointer.process(sound)
    assert [event.kind for event in events] == ["start", "pause", "resume", "pause", "end", "start", "pause", "discard"]
    pause, end = events[1].utterance, events[4].utterance
    assert pause is not None and end is not None
    assert np.array_equal(end.samples[: len(pause.samples)], pause.samples), "the whole begins with the part"
    assert events[4].at_s == pytest.approx(1 + 1 + 0.4 + 0.5 + 0.7, abs=3 * FRAME_S)


def test_the_utterance_under_way_can_be_seen_and_its_window_set() -> None:
    endpointer = Endpointer(LoudnessDetector())
    assert endpointer.so_far() is None
    endpointer.accept(drawn((1, 0), (1, 0.9)))
    so_far = endpointer.so_far()
    assert so_far is not None
    assert len(so_far.samples) == pytest.approx(1.3 * RATE, abs=2 * FRAME_SAMPLES)
    assert endpointer.phase == "speech"
    endpointer.end_s = 0.2
    assert len(endpointer.accept(drawn((0.3, 0)))) == 1
    assert (endpointer.phase, endpointer.end_s) == ("silence", EndpointConfig().end_s)


def test_lost_samples_damage_the_utterance_and_keep_the_time() -> None:
    endpointer = Endpointer(LoudnessDetector())
    endpointer.accept(drawn((1, 0), (0.5, 0.9)))
    endpointer.lose(RATE)
    (damaged,) = endpointer.accept(drawn((0.5, 0.9), (1, 0)))
    assert damaged.damaged
    assert damaged.start_s == pytest.approx(0.7, abs=FRAME_S)
    assert damaged.end_s == pytest.approx(1 + 0.5 + 1 + 0.5 + 0.3, abs=2 * FRAME_S)
    (whole,) = endpointer.accept(drawn((1, 0.9), (1, 0)))
    assert not whole.damaged


def test_flush_ends_and_begins_anew() -> None:
    endpointer = Endpointer(LoudnessDetector())
    endpointer.accept(drawn((1, 0), (1, 0.9)))
    assert len(endpointer.flush()) == 1
    assert endpointer.flush() == []
    assert endpointer.position_s == 0.0


def test_hours_take_no_memory() -> None:
    minute = drawn((20, 0), (9, 0.9), (31, 0))

    def blocks() -> Iterator[np.ndarray]:
        for _ in range(20):
            yield minute

    tracemalloc.start()
    count = sum(1 for _ in utterances(blocks(), LoudnessDetector()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20
    assert peak < 12 * 2**20


def test_all_mistakes_of_a_configuration_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        EndpointConfig(start_s=0, pause_s=2, end_s=1, end_probability=0.9, max_utterance_s=1)
    assert [problem.where for problem in caught.value.problems] == [
        "start_s",
        "end_probability",
        "pause_s",
        "max_utterance_s",
    ]


def test_real_sentences_come_out_whole(detector: SileroDetector, fixtures: Path) -> None:
    sound = read_sound(fixtures / "two-sentences.wav").samples
    parts = list(utterances([sound], detector))
    assert len(parts) == 2
    outside = sound.copy()
    for part in parts:
        outside[round(part.start_s * RATE) : round(part.end_s * RATE)] = 0
    assert rms_dbfs(outside) < rms_dbfs(sound) - 40


@pytest.mark.parametrize("name", ["silence", "car-noise"])
def test_nothing_comes_of_silence_and_noise(detector: SileroDetector, fixtures: Path, name: str) -> None:
    assert list(utterances([read_sound(fixtures / f"{name}.wav").samples], detector)) == []


def test_no_recording_of_people_is_lost_or_cut(detector: SileroDetector) -> None:
    files = sorted(file for file in RECORDINGS.glob("*.flac") if file.stem != "kitchen_noise")[::5]
    if not files:
        pytest.skip("../shared/recordings is not here")
    pytest.importorskip("soundfile")
    for file in files:
        sound = read_sound(file).samples
        parts = list(utterances([sound], detector))
        assert len(parts) == 1, file
        inside = parts[0].samples.astype(np.float64) ** 2
        assert inside.sum() > 0.995 * (sound.astype(np.float64) ** 2).sum(), file
