"""A sound file as a source."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from cabin.audio.source import SoundSource, SourceSettings
from cabin.audio.wav import read_sound
from cabin.errors import SoundError
from cabin_sound import open_file

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "open-window.wav"
PATIENCE_S = 180.0


class Sink:
    """Takes blocks until it has enough, with room for a few at a time."""

    def __init__(self, wanted, room=4):
        self.blocks, self.wanted, self.enough = [], wanted, threading.Event()
        self._room = room

    def write(self, samples, delay_s, overflowed=False):
        assert self._room > 0
        self.blocks.append(np.frombuffer(bytes(samples), dtype=np.float32))
        if sum(map(len, self.blocks)) >= self.wanted:
            self.enough.set()

    def room(self):
        return self._room

    @property
    def sound(self):
        return np.concatenate(self.blocks)


def played(wanted, **options):
    source = open_file(SourceSettings(str(FILE), options=options))
    assert isinstance(source, SoundSource)
    sink = Sink(wanted)
    source.start(sink)
    assert sink.enough.wait(PATIENCE_S)
    source.close()
    return source, sink


def test_the_whole_file_comes_and_then_silence():
    whole = read_sound(FILE).samples
    source, sink = played(len(whole) + 2000, speed=0)
    assert {len(block) for block in sink.blocks} == {512}
    assert np.array_equal(sink.sound[: len(whole)], whole)
    assert not sink.sound[len(whole) :].any()
    assert (source.rate_hz, source.live, source.ended()) == (16_000, False, "")


def test_it_is_repeated_without_a_gap():
    whole = read_sound(FILE).samples
    _, sink = played(2 * len(whole), speed=0, at_end="repeat")
    assert np.array_equal(sink.sound[len(whole) : 2 * len(whole)], whole)


def test_as_it_was_spoken_is_live():
    source, sink = played(2000)
    assert source.live
    assert np.array_equal(sink.sound[:2000], read_sound(FILE).samples[:2000])


def test_it_waits_for_a_reader_without_room():
    source = open_file(SourceSettings(str(FILE), options={"speed": 0}))
    sink = Sink(512, room=0)
    source.start(sink)
    assert not sink.enough.wait(0.05)
    sink._room = 1
    assert sink.enough.wait(PATIENCE_S)
    source.close()


@pytest.mark.parametrize(("device", "what"), [("", "no file is named"), ("/none/such.wav", "there is no such file")])
def test_what_cannot_be_played_is_told_at_once(device, what):
    with pytest.raises(SoundError, match=what):
        open_file(SourceSettings(device))


def test_a_file_that_becomes_shorter_ends_the_source(tmp_path):
    file = tmp_path / "short.wav"
    file.write_bytes(FILE.read_bytes())
    source = open_file(SourceSettings(str(file), options={"speed": 0, "at_end": "repeat"}))
    file.write_bytes(FILE.read_bytes()[:20])
    sink = Sink(10**9)
    source.start(sink)
    source._thread.join(PATIENCE_S)
    assert str(file) in source.ended()
    source.close()
