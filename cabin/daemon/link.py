"""One worker process as the main process sees it: started, spoken to, killed. Never waited for on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.daemon.frames import FrameError, FrameReader
from cabin.daemon.letters import (
    FROM_WORKER,
    Begun,
    Broken,
    Failed,
    Letter,
    Loaded,
    Ping,
    Pong,
    Quit,
    Rested,
    Setup,
    Understood,
    pack,
    unpack,
)
from cabin.daemon.processes import standing
from cabin.daemon.spawn import spawn_worker

if TYPE_CHECKING:
    from cabin.daemon.hearing_setup import HearingSetup
    from cabin.daemon.spawn import HeadStart

__all__ = ["Busy", "WorkerLink"]

logger = logging.getLogger(__name__)

_UNREAD_BYTES = 262_144
"""What may wait for the worker to read it, some four seconds of sound: after that no more is taken for it."""


@dataclass(frozen=True)
class Busy:
    """What the recognizer or parser of a worker is at."""

    stage: str
    utterance: int
    since_s: float
    cpu_s: float
    """Processor time that the worker had taken by then."""


class WorkerLink(asyncio.Protocol):
    """One worker. Everything on the event loop; `heard` gets its letters, `lost` is called once, when it is gone."""

    def __init__(self, generation: int, heard: Callable[[WorkerLink, Letter], None]) -> None:
        self.generation = generation
        """Which worker this is: results of an earlier one are dropped."""
        self.busy: Busy | None = None
        self.is_loaded = False
        self.began_s = time.monotonic()
        self.progressed_s = self.began_s
        """When it last showed that it lives."""
        self.pinged: int = 0
        self.pinged_s: float | None = None
        """When the ping that is unanswered was sent; None: all are answered."""
        self.pinged_cpu_s = 0.0
        self.failures = 0
        """Utterances in a row that it failed over."""
        self.why = ""
        """Why it was killed; empty: it went by itself."""
        self.broken: Broken | None = None
        """Why it could not be loaded."""
        self.loaded: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """Whether it came to be loaded."""
        self.gone = asyncio.Event()
        self._heard = heard
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_full = False

    @property
    def pid(self) -> int | None:
        """Its process, while it lives."""
        return self._process.pid if self._process is not None and not self.gone.is_set() else None

    @property
    def takes_more(self) -> bool:
        """Whether sound can be sent: it reads what it is sent."""
        return self.is_loaded and not self._is_full and not self.gone.is_set()

    async def start(self, setup: HearingSetup, head_start: HeadStart | None = None) -> None:
        """Start the process, or take one that was started ahead, and send it its settings.

        Raises OSError when the system has no room for it.
        """
        begun = head_start.take(setup.environ) if head_start is not None else None
        self._process, ours = begun or spawn_worker(setup.environ)
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self, sock=ours)
        self.send(Setup(), setup.to_bytes())

    def send(self, letter: Letter, body: bytes = b"") -> None:
        """Send a letter; to a worker that is gone, none."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(pack(letter, body))

    def ping(self, cpu_s: float) -> None:
        """Ask whether it lives, unless it has been asked; `cpu_s` is the processor time that it has taken by now."""
        if self.pinged_s is None:
            self.pinged += 1
            self.pinged_cpu_s = cpu_s
            self.pinged_s = time.monotonic()
            self.send(Ping(self.pinged))

    def kill(self, why: str) -> None:
        """End it now; `why` is told."""
        if self.gone.is_set():
            return
        self.why = self.why or why
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()

    async def end(self, patience_s: float = 0.3) -> None:
        """Ask it to end, and end it when it does not."""
        self.why = self.why or "asked to end"
        self.send(Quit())
        try:
            await asyncio.wait_for(self.gone.wait(), patience_s)
        except TimeoutError:
            self.kill("asked to end")

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=_UNREAD_BYTES)
        self._transport = transport

    def pause_writing(self) -> None:
        """Note that it does not read."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Note that it reads again."""
        self._is_full = False

    def data_received(self, data: bytes) -> None:
        """Hand on the letters in some bytes; one that sends nonsense is killed."""
        try:
            for message, _ in self._reader.feed(data):
                self._take(unpack(message, FROM_WORKER))
        except FrameError as error:
            logger.warning("worker %s sent what is no letter: %s", self.generation, error)
            self.kill("it sent what is no letter")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Note that it is gone."""
        self.gone.set()
        self.busy = None
        if not self.loaded.done():
            self.loaded.set_result(False)
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # its socket can be closed and it still there
            threading.Thread(target=process.wait, daemon=True).start()

    def _take(self, letter: Letter) -> None:
        now_s = self.progressed_s = time.monotonic()
        if isinstance(letter, Pong):
            if letter.number == self.pinged:
                self.pinged_s = None
        elif isinstance(letter, Begun):
            self.busy = Busy(letter.stage, letter.utterance, now_s, standing(self.pid or 0).cpu_s)
        elif isinstance(letter, Rested):
            self.busy = None
        elif isinstance(letter, Understood):
            self.failures = 0
        elif isinstance(letter, Failed) and letter.utterance:
            self.failures += 1
        elif isinstance(letter, Broken):
            self.broken = letter
        elif isinstance(letter, Loaded):
            self.is_loaded = True
            if not self.loaded.done():
                self.loaded.set_result(True)
        self._heard(self, letter)
