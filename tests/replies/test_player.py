"""The player with a sink that keeps everything: how much is played after a stop, how softly, and what is told."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from reply_fakes import MemorySink

from cabin.replies import player
from cabin.replies.player import BLOCK_S, Player
from cabin.replies.sink import SinkSettings

RATE_HZ = 8000
ONES = np.full(2 * RATE_HZ, 0.5, dtype=np.float32)


class Running:
    def __init__(self, gain_db=0.0):
        self.sink, self.told = MemorySink(SinkSettings(rate_hz=RATE_HZ)), []
        self.changed = threading.Condition()
        self.player = Player(self.sink, self.tell, gain_db)
        self.thread = threading.Thread(target=self.player.run, daemon=True)

    def tell(self, message):
        with self.changed:
            self.told.append(message)
            self.changed.notify_all()

    def wait(self, what, utterance):
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(m["is"] == what and m["utterance"] == utterance for m in self.told), 60
            )
        return next(m for m in self.told if m["is"] == what and m["utterance"] == utterance)

    @property
    def played(self):
        return np.concatenate(self.sink.written) if self.sink.written else np.zeros(0)


@pytest.fixture
def running():
    made = Running()
    yield made
    made.player.close()
    if made.thread.ident:
        made.thread.join(60)
        assert not made.thread.is_alive()


def test_plays_what_it_is_given_and_says_when_it_was_heard(running):
    running.player.take(1, ONES[:100])
    running.player.take(1, ONES[:300])
    running.player.finish(1)
    running.thread.start()
    running.wait("played", 1)
    assert np.array_equal(running.played, ONES[:400])
    assert [m["at"] for m in running.told if m["is"] == "began"] == [0, 100]
    assert running.sink.calls == ["rest"]


def test_after_a_stop_at_most_one_block_more_is_played(running):
    blocks = []

    def stop_in_the_middle():
        blocks.append(len(running.sink.written))
        if len(running.sink.written) == 5:
            running.player.stop()

    running.sink.on_write = stop_in_the_middle
    running.player.take(1, ONES)
    running.player.finish(1)
    running.thread.start()
    told = running.wait("stopped", 1)
    assert len(running.sink.written) == 5
    assert told["heard_s"] == pytest.approx(5 * BLOCK_S)
    assert running.sink.calls == ["drop"]
    assert not any(m["is"] == "played" for m in running.told)


@pytest.mark.parametrize("pieces", [ONES, ONES[:160]], ids=["while it waits for room", "while it waits for the end"])
def test_a_device_that_takes_nothing_more_does_not_hold_up_a_stop(running, pieces):
    running.sink.is_full = lambda: len(running.sink.written) >= 1
    running.player.take(1, pieces)
    running.player.finish(1)
    running.thread.start()
    running.wait("began", 1)
    running.player.stop()
    running.wait("stopped", 1)
    assert running.sink.calls == ["drop"]
    assert len(running.sink.written) <= 1


def test_a_device_that_never_empties_ends_it_all_the_same(running, monkeypatch):
    monkeypatch.setattr(player, "DRAIN_S", 0.05)
    running.sink.is_empty = lambda: False
    running.player.take(1, ONES[:160])
    running.player.finish(1)
    running.thread.start()
    running.wait("played", 1)


def test_stopped_between_two_pieces_the_device_is_silenced_too(running):
    running.player.take(1, ONES[:160])
    running.thread.start()
    running.wait("began", 1)
    running.player.stop()
    running.wait("stopped", 1)
    assert running.sink.calls == ["drop"]


def test_what_waits_is_forgotten_and_the_next_is_played(running):
    running.player.take(1, ONES)
    running.player.stop()
    running.player.take(2, ONES[:160])
    running.player.finish(2)
    running.thread.start()
    running.wait("played", 2)
    assert len(running.played) == 160
    assert not any(m["utterance"] == 1 for m in running.told)


def test_ducking_is_smooth_and_ends(running):
    levels = []

    def duck():
        levels.append(float(np.max(np.abs(running.sink.written[-1]))))
        if len(running.sink.written) == 10:
            running.player.duck(-20.0)
        elif len(running.sink.written) == 20:
            running.player.duck(0.0)

    running.sink.on_write = duck
    running.player.take(1, ONES[: round(40 * BLOCK_S * RATE_HZ)])
    running.player.finish(1)
    running.thread.start()
    running.wait("played", 1)
    assert levels[:10] == [0.5] * 10
    assert levels[12:20] == pytest.approx([0.05] * 8)
    assert levels[22:] == pytest.approx([0.5] * 18)
    assert np.max(np.abs(np.diff(running.played))) < 0.5 / (0.5 * BLOCK_S * RATE_HZ)  # no step: no click


def test_volume(running):
    softer = Running(-6.0)
    softer.player.take(1, ONES[:160])
    softer.player.finish(1)
    softer.thread.start()
    softer.wait("played", 1)
    softer.player.close()
    assert softer.played == pytest.approx(ONES[:160] * 10 ** (-6 / 20), rel=1e-4)


def test_closing_ends_it_in_the_middle():
    running = Running()
    running.sink.on_write = running.player.close
    running.player.take(1, ONES)
    running.thread.start()
    running.thread.join(60)
    assert not running.thread.is_alive()
    assert len(running.sink.written) == 1
