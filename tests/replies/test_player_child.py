from __future__ import annotations

import numpy as np
import pytest
from reply_fakes import MemorySink

from cabin.errors import Problem, SoundError
from cabin.replies.earcons import earcon
from cabin.replies.player import Player
from cabin.replies.player_child import _do, at_rate, problem_data
from cabin.replies.sink import SinkSettings


def test_another_rate():
    sound = np.sin(np.arange(8000) * 2 * np.pi * 200 / 8000).astype(np.float32)
    assert at_rate(sound, 8000, 8000) is sound
    assert len(at_rate(sound, 8000, 24_000)) == pytest.approx(24_000, abs=2)


def test_what_went_wrong_is_told_without_a_traceback():
    told = problem_data(SoundError(Problem("gone", "here", "this", "that", "do so")), "x:y")
    assert told == {"what": "gone", "where": "here", "seen": "this", "expected": "that", "hint": "do so"}
    told = problem_data(ValueError("no"), "x:y")
    assert told["what"] == "it failed: ValueError: no"
    assert told["where"] == "x:y"


def test_messages():
    sink, told = MemorySink(SinkSettings(rate_hz=8000)), []

    def tell(message):
        told.append(message)
        if message["is"] == "played":
            player.close()

    player = Player(sink, tell)
    _do({"do": "play", "utterance": 3, "rate_hz": 8000}, (np.ones(80) * 16384).astype("<i2").tobytes(), player, 8000)
    _do({"do": "earcon", "utterance": 3, "name": "done"}, b"", player, 8000)
    _do({"do": "earcon", "utterance": 3, "name": "../../etc/passwd"}, b"", player, 8000)
    _do({"do": "duck", "db": 0.0}, b"", player, 8000)
    _do({"do": "unheard of"}, b"", player, 8000)
    _do({"do": "end", "utterance": 3}, b"", player, 8000)
    player.run()
    played = np.concatenate(sink.written)
    assert played[:80] == pytest.approx(np.full(80, 0.5))
    assert len(played) == 80 + len(earcon("done", 8000))
    assert [message["is"] for message in told] == ["began", "began", "played"]
    _do({"do": "stop"}, b"", player, 8000)
