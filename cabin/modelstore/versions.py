"""Versions of one model side by side, and the one in use changed in a single step.

    models/intent                       a symbolic link to the version in use
    models/intent.versions/ID/          each version, whole; ID: when it came, and the start of its manifest's SHA-256
    models/intent.versions/previous     a link to the version that was in use before

A new version is copied, checked and on the disk (fsync) before the link is replaced, which the kernel does as one step:
whoever opens the model finds the old one or the new one, at every moment and after a power cut. A plain folder
`models/intent` becomes the first version by an exchange of names (renameat2).
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cabin.errors import ModelError, Problem, nearest
from cabin.slm.package import read_info, sha256, verify

__all__ = ["Version", "Versions"]

KEPT = 3
"""Versions that stay: the one in use, the one before, and one more."""

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
"""fcntl.h and renameat2(2)."""

_PREVIOUS = "previous"


@dataclass(frozen=True)
class Version:
    """One version of a model."""

    name: str
    folder: Path
    in_use: bool
    is_previous: bool
    size_bytes: int


class Versions:
    """The versions of the model whose link is `link`. All raise ModelError; what was in use before then still is."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.folder = link.parent / f"{link.name}.versions"

    @property
    def current(self) -> Path | None:
        """The folder of the version in use; None: there is no model."""
        return self.link.resolve() if self.link.is_dir() else None

    @property
    def previous(self) -> Path | None:
        """The folder of the version that was in use before; None: none is known, or it is gone."""
        link = self.folder / _PREVIOUS
        return link.resolve() if link.is_symlink() and link.is_dir() else None

    def all(self) -> list[Version]:
        """Return all versions, oldest first."""
        current, previous = self.current, self.previous
        folders = [each for each in self._folders() if (each / "manifest.json").is_file()]
        if current is not None and not self.link.is_symlink():
            folders.append(current)
        return [
            Version(
                each.name,
                each,
                each.resolve() == current,
                previous is not None and each.resolve() == previous,
                sum(file.stat().st_size for file in each.iterdir() if file.is_file()),
            )
            for each in folders
        ]

    def find(self, name: str) -> Path:
        """Return the folder of a version by its name. Raises ModelError with the nearest one."""
        known = {each.name: each.folder for each in self.all()}
        if name not in known:
            hint = nearest(name, known) or "`cabin models versions` lists them."
            raise ModelError(Problem(f"no version {name!r}", str(self.folder), expected=", ".join(known), hint=hint))
        return known[name]

    def add(self, source: Path) -> Path:
        """Copy a model beside the others, checked and written through to the disk; return its folder.

        One that is there already is not copied again.
        """
        read_info(source)
        verify(source)
        digest = sha256(source / "manifest.json")[:10]
        with self._changing():
            for each in self._folders():
                if each.name.endswith(digest):
                    verify(each)
                    return each
            name = f"{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}-{digest}"
            part = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            try:
                for file in sorted(source.iterdir()):
                    if file.is_file() and not file.name.startswith("."):
                        _copy(file, part / file.name)
                verify(part)
                part.chmod(0o755)
                _sync(part)
                os.replace(part, self.folder / name)
                _sync(self.folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
            return self.folder / name

    def use(self, folder: Path) -> Path | None:
        """Put a version of `add` in use in one step; return the one that was. It becomes the previous one."""
        with self._changing():
            old = self.current
            if old == folder.resolve():
                return old
            if old is not None and not self.link.is_symlink():
                old = self._adopt(folder)
            else:
                self._point(self.link, folder)
            if old is not None:
                self._point(self.folder / _PREVIOUS, old)
            return old

    def rollback(self) -> Path:
        """Put the previous version in use, and return it; twice is as before. Raises ModelError when there is none."""
        previous = self.previous
        if previous is None or previous == self.current:
            hint = "`cabin models versions` lists what is there; `cabin models use NAME` takes one of them."
            raise ModelError(Problem("there is no previous version", str(self.folder), hint=hint))
        verify(previous)
        self.use(previous)
        return previous

    def restore(self, current: Path, previous: Path | None) -> None:
        """Undo a change: what was in use, and what was the previous one then."""
        with self._changing():
            self._point(self.link, current)
            if previous is not None and previous != current:
                self._point(self.folder / _PREVIOUS, previous)
            else:
                (self.folder / _PREVIOUS).unlink(missing_ok=True)

    def prune(self, keep: int = KEPT) -> list[str]:
        """Remove the oldest versions but `keep`, never the one in use or the previous one; return their names."""
        with self._changing():
            spare = [each for each in self.all() if not each.in_use and not each.is_previous]
            gone = spare[: max(0, len(self.all()) - keep)]
            for each in gone:
                shutil.rmtree(each.folder, ignore_errors=True)
            return [each.name for each in gone]

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(
            each
            for each in self.folder.iterdir()
            if each.is_dir() and not each.is_symlink() and not each.name.startswith(".")
        )

    def _adopt(self, new: Path) -> Path:
        """Put a link in the place of a plain folder, which becomes a version; return it."""
        old = self.link
        name = f"{datetime.datetime.fromtimestamp(old.stat().st_mtime, datetime.UTC):%Y%m%d-%H%M%S}"
        kept = self.folder / f"{name}-{sha256(old / 'manifest.json')[:10]}"
        beside = self._free_name()
        beside.symlink_to(self._from(self.link, new))
        if not _exchange(beside, old):  # two steps, where the file system cannot do it in one
            os.replace(old, kept)
            os.replace(beside, old)
        elif kept.exists():
            shutil.rmtree(beside)
        else:
            os.replace(beside, kept)
        _sync(self.link.parent)
        return kept.resolve()

    def _point(self, link: Path, folder: Path) -> None:
        beside = self._free_name()
        beside.symlink_to(self._from(link, folder))
        os.replace(beside, link)
        _sync(link.parent)

    def _free_name(self) -> Path:
        """Return a name for a link on its way; a model that an interrupted exchange left there becomes a version."""
        beside = self.folder / ".link"
        if beside.is_dir() and not beside.is_symlink():
            os.replace(beside, self.folder / f"19700101-000000-{sha256(beside / 'manifest.json')[:10]}")
        beside.unlink(missing_ok=True)
        return beside

    def _from(self, link: Path, folder: Path) -> str:
        """Return the target of a link: relative, so that the models may be moved or mounted elsewhere."""
        return os.path.relpath(folder.resolve(), link.parent.resolve())

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock of this model; say what the disk refuses."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".lock").open("w", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            full = error.errno == errno.ENOSPC
            hint = "Free some space." if full else "Do it as the owner of the models (sudo)."
            where = str(error.filename or self.folder)
            raise ModelError(Problem("the models cannot be changed", where, error.strerror or "", hint=hint)) from error


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o644)
    _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Have two names change places as one step; return whether this system can."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    done = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return int(done) == 0
