"""Stands in for systemd: starts the daemon, hears READY, minds the watchdog, starts it again after a failure.

As a unit with Type=notify, Restart=on-failure, RestartSec=100ms and WatchdogSec= would be run (systemd.service(5)): a
watchdog that is not fed ends in SIGABRT, everything of the unit that is left after its main process is killed.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Run", "StandIn"]

RESTART_S = 0.1
_ABORT_S = 2.0
"""After SIGABRT, before SIGKILL; systemd's TimeoutAbortSec."""


@dataclass
class Run:
    """One life of the daemon."""

    pid: int
    began_s: float
    ready_s: float | None = None
    """When it said READY."""
    ended_s: float | None = None
    code: int | None = None
    """Its exit code; negative: the signal that killed it."""
    was_watchdog: bool = False
    """Whether it was killed for not feeding the watchdog."""


class StandIn:
    """Runs one service. `start` once; `close` ends everything."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], folder: Path, watchdog_s: float = 10.0
    ) -> None:
        self.runs: list[Run] = []
        self.status = ""
        """What the daemon said of itself last."""
        self.does_restart = True
        """Whether it is started again after a failure."""
        self.log: Path | None = folder / "log"
        """Where its standard error goes; None: into `stderr`."""
        self.stderr: IO[bytes] | int | None = None
        self.watchdog_s = watchdog_s
        self.command = list(command)
        self._address = folder / "notify"
        self.environ = {
            **environ,
            "NOTIFY_SOCKET": str(self._address),
            "WATCHDOG_USEC": str(round(watchdog_s * 1e6)),
        }
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._address))
        self._process: subprocess.Popen[bytes] | None = None
        self._fed_s = 0.0
        self._is_over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._mind, name="systemd", daemon=True)

    @property
    def pid(self) -> int:
        """The daemon's main process; 0: none lives."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def start(self) -> None:
        """Start the service."""
        self._launch()
        if not self._thread.is_alive():
            self._thread.start()

    def wait_ready(self, within_s: float, runs: int = 1) -> bool:
        """Wait until the life of that number, counted from 1, has said READY."""
        return self._wait(lambda: len(self.runs) >= runs and self.runs[-1].ready_s is not None, within_s)

    def wait_ended(self, within_s: float, runs: int = 1) -> bool:
        """Wait until the life of that number has ended."""
        return self._wait(lambda: len(self.runs) >= runs and self.runs[runs - 1].ended_s is not None, within_s)

    def signal(self, number: int) -> None:
        """Send the main process a signal."""
        if self.pid:
            os.kill(self.pid, number)

    def close(self) -> None:
        """End the service, with everything that it started."""
        self._is_over, self.does_restart = True, False
        if self._thread.is_alive():
            self._thread.join(5.0)
        if self._process is not None:
            self._kill_rest(self._process.pid)
            self._process.wait(10.0)
        self._socket.close()

    def _wait(self, holds: object, within_s: float) -> bool:
        end_s = time.monotonic() + within_s
        with self._changed:
            while not holds():  # type: ignore[operator]
                if time.monotonic() >= end_s:
                    return False
                self._changed.wait(0.05)
        return True

    def _launch(self) -> None:
        log = self.log.open("ab") if self.log is not None else None
        try:
            self._process = subprocess.Popen(
                self.command,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log if log is not None else subprocess.DEVNULL,
                stderr=log if log is not None else self.stderr,
                start_new_session=True,
            )
        finally:
            if log is not None:
                log.close()
        resource.prlimit(self._process.pid, resource.RLIMIT_CORE, (0, 0))
        self._fed_s = time.monotonic()
        with self._changed:
            self.runs.append(Run(self._process.pid, self._fed_s))
            self._changed.notify_all()

    def _mind(self) -> None:
        while not self._is_over:
            if select.select([self._socket], [], [], 0.02)[0]:
                self._hear(self._socket.recv(65_536).decode("utf-8", "replace"))
            run, process = self.runs[-1], self._process
            assert process is not None
            if run.ended_s is None and process.poll() is not None:
                self._note_end(run, process)
            elif run.ended_s is None and run.ready_s is not None and self._is_starved():
                run.was_watchdog = True
                self._abort(process)

    def _hear(self, message: str) -> None:
        now_s = time.monotonic()
        with self._changed:
            for line in message.splitlines():
                if line == "READY=1" and self.runs[-1].ready_s is None:
                    self.runs[-1].ready_s = self._fed_s = now_s
                elif line == "WATCHDOG=1":
                    self._fed_s = now_s
                elif line.startswith("STATUS="):
                    self.status = line.removeprefix("STATUS=")
            self._changed.notify_all()

    def _is_starved(self) -> bool:
        return time.monotonic() - self._fed_s > self.watchdog_s

    def _abort(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGABRT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_ABORT_S)
            return
        process.kill()

    def _note_end(self, run: Run, process: subprocess.Popen[bytes]) -> None:
        self._kill_rest(process.pid)
        with self._changed:
            run.code, run.ended_s = process.returncode, time.monotonic()
            self._changed.notify_all()
        if run.code and self.does_restart and not self._is_over:
            time.sleep(RESTART_S)
            self._launch()

    @staticmethod
    def _kill_rest(group: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
