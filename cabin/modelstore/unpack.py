"""Files out of archives (zip, wheel, tar), hashed while they are written."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from cabin.errors import DownloadError, Problem
from cabin.modelstore.schema import ModelFile, Source

__all__ = ["unpack"]


class _Archive(Protocol):
    def names(self) -> list[str]: ...

    def open(self, name: str) -> IO[bytes]: ...


def unpack(source: Source, archive_path: Path, folder: Path) -> None:
    """Write the source's files into `folder`; a file that is there already is appended to (parts of one file).

    Raises DownloadError when the archive lacks a file or one has another SHA-256 than models.yaml lists.
    """
    with _opened(archive_path) as archive:
        names = archive.names()
        for file in source.files:
            if file.path.endswith("/"):
                _unpack_folder(archive, names, file, folder)
                continue
            if file.path not in names:
                raise DownloadError(Problem(f"no {file.path} in it", archive_path.name))
            seen = _append(archive, file.path, folder / file.to)
            if seen != file.sha256:
                raise DownloadError(Problem(f"{file.path} has changed", archive_path.name, seen, file.sha256))


def _unpack_folder(archive: _Archive, names: list[str], file: ModelFile, folder: Path) -> None:
    inside = [name for name in names if name.startswith(file.path) and not name.endswith("/")]
    for name in inside:
        relative = PurePosixPath(name[len(file.path) :])
        if relative.is_absolute() or ".." in relative.parts:
            raise DownloadError(Problem("a path leads out of the archive", name))
        _append(archive, name, folder / file.to / relative)
    if not inside:
        raise DownloadError(Problem(f"nothing under {file.path} in it", str(folder)))


def _append(archive: _Archive, name: str, target: Path) -> str:
    """Return the SHA-256 of what was appended."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(name) as source, target.open("ab") as sink:
        start = sink.tell()
        shutil.copyfileobj(source, sink, 1 << 20)
    with target.open("rb") as written:
        written.seek(start)
        while chunk := written.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return self._file.namelist()

    def open(self, name: str) -> IO[bytes]:
        return self._file.open(name)


class _Tar:
    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return [member.name for member in self._file.getmembers() if member.isfile()]

    def open(self, name: str) -> IO[bytes]:
        member = self._file.extractfile(name)
        if member is None:
            raise KeyError(name)
        return member


@contextmanager
def _opened(path: Path) -> Iterator[_Archive]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as zipped:
                yield _Zip(zipped)
        else:
            with tarfile.open(path) as tar:
                yield _Tar(tar)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise DownloadError(Problem("no archive, or a damaged one", str(path), str(error))) from error
