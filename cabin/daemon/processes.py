"""What the kernel tells of processes, from /proc (proc(5)): memory, processor time, and whether one wants to run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Standing", "proportional_mib", "resident_mib", "standing"]

_MIB = 2**20


@dataclass(frozen=True)
class Standing:
    """How a process is, at one moment."""

    state: Literal["runs", "waits", "stopped", "gone"]
    """runs: one of its threads has the processor or would take it; waits: none would."""
    cpu_s: float
    """Processor time of all its threads."""


def standing(pid: int) -> Standing:
    """Return how a process is."""
    states = set()
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            states.add(_after_name(thread / "stat")[0])
        fields = _after_name(Path(f"/proc/{pid}/stat"))
    except (OSError, IndexError):
        return Standing("gone", 0.0)
    cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    if fields[0] in "TtZX":
        return Standing("gone" if fields[0] in "ZX" else "stopped", cpu_s)
    return Standing("runs" if "R" in states else "waits", cpu_s)


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process, shared pages counted whole; 0 when it is gone. Cheap."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def proportional_mib(pid: int) -> float:
    """Return the memory of a process with shared pages divided among those who share them (PSS); 0 when unknown.

    Adds up to what all processes of the daemon hold. Takes the kernel some milliseconds.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return resident_mib(pid)
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _after_name(file: Path) -> list[str]:
    """Return the fields of a stat file that follow the name, which may hold anything; the state is the first."""
    return file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
