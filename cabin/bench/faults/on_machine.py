"""Faults of the machine: memory, processor, disk, descriptors, clock, and a machine that sleeps."""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]

_SPARE_BYTES = 2 * 2**20
_HOUR_S = 3600
_SLEEP_S = 5.0
"""Longer than an utterance may take."""


def _memory(rig: Rig) -> float | None:
    """The worker may allocate nothing more: RLIMIT_AS at what it has."""
    before = rig.worker()
    size = int(Path(f"/proc/{before}/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.prlimit(before, resource.RLIMIT_AS, (size + _SPARE_BYTES, resource.RLIM_INFINITY))
    since_s = time.monotonic()
    is_new = False
    for _ in range(6):  # how much an utterance needs anew is up to the allocator
        rig.say_command()
        is_new = rig.wait(lambda: rig.worker() not in (0, before), 4.0)
        if is_new:
            break
    done = [told for told in rig.feed.since(since_s, "done") if told.data.get("status") == "done"]
    if not is_new and done:  # it lives within its memory: nothing is wrong then
        resource.prlimit(before, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        rig.claim("commands are done with the memory there is", True)
        return None
    rig.claim("a worker that fails and fails is replaced", is_new, rig.log()[-300:])
    return rig.recover(since_s)


@contextlib.contextmanager
def _load(number: int) -> Iterator[None]:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def _processor(rig: Rig) -> float | None:
    before = rig.worker()
    with _load(3 * (os.cpu_count() or 1)):
        time.sleep(1.0)
        spoken = rig.say_command()
        rig.feed.wait(spoken.ended_s, "turn", 15.0) or rig.feed.wait(spoken.ended_s, "dropped", 0.1)
        told = rig.feed.since(spoken.begun_s, "done") + rig.feed.since(spoken.begun_s, "dropped")
        rig.claim("the command was done in time, or told to be left", told, rig.feed.since(spoken.begun_s))
        time.sleep(3.0)
    since_s = time.monotonic()
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    rig.claim("the worker was not killed for being starved", rig.worker() == before, rig.log()[-300:])
    return rig.recover(since_s)


def _asleep(rig: Rig) -> float | None:
    """Everything stands still just after a command was spoken, for longer than a command may take."""
    hold = rig.order("recognizer.hold")
    spoken = rig.say_command()
    rig.feed.wait(spoken.begun_s, "speech", 10.0, state="ended")
    everyone = [rig.systemd.pid, *rig.children()]
    with rig.stopped(everyone):
        hold.unlink()
        time.sleep(_SLEEP_S)
    since_s = time.monotonic()
    rig.feed.wait(spoken.begun_s, "dropped", 15.0)
    rig.claim("the old command is dropped", rig.feed.since(spoken.begun_s, "dropped"), rig.feed.since(spoken.begun_s))
    rig.claim("it is not done", not rig.writes(), rig.writes())
    return rig.recover(since_s)


def _clock(rig: Rig, offset_s: float) -> float | None:
    """The wall clock of every process of the daemon jumps while a question is open and a command is spoken."""
    before = rig.worker()
    (rig.orders / "clock").write_text(str(offset_s), encoding="utf-8")
    time.sleep(0.3)
    spoken = rig.say_command()
    rig.wait(lambda: bool(rig.writes()), 10.0)
    rig.claim(
        "a command is done as ever", len(rig.writes()) == rig.each, rig.writes() or rig.feed.since(spoken.begun_s)
    )
    is_alive = rig.worker() == before and len(rig.systemd.runs) == 1
    rig.claim("nobody was killed or restarted", is_alive, rig.log()[-300:])
    (rig.orders / "clock").write_text("0", encoding="utf-8")
    time.sleep(0.3)
    return None


def _no_descriptors(rig: Rig) -> float | None:
    """No further descriptor for the main process, while its worker dies."""
    pid, before = rig.systemd.pid, rig.worker()
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 1, hard))
    os.kill(before, 9)
    time.sleep(3.0)
    rig.claim("the main process went on", rig.systemd.pid == pid, rig.systemd.runs)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    return rig.recover(time.monotonic())


def _lacks_mounts() -> str:
    if not shutil.which("unshare"):
        return "unshare (util-linux) is not here"
    tried = subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this machine lets nobody make mount namespaces"


def _on_mount(rig: Rig, mount: str) -> Path:
    """Start the daemon in a mount namespace where its cache and its metrics are on a file system of their own.

    Returns the folder as it is seen from outside.
    """
    folder = rig.folder / "state"
    folder.mkdir()
    rig.systemd.environ |= {"CABIN_CACHE": str(folder / "cache"), "CABIN_DAEMON_METRICS_FILE": str(folder / "metrics")}
    rig.systemd.environ["CABIN_DAEMON_METRICS_S"] = "1"
    script = f'mount -t tmpfs -o {mount} none {folder} && exec "$@"'
    rig.systemd.command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", *rig.command()]
    rig.start()
    rig.begin()
    return Path(f"/proc/{rig.systemd.pid}/root{folder}")


def _disk_full(rig: Rig) -> float | None:
    folder = _on_mount(rig, "size=16m")
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    since_s = time.monotonic()
    told = rig.feed.wait(since_s, "fault", 15.0, what="metrics cannot be written")
    rig.claim("what cannot be written is told", told, rig.feed.since(since_s))
    rig.claim("a command is done all the same", rig.works(), rig.log()[-300:])
    os.kill(rig.worker(), 9)
    seconds = rig.recover(time.monotonic())
    (folder / "filler").unlink()
    written = rig.wait(lambda: (folder / "metrics").exists() and (folder / "metrics").stat().st_size > 0, 10.0)
    rig.claim("metrics are written again once there is room, whole", written, list(folder.iterdir()))
    return seconds


def _read_only(rig: Rig) -> float | None:
    since_s = time.monotonic()
    _on_mount(rig, "ro")
    rig.claim("it starts", rig.is_well(), rig.log()[-300:])
    told = rig.feed.wait(since_s, "fault", 15.0, what="metrics cannot be written")
    rig.claim("what cannot be written is told", told, rig.feed.since(since_s))
    return None


_TIMELESS = "no deadline depends on it"

FAULTS = (
    Fault("no memory for the worker (RLIMIT_AS)", "machine", "it lives within it, or is replaced", _memory),
    Fault("processor taken by another load", "machine", "in time or left; nobody is killed for it", _processor),
    Fault("machine asleep for 5 s after a command", "machine", "the command is dropped", _asleep, is_quick=True),
    Fault("clock steps an hour ahead", "machine", _TIMELESS, functools.partial(_clock, offset_s=_HOUR_S)),
    Fault("clock steps an hour back", "machine", _TIMELESS, functools.partial(_clock, offset_s=-_HOUR_S)),
    Fault("no file descriptors left", "machine", "the worker is replaced once there are some", _no_descriptors),
    Fault(
        "disk full",
        "machine",
        "told; everything but files works",
        _disk_full,
        is_alone=True,
        starts=False,
        lacks=_lacks_mounts,
    ),
    Fault(
        "state and cache read-only",
        "machine",
        "told; everything but files works",
        _read_only,
        is_alone=True,
        starts=False,
        lacks=_lacks_mounts,
    ),
)
