"""The own control group: how much memory it holds and may hold, and its pressure files. Versions 1 and 2.

Formats: Linux Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst, accounting/psi.rst.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cgroup", "CgroupMemory", "find_cgroup", "read_small"]

NO_LIMIT_BYTES = 2**60
"""Version 1 tells "none" as the largest number of pages; nothing has as much."""

MIB = 2**20

_CHUNK = 16_384


@dataclass(frozen=True)
class CgroupMemory:
    """What a control group holds."""

    held_mib: float
    """Without file pages that the kernel gives up first (inactive_file)."""
    limit_mib: float | None
    """The least limit of it and those above it; None: none is set."""


class Cgroup:
    """One control group: where its files are. Reading never raises; what cannot be read is None."""

    def __init__(self, memory: Path | None, top: Path, version: int, pressure: Path | None = None) -> None:
        """`memory`: the folder with the memory files; `top`: the folder above which no limit is looked for."""
        self.folder = memory
        self.version = version
        self._current = "memory.current" if version == 2 else "memory.usage_in_bytes"
        self._max = "memory.max" if version == 2 else "memory.limit_in_bytes"
        self._inactive = b"inactive_file " if version == 2 else b"total_inactive_file "
        self._pressure = pressure
        self._limited = self._limits(memory, top) if memory is not None else []

    def memory(self) -> CgroupMemory | None:
        """Return what it holds now, or None."""
        held = _number(self.folder / self._current) if self.folder is not None else None
        if held is None or self.folder is None:
            return None
        held -= _field(read_small(self.folder / "memory.stat"), self._inactive)
        limits = [limit for file in self._limited if (limit := _number(file)) is not None and limit < NO_LIMIT_BYTES]
        return CgroupMemory(max(0, held) / MIB, min(limits) / MIB if limits else None)

    def pressure(self, what: str) -> float | None:
        """Return how much of the last 10 s a process of it waited for `what` (cpu, memory), in percent, or None."""
        return _pressure(self._pressure / f"{what}.pressure") if self._pressure is not None else None

    def _limits(self, folder: Path, top: Path) -> list[Path]:
        """Return the files of all limits that hold: of a group and of those above it."""
        found = []
        for each in (folder, *folder.parents):
            found.append(each / self._max)
            if each == top:
                break
        return [file for file in found if file.is_file()]


def find_cgroup(proc: Path = Path("/proc"), root: Path = Path("/sys/fs/cgroup"), pid: int | str = "self") -> Cgroup:
    """Return the control group of a process; one without files where there is none, or it cannot be seen."""
    paths: dict[str, str] = {}
    for line in read_small(proc / str(pid) / "cgroup").decode(errors="replace").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller in controllers.split(","):
            paths[controller] = path
    unified = next((each for each in (root, root / "unified") if (each / "cgroup.controllers").is_file()), None)
    pressure = _folder(unified, paths.get("")) if unified is not None and paths.get("", "/") != "/" else None
    if "memory" in paths:
        top = root / "memory"
        return Cgroup(_folder(top, paths["memory"]), top, 1, pressure)
    memory = _folder(unified, paths.get("")) if unified is not None else None
    has_files = memory is not None and (memory / "memory.current").is_file()
    return Cgroup(memory if has_files else None, unified or root, 2, pressure)


def read_small(file: Path) -> bytes:
    """Return the first 16 KiB of a file of the kernel in one read, or nothing; quicker than Path.read_bytes."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, _CHUNK)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _folder(top: Path | None, path: str | None) -> Path | None:
    """Return the folder of a group; in a container its path may be told from outside, and then the top is it."""
    if top is None or path is None:
        return None
    folder = top / path.lstrip("/")
    return folder if folder.is_dir() else top if top.is_dir() else None


def _number(file: Path) -> int | None:
    text = read_small(file).strip()
    return int(text) if text.isdigit() else None


def _field(text: bytes, name: bytes) -> int:
    for line in text.splitlines():
        if line.startswith(name):
            return int(line[len(name) :])
    return 0


def _pressure(file: Path) -> float | None:
    """Return avg10 of the line "some" of a pressure file."""
    for line in read_small(file).splitlines():
        if line.startswith(b"some "):
            for part in line.split():
                if part.startswith(b"avg10="):
                    return float(part[6:])
    return None
