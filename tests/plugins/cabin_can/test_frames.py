from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cabin_can.frames import CLOCK_STEPS, age, crc8, is_whole, sealed


def test_the_checksum_is_that_of_sae_j1850():
    assert crc8(b"123456789") == 0x4B


@given(st.integers(0, 0x7FF), st.binary(min_size=2, max_size=8), st.integers(0, 63))
def test_any_single_bit_that_flips_is_found(frame_id, data, bit):
    frame = sealed(frame_id, data)
    assert is_whole(frame_id, frame)
    number = int.from_bytes(frame, "little") ^ (1 << bit % (8 * len(frame)))
    assert not is_whole(frame_id, number.to_bytes(len(frame), "little"))


@given(st.integers(0, 0x7FF), st.integers(0, 0x7FF), st.binary(min_size=2, max_size=8))
def test_a_frame_does_not_pass_for_its_neighbour(one, other, data):
    if one ^ other in {1 << bit for bit in range(11)}:
        assert not is_whole(other, sealed(one, data))


def test_nothing_is_not_whole():
    assert not is_whole(1, b"")
    assert not is_whole(1, b"\0")


def test_age_runs_over_the_end_of_the_clock():
    assert age(3, CLOCK_STEPS - 2) == 5
    assert age(7, 7) == 0
