"""Slots into blocks: resampled, in time, and marked."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.audio.capture_blocks import BlockMaker
from cabin.audio.ring import Slot
from cabin.errors import SoundError


def slot(samples, begun_s=0.0, overflowed=False, lost_blocks=0):
    return Slot(np.asarray(samples, dtype=np.float32), begun_s, overflowed, lost_blocks)


def tone(count, value=0.5):
    return np.full(count, value, dtype=np.float32)


@pytest.fixture
def maker():
    maker = BlockMaker()
    maker.begin(16_000, "here")
    return maker


def test_at_the_chains_own_rate_nothing_changes(maker):
    block = maker.make(slot([0.1, 0.2], 7.0))
    assert np.array_equal(block.samples, np.float32([0.1, 0.2]))
    assert (block.begun_s, block.damaged, block.lost) == (7.0, False, 0)
    assert block.end_s == 7.0 + 2 / 16_000


@pytest.mark.parametrize("rate_hz", [8000, 44_100, 48_000])
def test_resampled_blocks_lie_where_their_sound_was(rate_hz):
    """A click keeps its time to a millisecond, whatever the resampler holds back."""
    maker = BlockMaker()
    maker.begin(rate_hz, "here")
    count = round(rate_hz * 0.032)
    found_s = []
    for number in range(60):
        samples = np.zeros(count, dtype=np.float32)
        if number == 30:
            samples[count // 2] = 1.0
        block = maker.make(slot(samples, 50.0 + number * count / rate_hz))
        if block is not None and np.max(block.samples) > 0.1:
            found_s.append(block.begun_s + np.argmax(block.samples) / 16_000)
    assert found_s == [pytest.approx(50.0 + 30 * count / rate_hz + (count // 2) / rate_hz, abs=0.001)]


def test_what_the_reader_lost_is_told_in_samples(maker):
    maker.make(slot(tone(512)))
    block = maker.make(slot(tone(512), lost_blocks=3))
    assert (block.damaged, block.lost, maker.overflows) == (True, 3 * 512, 1)
    assert maker.make(slot(tone(512))).damaged is False


def test_what_the_device_lost_is_marked(maker):
    block = maker.make(slot(tone(512), overflowed=True))
    assert (block.damaged, block.lost, maker.overflows) == (True, 0, 1)


def test_a_source_opened_anew_marks_the_place_and_how_long_nothing_came(maker):
    maker.make(slot(tone(16_000), 10.0))
    maker.begin(48_000, "here")
    blocks = [maker.make(slot(tone(1536), 13.0 + number * 0.032)) for number in range(4)]
    made = [block for block in blocks if block is not None]
    assert (made[0].damaged, made[0].lost, maker.overflows) == (True, 2 * 16_000, 0)
    assert not any(block.damaged for block in made[1:])


def test_the_first_source_marks_nothing(maker):
    maker.begin(16_000, "elsewhere")
    assert maker.make(slot(tone(512), 99.0)).damaged is False


def test_a_changed_rate_marks_the_place(maker):
    maker.make(slot(tone(512)))
    maker.change_rate(8000)
    blocks = [maker.make(slot(tone(512))) for _ in range(8)]
    assert [block.damaged for block in blocks if block is not None][:2] == [True, False]
    assert sum(len(block.samples) for block in blocks if block is not None) > 6000


def test_a_mark_waits_for_the_block_that_can_carry_it():
    maker = BlockMaker()
    maker.begin(48_000, "here")
    assert maker.make(slot(tone(4), overflowed=True)) is None
    blocks = [maker.make(slot(tone(1536))) for _ in range(3)]
    assert next(block.damaged for block in blocks if block is not None) is True


def test_silence_is_timed_and_ends_with_the_first_sound(maker):
    for _ in range(10):
        maker.make(slot(np.zeros(1600)))
    assert maker.silent_s == pytest.approx(1.0)
    maker.make(slot([0.0, 0.0, 1e-6]))
    assert maker.silent_s == 0.0


def test_what_is_no_number_becomes_silence(maker):
    block = maker.make(slot([0.1, np.nan, np.inf, -np.inf, 0.2]))
    assert np.array_equal(block.samples, np.float32([0.1, 0, 0, 0, 0.2]))


def test_a_rate_out_of_bounds_is_refused(maker):
    with pytest.raises(SoundError, match="this sample rate cannot be used"):
        maker.begin(100, "here")
