"""Sound capture, the parent's side: a process that is watched, replaced and read, behind one file descriptor.

    capture = Capture(settings)
    capture.start()
    loop.add_reader(capture.fileno(), lambda: handle(capture.read(16)))

No thread, no lock, no waiting: `read` does everything, and the descriptor is readable whenever there is work for it.
It stands for blocks, for the death of the process, for what it tells, and for a timer; so `read` may return nothing.

Whatever ends a process, the next one is started: at once after a stretch of good sound, then with a wait that doubles.
"""

from __future__ import annotations

import logging
import os
import select
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cabin.audio.capture_blocks import Block, BlockMaker
from cabin.audio.capture_process import CaptureProcess
from cabin.audio.capture_timer import Timer
from cabin.audio.capture_watch import TICK_S, Watch
from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.audio.capture_settings import CaptureSettings
    from cabin.audio.capture_watch import Finding

__all__ = ["Block", "Capture", "CaptureState", "CaptureStatus"]

CaptureStatus = Literal["open", "waiting", "lost", "silent", "stopped"]
"""open: sound comes; silent: it comes and is all zeros; waiting: the device has not been there yet; lost: it was there
and is being opened anew; stopped: not started, or stopped."""

_GOOD_S = 5.0
"""A process that gave sound for so long is replaced at once, and the waits begin anew."""
_GRACE_S = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CaptureState:
    """How capture is doing, at one moment."""

    status: CaptureStatus
    device: str
    """What is open, or what was asked for."""
    rate_hz: int
    """The device's own rate; 0 while it is not open."""
    overflows: int
    """Stretches of sound that were lost since the start."""
    restarts: int
    """Processes started after the first."""
    last_block_ms: float | None
    """How long ago the last block was taken; None before the first."""
    problem: Problem | None
    """Why it is not simply open; the last one."""
    pid: int | None = None
    """The capture process, while there is one."""


