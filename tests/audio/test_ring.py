"""The ring: what comes out is what went in, or it is told what is missing."""

from __future__ import annotations

import os
import select

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.audio.ring import Ring, RingReader, RingShape, RingWriter

RATE_HZ = 16_000


class Both:
    """Both ends of a ring in one process."""

    def __init__(self, slots=8, slot_frames=16):
        self.ring = Ring(RingShape(slots, slot_frames))
        self.writer = RingWriter(self.ring.memory_fd, self.ring.event_fd, self.ring.shape)
        self.reader = RingReader(self.ring)

    def close(self):
        self.writer.close()
        self.reader.close()
        self.ring.close()

    def take_all(self):
        self.reader.look()
        taken = []
        while (slot := self.reader.take()) is not None:
            taken.append(slot)
        return taken


@pytest.fixture
def both():
    ends = Both()
    yield ends
    ends.close()


def sound(begin, count):
    return np.arange(begin, begin + count, dtype=np.float32)


def test_a_block_comes_out_as_it_went_in(both):
    both.writer.write(sound(0, 10), 12.5, RATE_HZ, overflowed=True)
    (slot,) = both.take_all()
    assert np.array_equal(slot.samples, sound(0, 10))
    assert (slot.begun_s, slot.overflowed, slot.lost_blocks) == (12.5, True, 0)
    assert both.take_all() == []


def test_a_block_is_a_copy(both):
    both.writer.write(sound(0, 4), 0.0, RATE_HZ)
    (slot,) = both.take_all()
    for begin in range(20):
        both.writer.write(sound(100 + begin, 4), 0.0, RATE_HZ)
    assert np.array_equal(slot.samples, sound(0, 4))


def test_the_descriptor_is_readable_exactly_while_something_was_written(both):
    def readable():
        return bool(select.select([both.ring.event_fd], [], [], 0)[0])

    assert not readable()
    both.writer.write(sound(0, 4), 0.0, RATE_HZ)
    assert readable()
    both.reader.look()
    assert not readable()
    assert both.reader.waiting == 1


def test_much_sound_at_once_takes_several_slots_each_with_its_time(both):
    both.writer.write(sound(0, 40), 1.0, RATE_HZ, overflowed=True)
    slots = both.take_all()
    assert [len(slot.samples) for slot in slots] == [16, 16, 8]
    assert [slot.overflowed for slot in slots] == [True, False, False]
    assert [slot.begun_s for slot in slots] == [1.0, 1.0 + 16 / RATE_HZ, 1.0 + 32 / RATE_HZ]


def test_a_slow_reader_loses_the_oldest_and_is_told_how_much(both):
    for number in range(20):
        both.writer.write(sound(number * 4, 4), 0.0, RATE_HZ)
    slots = both.take_all()
    assert [slot.lost_blocks for slot in slots] == [14] + [0] * 5
    assert [slot.samples[0] for slot in slots] == [number * 4 for number in range(14, 20)]


def test_a_slot_that_is_being_written_over_is_lost_not_torn(both):
    for number in range(3):
        both.writer.write(sound(number * 4, 4), 0.0, RATE_HZ)
    both.reader.look()
    for number in range(3, 10):  # comes round after the reader has looked
        both.writer.write(sound(number * 4, 4), 0.0, RATE_HZ)
    slot = both.reader.take()
    assert (slot.lost_blocks, slot.samples[0]) == (2, 8)


def test_room_is_what_the_reader_has_left(both):
    assert both.writer.room() == 6
    for number in range(7):
        both.writer.write(sound(number, 1), 0.0, RATE_HZ)
    assert both.writer.room() == 0
    both.reader.look()
    both.reader.take()
    both.reader.take()
    assert both.writer.room() == 2


def test_the_counters_tell_of_the_writer(both):
    both.writer.write(sound(0, 5), 0.0, RATE_HZ)
    both.writer.write(sound(0, 7), 0.0, RATE_HZ, overflowed=True)
    both.writer.beat()
    counters = both.reader.counters()
    assert (counters.blocks, counters.frames, counters.overflows, counters.beats) == (2, 12, 1, 1)


def test_the_memory_cannot_be_cut_short_under_the_reader(both):
    for size in (0, 10_000_000):
        with pytest.raises(PermissionError):
            os.ftruncate(both.ring.memory_fd, size)


def test_closing_twice_is_closing_once():
    ring = Ring(RingShape(8, 16))
    fds = (ring.memory_fd, ring.event_fd)
    ring.close()
    ring.close()
    for fd in fds:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


@given(
    st.integers(4, 9),
    st.lists(st.one_of(st.integers(0, 12), st.just("take"), st.just("look")), max_size=60),
)
def test_what_is_taken_and_what_is_told_lost_is_all_that_was_written(slots, steps):
    """Blocks of one sample each, its number: after each gap of n blocks the next one is n further."""
    both = Both(slots, 4)
    written, expected = 0, 0
    try:
        for step in [*steps, "take"]:
            if step == "look":
                both.reader.look()
            elif step == "take":
                for slot in both.take_all():
                    expected += slot.lost_blocks
                    assert slot.samples[0] == expected
                    expected += 1
            else:
                for _ in range(step):
                    both.writer.write(sound(written, 1), 0.0, RATE_HZ)
                    written += 1
        assert expected == written
    finally:
        both.close()
