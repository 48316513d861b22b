from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabin.control.limits import LineBuffer, LineTooLongError, Rates, TokenBucket

steady = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def feed(buffer, data):
    """Put bytes in as they fit, taking lines out whenever nothing more does."""
    lines = []
    while data:
        room = buffer.room()
        count = min(len(room), len(data))
        room[:count] = data[:count]
        room.release()
        buffer.took(count)
        data = data[count:]
        while (line := buffer.next_line()) is not None:
            lines.append(line)
    return lines


@steady
@given(st.lists(st.binary(max_size=8).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))), st.data())
def test_lines_come_out_as_they_went_in_however_they_are_cut(lines, data):
    buffer, told = LineBuffer(8), []
    stream = b"".join(line + b"\n" for line in lines)
    while stream:
        count = data.draw(st.integers(1, len(stream)))
        told += feed(buffer, stream[:count])
        stream = stream[count:]
    assert told == lines
    assert len(buffer) == 0


def test_a_line_of_exactly_the_limit_fits_and_one_more_byte_does_not():
    buffer = LineBuffer(4)
    assert feed(buffer, b"abcd\n") == [b"abcd"]
    assert feed(buffer, b"abcde") == []
    assert buffer.is_full
    with pytest.raises(LineTooLongError):
        buffer.room()


def test_carriage_returns_of_other_worlds():
    assert feed(LineBuffer(20), b"one\r\ntwo\n\r\n") == [b"one", b"two", b""]


def test_a_bucket_gives_its_burst_and_then_its_rate():
    clock = Clock()
    bucket = TokenBucket(10, 3, clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(0.1)
    clock.now_s += 0.1
    assert bucket.take() == 0
    assert bucket.take() > 0
    clock.now_s += 1000
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]


@steady
@given(st.lists(st.floats(0, 2), max_size=60))
def test_never_more_than_burst_and_rate_allow(waits):
    clock = Clock()
    bucket, taken, begun_s = TokenBucket(5, 4, clock), 0, clock.now_s
    for wait_s in waits:
        clock.now_s += wait_s
        taken += bucket.take() == 0
        assert taken <= 4 + 5 * (clock.now_s - begun_s) + 1e-6


def test_a_bucket_a_user_forgotten_when_full():
    clock = Clock()
    rates = Rates(1, 1, clock)
    assert (rates.take("a"), rates.take("a") > 0, rates.take("b")) == (0, True, 0)
    rates.forget()
    assert len(rates) == 2
    clock.now_s += 5
    rates.forget()
    assert len(rates) == 0