class Capture:
    """Sound from the configured source, whatever happens to it. One thread owns it, the one that called `start`."""

    def __init__(
        self, settings: CaptureSettings, start_child: Callable[[CaptureSettings], CaptureProcess] = CaptureProcess
    ) -> None:
        """Raise OSError when the kernel gives no more descriptors. Nothing is started yet."""
        self._settings, self._config, self._start_child = settings, settings.config, start_child
        self._timer, self._epoll = Timer(), select.epoll()
        self._more_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._epoll.register(self._timer.fileno(), select.EPOLLIN)
        self._epoll.register(self._more_fd, select.EPOLLIN)
        self._more = self._closed = False
        self._process: CaptureProcess | None = None
        self._dying: list[CaptureProcess] = []
        self._watch: Watch | None = None
        self._maker = BlockMaker()
        self._ready: deque[Block] = deque()
        self._started = self._been_open = False
        self._device, self._rate_hz, self._live = settings.config.device, 0, True
        self._begun_s = self._open_s = self._hung_up_s = 0.0
        self._attempts = self._processes = 0
        self._last_block_s: float | None = None
        self._problem: Problem | None = None

    def start(self) -> None:
        """Begin to capture; returns at once. What goes wrong is told by `state` and tried again."""
        if not self._started and not self._closed:
            self._started = True
            self._launch()

    def stop(self) -> None:
        """End the process, at most a second later, and free everything; the descriptor is closed."""
        if self._closed:
            return
        self._started, self._closed = False, True
        if self._process is not None:
            self._leave(self._process)
            if not self._process.end(_GRACE_S):
                _log.warning("capture process %d does not die", self._process.pid)
            self._process.close()
            self._process = None
        for process in self._dying:
            process.end(_GRACE_S)
        self._ready.clear()
        self._epoll.close()
        self._timer.close()
        os.close(self._more_fd)

    def fileno(self) -> int:
        """Return a descriptor, the same one for good, that is readable when `read` has something to do."""
        return self._epoll.fileno()

    def read(self, max_blocks: int) -> list[Block]:
        """Do what there is to do, without waiting, and return at most `max_blocks` blocks, the oldest first."""
        if not self._started:
            return []
        ready = {fd for fd, _ in self._epoll.poll(0)}
        if self._process is not None:
            self._attend(self._process, ready)
        if self._timer.fileno() in ready and self._timer.clear():
            self._tick(time.monotonic())
        self._fill(max_blocks)
        blocks = [self._ready.popleft() for _ in range(min(max_blocks, len(self._ready)))]
        if blocks:
            self._last_block_s = time.monotonic()
        self._tell_more(bool(self._ready) or (self._process is not None and self._process.reader.waiting > 0))
        return blocks

    @property
    def state(self) -> CaptureState:
        """How capture is doing."""
        status, problem = self._status(), self._problem
        if status == "silent":
            what = f"nothing but digital silence for {self._maker.silent_s:.0f} s"
            problem = Problem(what, self._device, hint="Is the microphone muted, or switched off?")
        age = None if self._last_block_s is None else (time.monotonic() - self._last_block_s) * 1000.0
        return CaptureState(
            status,
            self._device,
            self._rate_hz if self._watch is not None else 0,
            self._maker.overflows,
            max(0, self._processes - 1),
            age,
            problem,
            self._process.pid if self._process is not None else None,
        )

    def _status(self) -> CaptureStatus:
        if not self._started:
            return "stopped"
        if self._watch is None:
            return "lost" if self._been_open else "waiting"
        return "silent" if self._maker.silent_s >= self._config.silent_s else "open"

    # The process

    def _launch(self) -> None:
        self._begun_s = time.monotonic()
        try:
            process = self._start_child(self._settings)
        except OSError as error:
            self._fail(Problem("the capture process cannot be started", seen=error.strerror or str(error)))
            return
        self._processes += 1
        self._process = process
        for fd in _descriptors(process):
            self._epoll.register(fd, select.EPOLLIN)
        self._timer.set(TICK_S, TICK_S)

    def _attend(self, process: CaptureProcess, ready: set[int]) -> None:
        """Take what the process wrote and told, and note its death."""
        if process.event_fd in ready:
            process.reader.look()
        for message in process.messages() if ready - {process.event_fd} else ():
            if "open" in message:
                self._opened(message["open"])
                if self._process is not process:
                    return
            elif "problem" in message:
                self._fail(_decode_problem(message["problem"]))
                return
            elif "ended" in message:
                self._fail(Problem(str(message["ended"]), self._device))
                return
        if process.pid_fd in ready:
            self._fail(process.how_it_ended())
        elif process.status is not None and process.hung_up:
            # It is about to be gone, or hangs on its way out; the closed socket would keep the descriptor readable.
            self._epoll.unregister(process.status.fileno())
            process.close_status()
            self._hung_up_s = time.monotonic()

    def _opened(self, told: Any) -> None:
        try:
            device, rate_hz, self._live = str(told["device"]), int(told["rate_hz"]), bool(told["live"])
            self._maker.begin(rate_hz, device)
        except SoundError as error:
            self._fail(error.problems[0])
            return
        except (KeyError, TypeError, ValueError):
            self._fail(Problem("the sound source does not say what it opened", self._device, str(told)[:200]))
            return
        self._device, self._rate_hz = device, rate_hz
        self._open_s = time.monotonic()
        self._watch = Watch(self._config.lost_ms / 1000.0, rate_hz, self._live, self._open_s)
        self._been_open, self._problem = True, None
        _log.info("listening to %s at %d Hz", device, rate_hz)

    def _tick(self, now_s: float) -> None:
        """Look whether the process gets on; or, when there is none, start the next."""
        self._dying = [process for process in self._dying if process.exit_status() is None]
        if self._process is None:
            self._launch()
        elif self._process.hung_up:
            if now_s - self._hung_up_s > _GRACE_S:
                self._fail(self._process.how_it_ended())
        elif self._watch is not None:
            finding = self._watch.tick(now_s, self._process.reader.counters())
            if finding is not None:
                self._judge(finding)
        elif now_s - self._begun_s > self._config.open_ms / 1000.0:
            what = f"the sound source did not open within {self._config.open_ms:g} ms"
            self._fail(Problem(what, self._device, self._process.said()))

    def _judge(self, finding: Finding) -> None:
        if finding.kind == "other_rate":
            what = f"the device says {self._rate_hz} Hz and delivers {finding.seen:.0f} Hz; it is taken as that"
            self._problem = Problem(what, self._device)
            self._rate_hz = round(finding.seen)
            self._take_all()
            self._maker.change_rate(self._rate_hz)
            _log.warning("%s", self._problem)
        elif finding.kind == "flood":
            seen, expected = f"{finding.seen:.0f} samples a second", f"{self._rate_hz}"
            self._fail(Problem("the device floods", self._device, seen, expected))
        else:
            who = "the capture process hangs" if finding.kind == "hung" else "the device delivers nothing"
            self._fail(Problem(who, self._device, f"no sound for {finding.seen:.1f} s"))

    def _fail(self, problem: Problem) -> None:
        """Give the process up, keep what it still said, and plan the next."""
        _log.warning("%s", problem)
        self._problem = problem
        good = self._watch is not None and time.monotonic() - self._open_s >= _GOOD_S
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self._leave(process)
            process.reader.look()
            self._take_all(process)
            process.close()
            if process.exit_status() is None:
                self._dying.append(process)
        self._watch = None
        self._attempts = 0 if good else self._attempts + 1
        wait_ms = self._config.retry_ms * 2.0 ** min(self._attempts - 1, 30) if self._attempts else 0.0
        self._timer.set(min(wait_ms, self._config.retry_max_ms) / 1000.0)

    def _leave(self, process: CaptureProcess) -> None:
        for fd in _descriptors(process):
            self._epoll.unregister(fd)

    # The blocks

    def _fill(self, wanted: int) -> None:
        while self._process is not None and len(self._ready) < wanted and self._take(self._process):
            pass

    def _take_all(self, process: CaptureProcess | None = None) -> None:
        """Make blocks of all that waits in the ring; no more wait for the reader than a ring holds."""
        process = process or self._process
        most = self._settings.shape.slots
        while process is not None and len(self._ready) < most and self._take(process):
            pass

    def _take(self, process: CaptureProcess) -> bool:
        slot = process.reader.take() if self._watch is not None else None
        if slot is None:
            return False
        block = self._maker.make(slot)
        if block is not None:
            self._ready.append(block)
        return True

    def _tell_more(self, more: bool) -> None:
        """Keep the descriptor readable while blocks are left."""
        if more and not self._more:
            os.eventfd_write(self._more_fd, 1)
        elif self._more and not more:
            os.eventfd_read(self._more_fd)
        self._more = more


def _descriptors(process: CaptureProcess) -> tuple[int, ...]:
    status = process.status
    return (process.event_fd, process.pid_fd, *((status.fileno(),) if status is not None else ()))


def _decode_problem(told: Any) -> Problem:
    fields = told if isinstance(told, dict) else {"what": told}
    return Problem(**{key: str(fields.get(key, "")) for key in ("what", "where", "seen", "expected", "hint")})
