"""Faults of the microphone and of the process that captures it."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]

_AWAY_S = 2.0


def _gone_and_back(rig: Rig, rate_hz: int = 16_000) -> float | None:
    rig.microphone.unplug()
    told = rig.wait(lambda: rig.microphone_state() in ("absent", "failed"), 10.0)
    rig.claim("the status says that it is gone", told, rig.microphone_state())
    rig.claim("texts are answered meanwhile", rig.answers(), "no answer")
    time.sleep(_AWAY_S)
    rig.microphone.rate_hz = rate_hz
    rig.microphone.plug_in()
    return rig.recover(time.monotonic())


def _while_speaking(rig: Rig, break_it: Callable[[Rig], None], mend: Callable[[Rig], None]) -> float | None:
    begun_s = rig.begin_half_a_command()
    since_s = time.monotonic()
    break_it(rig)
    time.sleep(0.5)
    mend(rig)
    seconds = rig.recover(since_s)
    rig.wait(lambda: time.monotonic() > begun_s + rig.length_s + 2.5, 10.0)
    rig.wait(lambda: not rig.is_busy(), 10.0)
    done = [told for told in rig.feed.since(begun_s, "done") if told.data.get("status") == "done"]
    rig.claim("what was said across the gap was not done without asking", not done, done)
    rig.feed.wait(begun_s, "speech", 5.0, state="ended")
    _drop_question(rig)
    return seconds


def _drop_question(rig: Rig) -> None:
    """Answer no question of what was heard damaged: the next command must stand for itself."""
    from cabin.bench.faults.client import RefusedError, ask

    try:
        ask(rig.control, "cancel")
    except (OSError, RefusedError) as error:
        rig.claim("what is pending can be cancelled", False, error)


def _mute(rig: Rig) -> float | None:
    rig.microphone.is_mute = True
    told = rig.wait(lambda: rig.microphone_state() in ("absent", "failed"), 10.0)
    rig.claim("the status says that it gives nothing", told, rig.microphone_state())
    time.sleep(_AWAY_S)
    rig.microphone.is_mute = False
    return rig.recover(time.monotonic())


def _zeros(rig: Rig) -> float | None:
    rig.microphone.is_zero = True
    told = rig.wait(lambda: rig.microphone_state() in ("failed", "muted"), 10.0)
    rig.claim("the status says that it is silent", told, rig.microphone_state())
    rig.claim("the watchdog is fed meanwhile", len(rig.systemd.runs) == 1, rig.systemd.runs)
    rig.microphone.is_zero = False
    return rig.recover(time.monotonic())


def _absent_at_start(rig: Rig) -> float | None:
    rig.systemd.start()
    rig.claim("it says READY without it", rig.systemd.wait_ready(60.0), rig.log()[-300:])
    rig.wait(lambda: rig.microphone_state() == "absent", 10.0)
    rig.claim("the status says that it is absent", rig.microphone_state() == "absent", rig.microphone_state())
    rig.claim("texts are answered", rig.answers(), "no answer")
    time.sleep(_AWAY_S)
    rig.microphone.plug_in()
    return rig.recover(time.monotonic())


def _paced(rig: Rig, pace: float, seconds: float) -> float | None:
    before = rig.systemd.pid
    rig.microphone.pace = pace
    time.sleep(seconds)
    rig.claim("the daemon answers meanwhile", rig.answers(), rig.status())
    rig.microphone.pace = 1.0
    since_s = time.monotonic()
    rig.claim("the main process went on", rig.systemd.pid == before, rig.systemd.runs)
    rig.microphone.hang_up()
    return rig.recover(since_s)


def _capture(rig: Rig, number: int) -> float | None:
    before, since_s = rig.capture(), time.monotonic()
    os.kill(before, number)
    is_new = rig.wait(lambda: rig.capture() not in (0, before), 30.0)
    rig.claim("another capture process is at work", is_new, rig.capture())
    rig.claim("the main process and the worker went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return rig.recover(since_s)


def _hit_capture(rig: Rig, number: int) -> None:
    os.kill(rig.capture(), number)


def _ring(rig: Rig) -> float | None:
    """Write nonsense over the whole ring, from outside, while sound runs through it."""
    memory = _ring_memory(rig.systemd.pid)
    rig.claim("the ring was found", memory is not None, "no memfd")
    since_s = time.monotonic()
    if memory is not None:
        size = memory.stat().st_size
        with memory.open("r+b", buffering=0) as ring:
            for _ in range(20):
                ring.seek(0)
                ring.write(os.urandom(size))
                time.sleep(0.02)
    rig.wait(lambda: not rig.is_well(), 3.0)
    seconds = rig.recover(since_s)
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    _drop_question(rig)
    return seconds


def _ring_memory(pid: int) -> Path | None:
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = str(each.readlink())
        except OSError:
            continue
        if name.startswith("/memfd:cabin") and "stderr" not in name:
            return each
    return None


def _source(rig: Rig, deed: str) -> float | None:
    before, since_s = rig.capture(), time.monotonic()
    rig.order(deed)
    if deed.startswith("source-opening"):
        rig.microphone.hang_up()
    is_new = rig.wait(lambda: rig.capture() not in (0, before) and rig.was_obeyed(deed), 30.0)
    rig.claim("another capture process is at work", is_new, rig.capture())
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return rig.recover(since_s)


def _source_half_hangs(rig: Rig) -> float | None:
    """The source's thread gives sound, and its other calls never return: nothing is missing."""
    rig.order("source.hang")
    rig.wait(lambda: rig.was_obeyed("source.hang"), 10.0)
    rig.claim("sound is heard on", rig.works(), rig.log()[-300:])
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return None


