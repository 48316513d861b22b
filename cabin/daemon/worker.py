"""The worker process: ears (voice detector and endpointer) on its main thread, recognizer and parser on another.

    python -m cabin.daemon.worker FD        FD: its end of a socket pair; the main process speaks first, with Setup

It holds every model, acts on nothing, and ends when its socket is closed or its parent dies.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from cabin.control.protocol import ProblemData
from cabin.daemon.frames import FrameReader
from cabin.daemon.heap import keep_heap_small
from cabin.daemon.hearing_setup import HearingSetup, open_setup
from cabin.daemon.journal import Journal
from cabin.daemon.letters import (
    TO_WORKER,
    Allow,
    Awake,
    Broken,
    Forget,
    Letter,
    Loaded,
    OwnVoice,
    ParseText,
    Ping,
    Pong,
    Quit,
    Setup,
    SoundBlock,
    TestHearing,
    pack,
    unpack,
)
from cabin.daemon.warming import warm_up
from cabin.errors import CabinError

if TYPE_CHECKING:
    from cabin.daemon.ears import Ears
    from cabin.daemon.mind import Mind
    from cabin.messages import Samples, Transcript
    from cabin.wake.door import WakeDoor

__all__ = ["main"]

logger = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""

_READ_BYTES = 262_144


class _Worker:
    """One worker; `run` returns when the main process wants no more of it."""

    def __init__(self, connection: socket.socket, warming: threading.Thread | None = None) -> None:
        """`warming` imports what will be needed; nothing else is imported until it has ended."""
        self._connection, self._warming = connection, warming
        self._sending = threading.Lock()
        self._mind: Mind | None = None
        self._ears: Ears | None = None
        self._door: WakeDoor | None = None

    def send(self, letter: Letter) -> None:
        """Send a letter, from any thread. When nobody is there to read it the process ends."""
        data = pack(letter)
        try:
            with self._sending:
                self._connection.sendall(data)
        except OSError:
            os._exit(0)

    def run(self) -> None:
        """Answer letters until told to quit."""
        reader = FrameReader()
        while data := self._connection.recv(_READ_BYTES):
            for message, body in reader.feed(data):
                letter = unpack(message, TO_WORKER)
                if isinstance(letter, Quit):
                    return
                if isinstance(letter, Setup):
                    threading.Thread(target=self._load, args=(body,), daemon=True).start()
                else:
                    self._take(letter, body)

    def _take(self, letter: Letter, body: bytes) -> None:
        if isinstance(letter, Ping):
            self.send(Pong(letter.number))
        elif isinstance(letter, SoundBlock) and self._ears is not None:
            self._ears.take(letter, body)
        elif isinstance(letter, ParseText | TestHearing) and self._mind is not None:
            self._mind.ask(letter)
        elif isinstance(letter, Forget) and self._ears is not None:
            self._ears.forget()
        elif isinstance(letter, Awake) and self._door is not None:
            if letter.seconds > 0:
                self._door.gate.open(letter.by, letter.from_s, letter.seconds)
            else:
                self._door.gate.close(letter.by)
        elif isinstance(letter, OwnVoice) and self._door is not None:
            self._door.gate.speaking(letter.on, letter.at_s)
        elif isinstance(letter, Allow):
            if self._ears is not None:
                self._ears.speculates = letter.speculates
            if self._mind is not None:
                self._mind.n_best = letter.n_best

    def _load(self, body: bytes) -> None:
        """Load on a thread of its own, so that pings are answered meanwhile."""
        if self._warming is not None:
            self._warming.join()
        from cabin.daemon.ears import Ears
        from cabin.daemon.mind import Mind

        begun_s = time.perf_counter()
        try:
            setup = HearingSetup.from_bytes(body)
            parser, hearing, door = open_setup(setup, self._read_head)
        except CabinError as error:
            told = tuple(ProblemData(p.what, p.where, p.seen, p.expected, p.hint) for p in error.problems)
            self.send(Broken(type(error).__name__, told))
            os._exit(error.exit_code)
        except BaseException as error:
            logger.exception("the worker cannot be loaded")
            self.send(Broken("CabinError", (ProblemData(f"the worker cannot be loaded ({type(error).__name__})"),)))
            logging.shutdown()
            os._exit(1)
        self._door = door
        self._mind = Mind(parser, hearing, self.send, door)
        self._mind.start()
        if hearing is not None:
            self._ears = Ears(hearing.detector, setup.config.endpoint, self._mind, self.send, setup.speculate, door)
        self.send(Loaded((time.perf_counter() - begun_s) * 1000))

    def _read_head(self, samples: Samples) -> Future[Transcript]:
        assert self._mind is not None, "there are ears before there is a mind"
        return self._mind.read_head(samples)


def main() -> None:
    """Run a worker on the socket whose number the command line gives."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    keep_heap_small()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the main process ends it when what is begun is done
    logging.basicConfig(level=logging.WARNING, handlers=[Journal()])  # a log pipe that nobody reads holds up nothing
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        _Worker(connection, warm_up()).run()
    os._exit(0)  # threads of models are not waited for


if __name__ == "__main__":
    main()
