"""Memory and processor time of a set of processes, the own control group's memory, and pressure: one cheap reading.

Resident memory is told as PSS, in which a page that n processes share counts 1/n for each, so that their sum is what
they hold together. The kernel walks all pages for it (smaps_rollup), which takes milliseconds, so it is read seldom;
between two of these, the change of RSS (statm), which costs microseconds, is added. Formats: proc(5).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cabin.budget.cgroup import CgroupMemory, find_cgroup, read_small

__all__ = ["Meter", "ProcessReading", "Reading", "descendants", "pss_mib", "rss_mib", "waited_s"]

MIB = 2**20

PSS_EVERY_S = 30.0
"""Of each process, at most this often."""

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if sys.platform != "win32" else 4096
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if sys.platform != "win32" else 100


@dataclass(frozen=True)
class ProcessReading:
    """One process."""

    pid: int
    resident_mib: float
    """PSS where the kernel tells it, else RSS."""
    processor_percent: float | None
    """Of one core, since the reading before; None: there was none."""
    rss_mib: float = 0.0
    """Resident memory with shared pages counted in full."""
    processor_s: float = 0.0
    """Processor time of all its threads since it began."""


@dataclass(frozen=True)
class Reading:
    """What was measured at one time."""

    at_s: float
    resident_mib: float
    """All processes together."""
    processes: tuple[ProcessReading, ...] = ()
    processor_percent: float | None = None
    """All processes, of one core, since the reading before."""
    cgroup: CgroupMemory | None = None
    processor_pressure_percent: float | None = None
    """PSI some of the own control group, 10 s; None: the kernel does not tell."""
    memory_pressure_percent: float | None = None
    """The same, of memory."""
    cost_ms: float = 0.0
    """What this reading took, of which a PSS is most when one was due."""


@dataclass
class _Known:
    """What is remembered of a process."""

    started: bytes
    """A pid that is used again is told by this."""
    ticks: int
    at_s: float
    pss_mib: float | None = None
    rss_at_pss_mib: float = 0.0
    pss_due_s: float = field(default=-float("inf"))


class Meter:
    """Reads the processes that it is told of. Not thread-safe; needs no privileges for processes of the same user."""

    def __init__(
        self,
        pids: Callable[[], Iterable[int]] | Iterable[int] | None = None,
        *,
        proc: Path = Path("/proc"),
        cgroup_root: Path = Path("/sys/fs/cgroup"),
        pss_every_s: float = PSS_EVERY_S,
    ) -> None:
        """`pids`: which processes, or what tells them at each reading; None: this one."""
        own = (os.getpid(),)
        self._pids = pids if callable(pids) else lambda: own if pids is None else pids
        self._proc, self._pss_every_s = proc, pss_every_s
        self._cgroup = find_cgroup(proc, cgroup_root)
        self._known: dict[int, _Known] = {}

    def read(self, now_s: float | None = None, *, exact: bool = False) -> Reading:
        """Measure now. A process that is gone is left out. `exact`: read PSS of all, whatever it costs.

        `now_s` is of a clock that only grows (time.monotonic).
        """
        begun_s = time.perf_counter()
        now_s = time.monotonic() if now_s is None else now_s
        processes = []
        for pid in sorted(set(self._pids())):
            process = self._process(pid, now_s, exact)
            if process is not None:
                processes.append(process)
        for gone in self._known.keys() - {each.pid for each in processes}:
            del self._known[gone]
        shares = [each.processor_percent for each in processes if each.processor_percent is not None]
        return Reading(
            now_s,
            sum(each.resident_mib for each in processes),
            tuple(processes),
            sum(shares) if shares else None,
            self._cgroup.memory(),
            self._cgroup.pressure("cpu"),
            self._cgroup.pressure("memory"),
            (time.perf_counter() - begun_s) * 1000,
        )

    def _process(self, pid: int, now_s: float, exact: bool) -> ProcessReading | None:
        folder = self._proc / str(pid)
        stat = read_small(folder / "stat").rpartition(b")")[2].split()  # the name in front may hold anything
        rss = _rss_mib(folder)
        if len(stat) < 20 or rss is None:
            return None
        started, ticks = stat[19], int(stat[11]) + int(stat[12])
        known = self._known.get(pid)
        if known is not None and known.started != started:
            known = None
        percent = None
        if known is not None and now_s > known.at_s:
            percent = 100 * max(0, ticks - known.ticks) / _TICKS_PER_S / (now_s - known.at_s)
        if known is None:
            known = self._known[pid] = _Known(started, ticks, now_s)
        elif now_s > known.at_s:
            known.ticks, known.at_s = ticks, now_s
        if exact or now_s >= known.pss_due_s:
            known.pss_mib, known.rss_at_pss_mib = _pss_mib(folder), rss
            known.pss_due_s = now_s + self._pss_every_s
        resident = rss if known.pss_mib is None else max(0.0, known.pss_mib + rss - known.rss_at_pss_mib)
        return ProcessReading(pid, resident, percent, rss, ticks / _TICKS_PER_S)


def descendants(pid: int, proc: Path = Path("/proc")) -> list[int]:
    """Return a process's children and theirs, in order of their numbers; those that are gone are left out."""
    parents: dict[int, int] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit():
            fields = read_small(folder / "stat").rpartition(b")")[2].split()
            if len(fields) > 1 and fields[0] not in (b"Z", b"X"):
                parents[int(folder.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {pid})


def waited_s(pid: int, proc: Path = Path("/proc")) -> float:
    """Return how long the threads of a process have wanted to run and had no core; 0 where it is not told.

    schedstat: nanoseconds run, nanoseconds waited, times run. Threads that have ended are not in it.
    """
    try:
        threads = list((proc / str(pid) / "task").iterdir())
    except OSError:
        return 0.0
    told = [read_small(thread / "schedstat").split() for thread in threads]
    return sum(int(fields[1]) for fields in told if len(fields) == 3) / 1e9


def pss_mib(pid: int | str = "self") -> float | None:
    """Return the proportional resident memory of a process in MiB, or None where it is not told."""
    return _pss_mib(Path("/proc") / str(pid))


def rss_mib(pid: int | str = "self") -> float | None:
    """Return the resident memory of a process in MiB, shared pages counted in full, or None where it is not told."""
    return _rss_mib(Path("/proc") / str(pid))


def _rss_mib(folder: Path) -> float | None:
    fields = read_small(folder / "statm").split()
    return int(fields[1]) * _PAGE_BYTES / MIB if len(fields) > 1 else None


def _pss_mib(folder: Path) -> float | None:
    for line in read_small(folder / "smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) / 1024
    return None
