"""The capture process: `python -m cabin.audio.capture_child`. Opens one source, writes its sound into the ring, ends.

It never tries anything twice: whatever goes wrong ends it, and the parent decides when the next one is started. It ends
with its parent, by the kernel's word and by the status socket that closes. It imports no numpy, so that it stays small.

Told to the parent, one JSON object a datagram: {"open": {...}}, {"problem": {...}} or {"ended": "why"}.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from cabin.audio.ring import RingShape, RingWriter
from cabin.audio.source import SourceSettings
from cabin.errors import CabinError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

    from cabin.audio.source import SoundSource

__all__ = ["BEAT_S", "RingSink", "encode_problem", "main", "serve"]

BEAT_S = 0.25
"""How often the main thread tells that it is alive."""

_PR_SET_PDEATHSIG = 1
_LONGEST_TEXT = 500
_LONGEST_DELAY_S = 60.0


class RingSink:
    """Gives a source's blocks to the ring, with the time at which they began."""

    def __init__(self, writer: RingWriter) -> None:
        self._writer = writer
        self.rate_hz = 0
        """The source's rate; known once it is open."""

    def write(self, samples: Buffer, delay_s: float, overflowed: bool = False) -> None:
        """Copy mono float32 samples into the ring; the first is `delay_s` old, if that is no nonsense."""
        delay_s = delay_s if 0.0 <= delay_s <= _LONGEST_DELAY_S else 0.0
        self._writer.write(samples, time.monotonic() - delay_s, self.rate_hz, overflowed)

    def room(self) -> int:
        """Return how many blocks may be written before the reader loses any."""
        return self._writer.room()


def main(argv: Sequence[str]) -> int:
    """Do what the parent's one argument says; return the exit status."""
    told = json.loads(argv[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the status socket
    _die_with(told["parent"])
    with socket.socket(fileno=told["status_fd"]) as status:
        writer = RingWriter(told["memory_fd"], told["event_fd"], RingShape(*told["shape"]))
        try:
            source = _factory(told["factory"])(SourceSettings(**told["settings"]))
            last = serve(source, writer, status)
        except CabinError as error:
            last = {"problem": encode_problem(error.problems[0])}
        except (Exception, SystemExit) as error:  # a source is a plugin's: it must not fail without a word
            what = f"the sound source failed: {type(error).__name__}: {error}"
            last = {"problem": encode_problem(Problem(what, told["factory"]))}
        _tell(status, last)
    return 0 if not last or "ended" in last else 1


def serve(source: SoundSource, writer: RingWriter, status: socket.socket) -> dict[str, Any]:
    """Let an opened source write until it ends or the parent goes; return what to tell last."""
    sink = RingSink(writer)
    sink.rate_hz = source.rate_hz
    _tell(status, {"open": {"device": source.device, "rate_hz": source.rate_hz, "live": source.live}})
    gc.collect()
    gc.freeze()
    source.start(sink)
    poll = select.poll()
    poll.register(status, select.POLLIN)
    why = ""
    while not why:
        writer.beat()
        if poll.poll(BEAT_S * 1000.0):  # the parent never sends: it has closed its end
            source.close()
            return {}
        why = source.ended()
    with contextlib.suppress(Exception):
        source.close()
    return {"ended": why}


def encode_problem(problem: Problem) -> dict[str, str]:
    """Return a problem as the parent reads it, no text longer than a datagram can bear."""
    return {key: str(value)[:_LONGEST_TEXT] for key, value in dataclasses.asdict(problem).items()}


def _factory(reference: str) -> Any:
    """Import what the parent found registered; only that module is imported, no other plugin."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, however it dies. Raises SystemExit if it already has."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def _tell(status: socket.socket, message: dict[str, Any]) -> None:
    if message:
        with contextlib.suppress(OSError):  # the parent has gone: nobody to tell
            status.send(json.dumps(message).encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
