"""Limits of the own control group, read from where the kernel holds them: a setting alone may do nothing.

Formats: Linux Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst, cgroup-v1/pids.rst; scheduler/sched-bwc.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cabin.budget.cgroup import find_cgroup, read_small
from cabin.service.findings import ServiceFinding, judged

__all__ = ["Limits", "check_limits", "read_limits"]

_PROC, _ROOT = Path("/proc"), Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Limits:
    """None: no limit."""

    memory_mib: float | None
    cpu_percent: float | None
    """Of one core."""
    tasks: int | None


def read_limits(proc: Path = _PROC, root: Path = _ROOT) -> Limits:
    """Return the limits that hold for this process."""
    memory = find_cgroup(proc, root).memory()
    groups = _groups(proc)
    return Limits(memory.limit_mib if memory is not None else None, _cpu_percent(root, groups), _tasks(root, groups))


def check_limits(held: Limits, asked: Limits, restart_mib: float, budget: str) -> Iterator[ServiceFinding]:
    """Hold what the kernel holds against what the unit asks; `restart_mib`: where the ladder restarts the service."""
    hint = "The kernel does not hold it: is its cgroup controller switched on (cgroup_enable=memory)?"
    good = asked.memory_mib is not None and held.memory_mib is not None and held.memory_mib <= asked.memory_mib + 1
    seen, expected = _told(held.memory_mib, "MiB"), _told(asked.memory_mib, "MiB")
    yield judged(good, "limit", "memory is limited", "MemoryMax=", seen, expected, hint)
    if held.memory_mib is not None:
        hint = f"The drop-in is of another budget: make install BUDGET={budget}, or raise MemoryMax=."
        what, expected = "the budget's own steps come first", f"more than {restart_mib:.0f} MiB"
        where = f"MemoryMax= and {budget}.yaml"
        yield judged(held.memory_mib > restart_mib, "limit", what, where, seen, expected, hint, "warn")
    hint = "`systemctl edit cabin` sets it, or a budget's drop-in: make install BUDGET=headunit."
    good = held.cpu_percent is not None and (asked.cpu_percent is None or held.cpu_percent <= asked.cpu_percent + 1)
    seen, expected = _told(held.cpu_percent, "%"), _told(asked.cpu_percent, "%")
    yield judged(good, "limit", "processor time is limited", "CPUQuota=", seen, expected, hint, "warn")
    good = held.tasks is not None and (asked.tasks is None or held.tasks <= asked.tasks)
    seen, expected = _told(held.tasks, "tasks"), _told(asked.tasks, "tasks")
    yield judged(good, "limit", "processes and threads are limited", "TasksMax=", seen, expected, hint, "warn")


def _told(value: float | None, unit: str) -> str:
    return "no limit" if value is None else f"{value:.0f} {unit}"


def _groups(proc: Path) -> dict[str, str]:
    """Return controller -> path of the own group; "" is version 2's."""
    found = {}
    for line in read_small(proc / "self" / "cgroup").decode(errors="replace").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _words(root: Path, groups: dict[str, str], controller: str, names: tuple[str, str]) -> list[str]:
    """Return the words of a file of the own group: `names` of version 1 and 2; none when there is no such file."""
    for top, name in ((root / controller, names[0]), (root, names[1]), (root / "unified", names[1])):
        path = groups.get(controller if top.name == controller else "", "")
        for folder in (top / path.lstrip("/"), top):
            if (folder / name).is_file():
                return read_small(folder / name).decode(errors="replace").split()
    return []


def _cpu_percent(root: Path, groups: dict[str, str]) -> float | None:
    words = _words(root, groups, "cpu", ("cpu.cfs_quota_us", "cpu.max"))
    if len(words) == 1:
        words += _words(root, groups, "cpu", ("cpu.cfs_period_us", "cpu.max"))
    if len(words) < 2 or not (words[0].isdecimal() and words[1].isdecimal()):
        return None
    return 100 * int(words[0]) / int(words[1])


def _tasks(root: Path, groups: dict[str, str]) -> int | None:
    words = _words(root, groups, "pids", ("pids.max", "pids.max"))
    return int(words[0]) if words and words[0].isdecimal() else None
