"""The player process: `python -m cabin.replies.player_child`. Opens one sink, plays what it is sent, ends.

daemon -> player   {"do": "play", "utterance", "rate_hz"} with 16-bit sound | {"do": "earcon", "utterance", "name"}
                   {"do": "end", "utterance"} | {"do": "stop"} | {"do": "duck", "db"}
player -> daemon   {"is": "open", "rate_hz"} | {"is": "began", "utterance", "at", "delay_s"}
                   {"is": "played", "utterance"} | {"is": "stopped", "utterance", "heard_s"} | {"is": "problem", ...}
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import CabinError, Problem
from cabin.replies.earcons import EARCONS, earcon
from cabin.replies.helper import HelperEnd
from cabin.replies.player import Player
from cabin.replies.sink import SinkSettings

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.replies.sink import ReplySink

__all__ = ["at_rate", "main", "problem_data"]


def main(argv: Sequence[str]) -> None:
    """Do what the daemon's one argument says, until its socket is closed."""
    daemon, told = HelperEnd.begin(argv[0])
    try:
        module, _, name = told["factory"].partition(":")
        sink: ReplySink = getattr(importlib.import_module(module), name)(SinkSettings(**told["settings"]))
    except (CabinError, Exception, SystemExit) as error:  # a sink is a plugin's: it must not fail without a word
        daemon.send({"is": "problem", **problem_data(error, told["factory"])})
        os._exit(1)
    player = Player(sink, daemon.send, float(told.get("gain_db", 0.0)))
    daemon.send({"is": "open", "rate_hz": sink.rate_hz})
    listening = threading.Thread(target=_listen, args=(daemon, player, sink), daemon=True)
    listening.start()
    try:
        player.run()
        sink.close()
    except (CabinError, Exception) as error:
        daemon.send({"is": "problem", **problem_data(error, told["factory"])})
        os._exit(1)
    os._exit(0)  # PortAudio's threads are not waited for


def problem_data(error: BaseException, where: str) -> dict[str, str]:
    """Return what went wrong, as the daemon reads it."""
    if isinstance(error, CabinError) and error.problems:
        first = error.problems[0]
    else:
        first = Problem(f"it failed: {type(error).__name__}: {error}", where)
    return {
        "what": first.what[:500],
        "where": first.where[:500],
        "seen": first.seen[:500],
        "expected": first.expected[:500],
        "hint": first.hint[:500],
    }


def at_rate(samples: Samples, rate_hz: int, wanted_hz: int) -> Samples:
    """Return mono samples at another rate."""
    if rate_hz == wanted_hz:
        return samples
    import soxr

    return np.asarray(soxr.resample(samples, rate_hz, wanted_hz), dtype=np.float32)


def _listen(daemon: HelperEnd, player: Player, sink: ReplySink) -> None:
    for message, body in daemon.messages():
        _do(message, body, player, sink.rate_hz)
    player.close()


def _do(message: dict[str, Any], body: bytes, player: Player, rate_hz: int) -> None:
    what, utterance = message.get("do"), int(message.get("utterance", 0))
    if what == "play":
        samples = np.frombuffer(body, "<i2").astype(np.float32) / 32768.0
        player.take(utterance, at_rate(samples, int(message["rate_hz"]), rate_hz))
    elif what == "earcon" and message.get("name") in EARCONS:
        player.take(utterance, earcon(message["name"], rate_hz))
    elif what == "end":
        player.finish(utterance)
    elif what == "stop":
        player.stop()
    elif what == "duck":
        player.duck(float(message["db"]))


if __name__ == "__main__":
    main(sys.argv[1:])
