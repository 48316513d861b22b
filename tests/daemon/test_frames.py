"""Messages survive any cutting of the stream, and nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.daemon.frames import FrameError, FrameReader, encode_frame

messages = st.lists(st.tuples(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), st.binary(max_size=40)))


@given(messages, st.integers(1, 50))
def test_messages_come_out_as_they_went_in_however_they_are_cut(sent, size):
    stream = b"".join(encode_frame(message, body) for message, body in sent)
    reader = FrameReader()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [got for piece in pieces for got in reader.feed(piece)] == sent


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 8,
        b"\0\0\0\2\0\0\0\0[]",
        b"\0\0\0\1\0\0\0\0{",
        b"\0\0\0\2\0\0\0\0\xff\xff",
    ],
)
def test_nonsense_is_refused(data):
    with pytest.raises(FrameError):
        list(FrameReader().feed(data))


def test_a_message_longer_than_the_other_end_takes_is_not_made():
    with pytest.raises(FrameError):
        encode_frame({}, bytes(2**23 + 1))
