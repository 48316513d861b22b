"""`cabin run` as a process of its own, watched from outside: start, events, turns, memory and processor time.

It runs on the simulated car whatever car is configured: a real one must not be moved by a bench. No wake phrase is
asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cabin import paths
from cabin.budget.meter import Meter, Reading, descendants, waited_s
from cabin.control.client import CabinClient
from cabin.control.status import Status
from cabin.errors import BudgetError, ControlError, Problem

__all__ = ["BenchDaemon", "Figures", "loosened"]

LOAD_S = 180.0
"""How long the start may take; on an idle machine it is a second."""

END_S = 10.0

_KEPT_EVENTS = 4096

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""

_LOOSE = """\
# Nothing is dropped and no step is taken: it is measured what everything costs, all the time at full load.
resident_mib: 100000
deadlines: {recognize_ms: 600000, parse_ms: 600000, policy_ms: 600000, utterance_ms: 600000}
ladder:
  least_samples: 1000
  lean: {processor_percent: null, pressure_percent: null, cgroup_percent: null, stage_percent: null}
  essential: {processor_percent: null, pressure_percent: null, cgroup_percent: null, stage_percent: null}
  deaf: {cgroup_percent: null, stage_percent: null}
  restart: {cgroup_percent: null}
"""


@dataclass(frozen=True)
class Figures:
    """What all processes of the daemon hold and took, at one moment."""

    at_s: float
    """On time.monotonic."""
    resident_mib: float
    """PSS of all."""
    rss_mib: float
    """RSS of all: what they share is counted once for each."""
    processor_s: float
    """Since they began."""
    waited_s: float
    """How long their threads wanted a core and had none: what others took."""
    processes: Mapping[str, Mapping[str, float]]
    """main, worker, capture -> pid, resident_mib, rss_mib, processor_s."""


class BenchDaemon:
    """One daemon. `async with` it; entering waits until it is READY. Raises BudgetError when it does not get there."""

    def __init__(
        self, folder: Path, source: str, environ: Mapping[str, str] = os.environ, arguments: Sequence[str] = ()
    ) -> None:
        """`folder`: an empty one with a short path, for its sockets and its log; `source`: as `cabin run --source`."""
        self.folder = folder
        self.ready_s = 0.0
        """From the start of the process to READY."""
        self.turns: list[dict[str, float]] = []
        """Milliseconds by stage of each turn, the oldest first; taken out by whoever measures."""
        self.events: deque[tuple[float, str, dict[str, Any]]] = deque(maxlen=_KEPT_EVENTS)
        """What else happened: time.monotonic, name, data."""
        self.ended = 0
        """Utterances whose end was noticed, those too short to be speech included."""
        self.answered = 0
        """Of these: acted on, refused or dropped."""
        self.client = CabinClient(folder / "control", timeout_s=60.0)
        self._environ = {
            **environ,
            "CABIN_CONTROL_SOCKET": str(folder / "control"),
            "CABIN_VEHICLE_INTERFACE": "simulated",
            "CABIN_WAKE_MODE": "off",  # no recording begins with a wake phrase
            "NOTIFY_SOCKET": str(folder / "notify"),
        }
        for name in ("WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"):
            self._environ.pop(name, None)
        self._command = [sys.executable, "-m", "cabin.cli.main", "run", "--source", source, *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._meter = Meter(self.pids)

    async def __aenter__(self) -> BenchDaemon:
        """Start it and wait until it is READY and watched."""
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it, the hard way when it does not."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.client.close()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def pids(self) -> list[int]:
        """Return its processes, the main one first."""
        if self._process is None or self._process.poll() is not None:
            return []
        return [self._process.pid, *descendants(self._process.pid)]

    def figures(self) -> Figures:
        """Measure now; takes some milliseconds of the kernel. Raises BudgetError when it has ended."""
        reading: Reading = self._meter.read(exact=True)
        if not reading.processes:
            raise self._gone()
        main = self._process.pid if self._process is not None else 0
        processes = {
            _name_of(each.pid, main): {
                "pid": each.pid,
                "resident_mib": round(each.resident_mib, 2),
                "rss_mib": round(each.rss_mib, 2),
                "processor_s": each.processor_s,
            }
            for each in reading.processes
        }
        return Figures(
            reading.at_s,
            reading.resident_mib,
            sum(each.rss_mib for each in reading.processes),
            sum(each.processor_s for each in reading.processes),
            sum(waited_s(each.pid) for each in reading.processes),
            processes,
        )

    async def status(self) -> Status:
        """Ask it. Raises ControlError."""
        return await self.client.status()

    async def until(self, holds: Callable[[], bool], patience_s: float) -> bool:
        """Wait until something holds, looking at every event; return whether it came to. Raises BudgetError."""
        deadline_s = time.monotonic() + patience_s
        while not holds():
            if not self.is_running:
                raise self._gone()
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return False
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left_s, 1.0))
        return True

    async def until_answered(self, patience_s: float) -> bool:
        """Wait until every utterance that has ended is answered; return whether all were in time."""
        return await self.until(lambda: self.answered >= self.ended, patience_s)

    async def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait)

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(str(self.folder / "notify"))
        notify.setblocking(False)
        self._tasks.append(loop.create_task(self._follow_notify(notify)))
        prctl = ctypes.CDLL(None).prctl  # when the bench is killed no daemon is to be left behind
        begun_s = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0),  # noqa: PLW1509 (looked up before)
            )
        watching = False
        while not (self._ready.is_set() and watching):
            if not self.is_running:
                raise self._gone()
            if time.monotonic() - begun_s > LOAD_S:
                raise BudgetError(Problem(f"the daemon is not ready after {LOAD_S:g} s", seen=self._last_line()))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), 0.5)
            if self._ready.is_set():
                watching = await self._watch()
        self.ready_s = self._ready_at_s - begun_s

    async def _watch(self) -> bool:
        await self.client.open()
        watched = asyncio.Event()
        self._tasks.append(asyncio.get_running_loop().create_task(self._follow_events(watched)))
        await asyncio.wait_for(watched.wait(), 60.0)
        return True

    async def _follow_notify(self, notify: socket.socket) -> None:
        """Take all that systemd would be told: a socket that nobody reads would fill."""
        with notify:
            while True:
                told = await asyncio.get_running_loop().sock_recv(notify, 65536)
                if b"READY=1" in told.splitlines() and not self._ready.is_set():
                    self._ready_at_s = time.monotonic()
                    self._ready.set()

    async def _follow_events(self, watched: asyncio.Event) -> None:
        with contextlib.suppress(ControlError):  # it has ended; is_running tells
            async for event in self.client.watch():
                watched.set()
                self._note(event.event, dict(event.data))
                self._changed.set()

    def _note(self, name: str, data: dict[str, Any]) -> None:
        if name == "turn":
            self.answered += 1
            self.turns.append({stage: float(ms) for stage, ms in data.get("ms", {}).items()})
        elif name == "speech":
            self.ended += data.get("state") in ("ended", "discarded")
            self.answered += data.get("state") == "discarded"
        elif name == "dropped" and "utterance" in data and "generation" in data:
            self.answered += 1
        if name not in ("turn", "speech", "hello"):
            self.events.append((time.monotonic(), name, data))

    def _gone(self) -> BudgetError:
        code = self._process.poll() if self._process is not None else None
        return BudgetError(Problem(f"the daemon ended with status {code}", str(self.folder / "log"), self._last_line()))

    def _last_line(self) -> str:
        try:
            lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:500] if lines else ""


def loosened(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment with a copy of the configuration in which no budget holds, made in `folder`.

    A soak keeps the processor busy all the time, which every budget rightly answers by doing less.
    """
    (folder / "budgets").mkdir(parents=True)
    found = paths.config_dir(environ)
    for file in found.iterdir() if found is not None and found.is_dir() else ():
        if file.suffix in (".yaml", ".dbc") and file.is_file():
            shutil.copy(file, folder / file.name)
    main_file = paths.config_file("cabin.yaml", environ)
    if main_file is not None and main_file.is_file():
        shutil.copy(main_file, folder / "cabin.yaml")
    (folder / "budgets" / "loose.yaml").write_text(_LOOSE, encoding="utf-8")
    return {**environ, "CABIN_CONFIG": str(folder), "CABIN_DAEMON_BUDGET": "loose"}


def _name_of(pid: int, main: int) -> str:
    """Return what a process of the daemon is: main, worker, capture; else its number."""
    if pid == main:
        return "main"
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return str(pid)
    modules = {b"cabin.daemon.worker": "worker", b"cabin.audio.capture_child": "capture"}
    return next((modules[word] for word in words if word in modules), str(pid))
