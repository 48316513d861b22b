"""Faults in a real systemd, with the installed service and a real PulseAudio: nothing here stands in for anything.

The box that boots it belongs to the tests of the checkout (tests/systemd/box.py) and is looked for there.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin import paths
from cabin.bench.faults.fault import Fault
from cabin.demo.script import RECORDINGS

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS", "box_module"]

_SPOKEN = RECORDINGS / "01-temperature.wav"
_ASKED = "what is the temperature set to"
_RECOVER_S = 90.0
_TRIES = 3
_DONE_S = 20.0
_WATCHDOG = "[Service]\nWatchdogSec=4\n"
_LITTLE = "[Service]\nMemoryMax=100M\n"
_KILLED = "the worker process ended while it was loading"


@functools.cache
def box_module() -> Any:
    """Return the tests' module that boots boxes; None: this is no checkout."""
    checkout = paths.checkout_dir()
    file = checkout / "tests" / "systemd" / "box.py" if checkout is not None else None
    spec = importlib.util.spec_from_file_location("cabin_service_box", file) if file and file.is_file() else None
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _lacks() -> str:
    module = box_module()
    return "no checkout with tests/systemd here" if module is None else str(module.lacking())


@contextlib.contextmanager
def _service(drop_in: str = "") -> Iterator[Any]:
    """Give a machine whose service runs and hears."""
    module = box_module()
    folder = Path(tempfile.mkdtemp(prefix="cabin-box-", dir="/tmp"))
    with module.ServiceBox(module.box_tool(), module.stage(), folder) as box:
        box.start_sound()
        if drop_in:
            box.put_unit("cabin.service.d/70-faults.conf", drop_in)
        box.start_service()
        box.wait_microphone()
        yield box


def _is_well(box: Any) -> bool:
    try:
        status = box.ask("status")
        states = [worker["state"] for worker in status["workers"]]
        is_heard = status["microphone"]["state"] in ("open", "failed")  # failed: nothing but silence yet
        return status["phase"] == "ready" and states == ["running"] and is_heard and bool(box.read_signal(_ASKED))
    except (OSError, AssertionError, KeyError, IndexError, ValueError):
        return False


def _wait(holds: Callable[[], bool], within_s: float = _RECOVER_S) -> bool:
    end_s = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.1)
    return True


def _recover(rig: Rig, box: Any, since_s: float) -> float | None:
    """Wait until all works again; then a command spoken into the microphone must be done, once."""
    is_well = _wait(lambda: _is_well(box))
    seconds = time.monotonic() - since_s
    rig.claim(f"works again within {_RECOVER_S:g} s", is_well, box.show("ActiveState", "StatusText"))
    done: list[dict[str, Any]] = []
    for _ in range(_TRIES):  # a sound server that is not let run loses sound
        box.watch()
        box.speak(_SPOKEN)
        done = _done(box)
        if done:
            break
    rig.claim("a spoken command is done afterwards, once", len(done) == 1, done or box.journal()[-300:])
    return seconds if is_well else None


def _done(box: Any) -> list[dict[str, Any]]:
    """Return what was done since it was last watched: waited for, and then for a moment more."""
    found: list[dict[str, Any]] = []
    end_s = time.monotonic() + _DONE_S
    while time.monotonic() < end_s:
        box._read()  # the box belongs to the tests; it waits a second at most
        came = [event["data"] for event in box.seen if event["event"] == "done" and event["data"]["status"] == "done"]
        if came and not found:
            end_s = time.monotonic() + 2.0
        found = came
    return found


def _killed(rig: Rig, role: str, number: int = signal.SIGKILL, drop_in: str = "") -> float | None:
    with _service(drop_in) as box:
        restarts, before = box.restarts(), box.pids()
        box.unwatch()
        since_s = time.monotonic()
        box.kill(role, number)
        _wait(lambda: box.pids().get(role) not in (None, before[role]))
        seconds = _recover(rig, box, since_s)
        expected = restarts + (role == "main")
        rig.claim("systemd started it anew only when it had to", box.restarts() == expected, box.restarts())
    return seconds


def _memory_max(rig: Rig) -> float | None:
    """MemoryMax= below what the models need: the kernel kills the worker whenever it loads them."""
    with _service() as box:
        box.stop_service()
        box.put_unit("cabin.service.d/70-faults.conf", _LITTLE)
        mark = box.mark()
        box.ctl("start", "cabin.service", "--no-block", check=False)
        is_told = _wait(lambda: _KILLED in box.journal(cursor=mark), 60.0)
        rig.claim("it says that the worker was killed", is_told, box.journal(cursor=mark)[-300:])
        rig.claim("it never says READY", box.show("ActiveState")["ActiveState"] != "active", box.show("ActiveState"))
        box.stop_service()
        box.drop_unit("cabin.service.d/70-faults.conf")
        since_s = time.monotonic()
        box.start_service()
        box.wait_microphone()
        return _recover(rig, box, since_s)


def _unplugged(rig: Rig) -> float | None:
    with _service() as box:
        main = box.pids()["main"]
        box.pactl("unload-module", "module-null-sink")
        told = _wait(lambda: box.ask("status")["microphone"]["state"] in ("absent", "failed"), 20.0)
        rig.claim("the status says that it is gone", told, box.ask("status")["microphone"])
        time.sleep(1.0)
        since_s = time.monotonic()
        box.pactl("load-module", "module-null-sink", "sink_name=cabin_mic", "rate=48000")
        seconds = _recover(rig, box, since_s)
        rig.claim("the main process went on", box.pids()["main"] == main, box.pids())
    return seconds


def _sound_server(rig: Rig) -> float | None:
    with _service() as box:
        main = box.pids()["main"]
        since_s = time.monotonic()
        box.ctl("restart", "cabin-sound.service")
        seconds = _recover(rig, box, since_s)
        rig.claim("the main process went on", box.pids()["main"] == main, box.pids())
    return seconds


def _fault(name: str, holds: str, run: Callable[[Rig], float | None]) -> Fault:
    return Fault(name, "systemd and PulseAudio", holds, run, starts=False, is_alone=True, concludes=False, lacks=_lacks)


FAULTS = (
    _fault("installed service: worker killed", "the same service goes on", functools.partial(_killed, role="worker")),
    _fault("installed service: capture killed", "the same service goes on", functools.partial(_killed, role="capture")),
    _fault("installed service: main process killed", "systemd starts it", functools.partial(_killed, role="main")),
    _fault(
        "installed service: main process stopped",
        "systemd's watchdog kills and starts it",
        functools.partial(_killed, role="main", number=signal.SIGSTOP, drop_in=_WATCHDOG),
    ),
    _fault("installed service: MemoryMax below what it needs", "no READY; back once there is room", _memory_max),
    _fault("PulseAudio: microphone unplugged and plugged in", "heard again by itself", _unplugged),
    _fault("PulseAudio: sound server restarted", "heard again by itself", _sound_server),
)