_HEARD_ON = "opened again by itself; sound is heard"

FAULTS = (
    Fault("microphone unplugged and plugged in again", "microphone", _HEARD_ON, _gone_and_back, is_quick=True),
    Fault(
        "microphone comes back with another rate",
        "microphone",
        "48 kHz is resampled",
        functools.partial(_gone_and_back, rate_hz=48_000),
        is_alone=True,
    ),
    Fault(
        "microphone unplugged while somebody speaks",
        "microphone",
        "half a sentence is never done as a whole one",
        lambda rig: _while_speaking(rig, lambda rig: rig.microphone.unplug(), lambda rig: rig.microphone.plug_in()),
    ),
    Fault("microphone delivers nothing", "microphone", "told; " + _HEARD_ON, _mute),
    Fault(
        "microphone delivers digital silence",
        "microphone",
        "told as silent",
        _zeros,
        settings={"capture": {"silent_s": 2.0}},
        is_alone=True,
    ),
    Fault(
        "microphone absent at start",
        "microphone",
        "READY without it; heard once it is there",
        _absent_at_start,
        is_alone=True,
        starts=False,
    ),
    Fault(
        "microphone runs at twice the rate it says",
        "microphone",
        "told and taken as what it is, or opened again",
        functools.partial(_paced, pace=2.0, seconds=23.0),
    ),
    Fault(
        "microphone floods (40 times too fast)",
        "microphone",
        "no memory grows, texts are answered",
        functools.partial(_paced, pace=40.0, seconds=4.0),
    ),
    Fault(
        "capture process killed while idle",
        "capture",
        _HEARD_ON,
        functools.partial(_capture, number=signal.SIGKILL),
        is_quick=True,
    ),
    Fault(
        "capture process stopped while idle", "capture", _HEARD_ON, functools.partial(_capture, number=signal.SIGSTOP)
    ),
    Fault(
        "capture process killed while somebody speaks",
        "capture",
        "half a sentence is never done as a whole one",
        lambda rig: _while_speaking(rig, lambda rig: _hit_capture(rig, signal.SIGKILL), lambda _rig: None),
    ),
    Fault(
        "capture process stopped while somebody speaks",
        "capture",
        "half a sentence is never done as a whole one",
        lambda rig: _while_speaking(rig, lambda rig: _hit_capture(rig, signal.SIGSTOP), lambda _rig: None),
    ),
    Fault("ring overwritten with nonsense", "capture", "no crash; " + _HEARD_ON, _ring),
    *(
        Fault(f"sound source {what}", "capture", _HEARD_ON, functools.partial(_source, deed=deed), settings=settings)
        for deed, what, settings in (
            ("source.raise", "raises", {}),
            ("source.leave", "ends its process", {}),
            ("source-opening.raise", "raises when it is opened", {}),
            ("source-opening.hang", "hangs when it is opened", {"capture": {"open_ms": 1500}}),
        )
    ),
    Fault("sound source hangs, its sound goes on", "capture", "sound is heard on", _source_half_hangs, is_alone=True),
)
