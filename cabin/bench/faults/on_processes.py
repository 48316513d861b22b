"""Faults of the main process: killed, stopped, told to end, started twice."""

from __future__ import annotations

import functools
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]

END_S = 3.0
"""Told to end, it has two seconds; one more for a busy machine to notice."""


def _killed(rig: Rig, mid_command: bool) -> float | None:
    children = rig.children()
    if mid_command:
        hold = rig.order("car.hold")
        spoken = rig.say_command()
        rig.feed.wait(spoken.begun_s, "understood", 15.0)
    since_s = time.monotonic()
    rig.systemd.signal(signal.SIGKILL)
    rig.systemd.wait_ended(10.0)
    if mid_command:
        hold.unlink()
    gone = rig.wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 10.0)
    rig.claim("its processes end with it", gone, children)
    rig.systemd.wait_ready(60.0, runs=2)
    seconds = rig.recover(since_s)
    rig.claim("what was begun is not done by the next one", not rig.writes(), rig.writes())
    return seconds


def _stopped(rig: Rig) -> float | None:
    """The watchdog expires: systemd's SIGABRT, then SIGKILL for what does not even take that."""
    since_s = time.monotonic()
    rig.systemd.signal(signal.SIGSTOP)
    rig.systemd.wait_ended(rig.systemd.watchdog_s + 10.0)
    rig.claim("the watchdog ended it", rig.systemd.runs[0].was_watchdog, rig.systemd.runs)
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


def _told_to_end(rig: Rig, number: int, mid_command: bool = False) -> float | None:
    """It ends cleanly; whether what it was at was done is told. Then it is started again, as a person would."""
    rig.systemd.does_restart = False
    hold = rig.order("car.hold") if mid_command else None
    if mid_command:
        spoken = rig.say_command()
        rig.feed.wait(spoken.begun_s, "understood", 15.0)
        rig.say_command()  # waits for its turn, and is not to be begun
    since_s = time.monotonic()
    rig.systemd.signal(number)
    if hold is not None:
        time.sleep(0.3)
        hold.unlink()
    rig.systemd.wait_ended(30.0)
    first = rig.systemd.runs[0]
    rig.claim("it ends with code 0", first.code == 0, first)
    took_s = (first.ended_s or time.monotonic()) - since_s
    rig.claim(f"within {END_S:g} s", took_s <= END_S, f"{took_s:.1f} s")
    rig.claim("its socket is gone", not rig.control.exists(), rig.control)
    if mid_command:
        rig.claim("what was begun is done, what waited is not", len(rig.writes()) == rig.each, rig.writes())
    rig.spoken[1:] = []
    again_s = time.monotonic()
    rig.systemd.start()
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(again_s)


def _end_while_loading(rig: Rig) -> float | None:
    rig.microphone.plug_in()
    rig.systemd.does_restart = False
    rig.systemd.start()
    rig.wait(lambda: rig.worker() != 0, 30.0)
    since_s = time.monotonic()
    rig.systemd.signal(signal.SIGTERM)
    rig.systemd.wait_ended(30.0)
    first = rig.systemd.runs[0]
    is_clean = first.code in (0, -signal.SIGTERM)  # systemd.exec(5) takes both for a clean end
    rig.claim("it ends as told and never said READY", is_clean and first.ready_s is None, first)
    rig.claim(f"within {END_S:g} s", (first.ended_s or 1e9) - since_s <= END_S, first)
    again_s = time.monotonic()
    rig.systemd.start()
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(again_s)


def _two(rig: Rig) -> float | None:
    before = rig.worker()
    environ = {name: value for name, value in rig.systemd.environ.items() if name != "NOTIFY_SOCKET"}
    second = subprocess.run(rig.command(), env=environ, capture_output=True, text=True, timeout=60, check=False)
    rig.claim("the second ends with code 2", second.returncode == 2, second.returncode)
    rig.claim("it names the first", f"process {rig.systemd.pid}" in second.stderr, second.stderr[-300:])
    rig.claim("the first is as before", rig.worker() == before and rig.is_well(), rig.status())
    return None


def _stale_socket(rig: Rig) -> float | None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(rig.control))
    left.close()
    since_s = time.monotonic()
    rig.microphone.plug_in()
    rig.systemd.start()
    rig.claim("it takes the place", rig.systemd.wait_ready(60.0), rig.log()[-300:])
    return rig.recover(since_s)


def _systemd_is_deaf(rig: Rig) -> float | None:
    """The notification socket is gone: telling systemd must not hold up anything."""
    before = rig.worker()
    address = Path(rig.systemd.environ["NOTIFY_SOCKET"])
    away = address.with_name("notify-away")
    address.rename(away)
    rig.claim("a command is done", rig.works(), rig.log()[-300:])
    away.rename(address)
    rig.claim("nobody was restarted", rig.worker() == before and len(rig.systemd.runs) == 1, rig.systemd.runs)
    return None


_BEGUN_ENDS = "what is begun is finished, what waits is not begun"

FAULTS = (
    Fault(
        "main process killed while idle",
        "main process",
        "started again; nothing is left of the old one",
        functools.partial(_killed, mid_command=False),
        is_alone=True,
    ),
    Fault(
        "main process killed in a command",
        "main process",
        "the command is not done by the next one",
        functools.partial(_killed, mid_command=True),
        is_alone=True,
    ),
    Fault(
        "main process stopped (watchdog expires)", "main process", "killed and started again", _stopped, is_alone=True
    ),
    Fault(
        "SIGTERM while idle",
        "main process",
        "ends cleanly",
        functools.partial(_told_to_end, number=signal.SIGTERM),
        is_alone=True,
    ),
    Fault(
        "SIGTERM in a command",
        "main process",
        _BEGUN_ENDS,
        functools.partial(_told_to_end, number=signal.SIGTERM, mid_command=True),
        is_alone=True,
    ),
    Fault(
        "SIGINT in a command",
        "main process",
        _BEGUN_ENDS,
        functools.partial(_told_to_end, number=signal.SIGINT, mid_command=True),
        is_alone=True,
    ),
    Fault(
        "SIGTERM while it loads",
        "main process",
        "ends cleanly, without READY",
        _end_while_loading,
        is_alone=True,
        starts=False,
    ),
    Fault("a second daemon", "main process", "it names the first and ends", _two, is_quick=True),
    Fault(
        "a socket left by a killed daemon", "main process", "it is replaced", _stale_socket, is_alone=True, starts=False
    ),
    Fault("systemd's socket gone", "main process", "nothing waits for it", _systemd_is_deaf),
)
