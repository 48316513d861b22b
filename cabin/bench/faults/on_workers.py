"""Faults of the worker process: killed, stopped, crashed, talking nonsense; idle, while somebody speaks, at work."""

from __future__ import annotations

import functools
import os
import signal
import time
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]

LOST = "the utterance is lost and told, never done later"


def _new_worker(rig: Rig, before: int, since_s: float, told_since_s: float = 0.0) -> float | None:
    seconds = rig.recover(since_s)
    rig.claim("another worker is at work", rig.worker() not in (0, before), rig.worker())
    told = rig.feed.since(told_since_s or since_s, "fault", what="the worker is gone")
    rig.claim("the loss was told", told, "no event")
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return seconds


def _idle(rig: Rig, number: int) -> float | None:
    before, since_s = rig.worker(), time.monotonic()
    os.kill(before, number)
    if number == signal.SIGSTOP:
        rig.wait(lambda: rig.worker() != before, 30.0)
    return _new_worker(rig, before, since_s)


def _speaking(rig: Rig, number: int) -> float | None:
    before = rig.worker()
    begun_s = rig.begin_command_until_heard()
    since_s = time.monotonic()
    os.kill(before, number)
    if number == signal.SIGSTOP:
        rig.wait(lambda: rig.worker() != before, 30.0)
    seconds = _new_worker(rig, before, since_s)
    told = rig.feed.wait(since_s, "reply", 5.0, kind="fault")
    rig.claim("the driver was told that it was not done", told and "Nothing was done" in told.data["text"], told)
    rig.wait(lambda: time.monotonic() > begun_s + rig.length_s + 1.5, 10.0)
    rig.wait(lambda: not rig.is_busy(), 10.0)
    return seconds


def _recognizing(rig: Rig, number: int) -> float | None:
    before = rig.worker()
    hold = rig.order("recognizer.hold")
    (rig.orders / "recognizing").unlink(missing_ok=True)
    spoken = rig.say_command()
    rig.wait((rig.orders / "recognizing").exists, 10.0)
    rig.feed.wait(spoken.begun_s, "speech", 10.0, state="ended")
    since_s = time.monotonic()
    os.kill(before, number)
    hold.unlink()
    if number == signal.SIGSTOP:
        rig.wait(lambda: rig.worker() != before, 30.0)
    seconds = _new_worker(rig, before, since_s)
    rig.claim("the utterance was told to be lost", rig.feed.since(spoken.begun_s, "dropped"), "no event")
    rig.claim("it was not done", not rig.writes(), rig.writes())
    return seconds


def _in_a_row(rig: Rig, times: int) -> float | None:
    since_s = time.monotonic()
    for _ in range(times):
        rig.wait(lambda: rig.worker() != 0 and rig.worker_state() == "running", 60.0)
        since_s, before = time.monotonic(), rig.worker()
        os.kill(before, signal.SIGKILL)
        rig.wait(lambda: rig.worker() != before, 5.0)  # noqa: B023
    return _new_worker(rig, 0, since_s)


def _crash(rig: Rig, deed: str) -> float | None:
    before = rig.worker()
    rig.order(deed)
    begun_s = rig.begin_command()
    rig.wait(lambda: rig.was_obeyed(deed), 20.0)
    since_s = time.monotonic()
    rig.wait(lambda: rig.worker() != before, 10.0)
    return _new_worker(rig, before, since_s, begun_s)


def _at_start(rig: Rig) -> float | None:
    """Kill the worker while the daemon loads it."""
    rig.systemd.signal(signal.SIGKILL)
    rig.systemd.wait_ended(10.0)
    rig.systemd.wait_ended(0.0)
    rig.wait(lambda: len(rig.systemd.runs) == 2 and rig.worker() != 0, 30.0)
    since_s = time.monotonic()
    os.kill(rig.worker(), signal.SIGKILL)
    seconds = rig.recover(since_s, 90.0)
    rig.claim("it said READY in the end", rig.systemd.runs[-1].ready_s is not None, rig.systemd.runs)
    return seconds


_BEHAVIOURS = ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "stopped"))

FAULTS = (
    *(
        Fault(
            f"worker {what} while idle",
            "workers",
            "a new worker; state is kept",
            functools.partial(_idle, number=number),
            is_quick=number == signal.SIGKILL,
        )
        for number, what in _BEHAVIOURS
    ),
    *(
        Fault(f"worker {what} while somebody speaks", "workers", LOST, functools.partial(_speaking, number=number))
        for number, what in _BEHAVIOURS
    ),
    *(
        Fault(
            f"worker {what} while it recognizes",
            "workers",
            LOST,
            functools.partial(_recognizing, number=number),
            is_quick=number == signal.SIGKILL,
        )
        for number, what in _BEHAVIOURS
    ),
    Fault(
        "worker killed three times in a row",
        "workers",
        "each time a new one at once",
        functools.partial(_in_a_row, times=3),
    ),
    Fault(
        "worker killed six times in a row",
        "workers",
        "new ones with growing waits, the daemon stays",
        functools.partial(_in_a_row, times=6),
        is_alone=True,  # the waits would count for the next fault
    ),
    Fault(
        "worker crashes in native code (SIGSEGV)",
        "workers",
        LOST,
        functools.partial(_crash, deed="recognizer.abort"),
    ),
    Fault(
        "worker sends nonsense to the main process",
        "workers",
        "it is killed, nothing of it is believed",
        functools.partial(_crash, deed="recognizer.garble"),
    ),
    Fault(
        "worker killed while the daemon starts",
        "workers",
        "the start fails and is tried again",
        _at_start,
        is_alone=True,
    ),
)
