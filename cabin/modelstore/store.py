"""Models put into the models folder whole or not at all, and checked there."""

from __future__ import annotations

import errno
import importlib
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cabin import __version__
from cabin.errors import DownloadError, ModelError, Problem
from cabin.modelstore.fetch import fetch, sha256_of
from cabin.modelstore.manifest import LICENCE_FILE, MANIFEST_FILE, Manifest, check_files, read_manifest, write_manifest
from cabin.modelstore.progress import Progress, SilentProgress
from cabin.modelstore.schema import ModelEntry, ModelFile
from cabin.modelstore.unpack import unpack

__all__ = ["ModelReport", "State", "fetch_files", "get_model", "inspect_model"]

State = Literal["ok", "absent", "damaged", "unverified"]

_SPARE_FACTOR = 3
"""Free space wanted: the archives, what is unpacked, and what is rebuilt, all there at once."""

RebuildStep = Callable[[Path, Path, Callable[[str], None]], None]


@dataclass(frozen=True)
class ModelReport:
    """What stands in a model's folder."""

    name: str
    state: State
    """ok; absent; damaged: differs from its manifest; unverified: not put there by `cabin models get`."""
    folder: Path
    problems: tuple[str, ...] = ()
    disk_bytes: int = 0


def inspect_model(entry: ModelEntry, folder: Path, hashes: bool = True) -> ModelReport:
    """Compare a folder with its manifest and with models.yaml; without `hashes`, sizes only (fast)."""
    if not folder.is_dir():
        return ModelReport(entry.name, "absent", folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    manifest = read_manifest(folder)
    known = entry.known_files()
    if manifest is None:
        wrong = _compare(folder, known, hashes)
        if not known or any(problem.endswith("is missing") for problem in wrong):
            return ModelReport(entry.name, "unverified", folder, (f"no {MANIFEST_FILE}",), size)
        return ModelReport(entry.name, "damaged" if wrong else "ok", folder, tuple(wrong), size)
    wrong = check_files(folder, manifest, hashes)
    for name, file in known.items():
        if manifest.files.get(name, (0, ""))[1] != file.sha256:
            wrong.append(f"{MANIFEST_FILE} gives {name} another SHA-256 than models.yaml")
    return ModelReport(entry.name, "damaged" if wrong else "ok", folder, tuple(wrong), size)


def get_model(
    entry: ModelEntry, models: Path, downloads: Path, progress: Progress | None = None, force: bool = False
) -> bool:
    """Put a model into `models`/name. Returns False when it was there already and whole.

    Everything is made in a temporary folder beside the target, which is replaced at the end: nobody ever sees half a
    model. Archives are kept in `downloads` until then, so an interrupted run goes on where it stopped. Raises
    DownloadError, or ModelError when the rebuild fails or the disk is full.
    """
    progress = progress or SilentProgress()
    target = models / entry.name
    if not force and inspect_model(entry, target).state == "ok":
        return False
    try:
        models.mkdir(parents=True, exist_ok=True)
        _check_space(entry, models)
        with tempfile.TemporaryDirectory(prefix=f".get-{entry.name}-", dir=models) as scratch:
            finished = _make(entry, Path(scratch), downloads, progress)
            _replace(finished, target, Path(scratch) / "replaced")
    except OSError as error:
        full = error.errno == errno.ENOSPC
        what = "the disk is full" if full else f"cannot be written ({error.strerror or error})"
        hint = "Free some space and run the command again." if full else ""
        raise ModelError(Problem(what, str(error.filename or target), hint=hint)) from error
    for source in entry.sources:
        with suppress(OSError):
            (downloads / source.archive).unlink()
    return True


def fetch_files(entry: ModelEntry, folder: Path, downloads: Path, progress: Progress | None = None) -> None:
    """Put the files of a model into `folder`, as they were published; nothing is rebuilt. Raises DownloadError."""
    progress = progress or SilentProgress()
    folder.mkdir(parents=True, exist_ok=True)
    for source in entry.sources:
        archive = fetch(source, downloads, progress)
        progress.step(f"unpacking {source.archive}")
        unpack(source, archive, folder)
    for file in entry.joined:
        seen = sha256_of(folder / file.to)
        if seen != file.sha256:
            raise DownloadError(Problem(f"{file.to} is not what models.yaml lists", entry.name, seen, file.sha256))


def _make(entry: ModelEntry, scratch: Path, downloads: Path, progress: Progress) -> Path:
    """Return the finished folder inside `scratch`."""
    unpacked = scratch / "unpacked"
    fetch_files(entry, unpacked, downloads, progress)
    finished = scratch / entry.name
    if entry.rebuild:
        finished.mkdir()
        _rebuild_step(entry)(unpacked, finished, progress.step)
        if (unpacked / LICENCE_FILE).is_file():
            shutil.copyfile(unpacked / LICENCE_FILE, finished / LICENCE_FILE)
    else:
        unpacked.rename(finished)
    if not (finished / LICENCE_FILE).exists():
        notice = f"{entry.name}\n\n{entry.attribution}\n\nLicence: {entry.licence} (https://spdx.org/licenses/{entry.licence})\n"
        (finished / LICENCE_FILE).write_text(notice, encoding="utf-8")
    progress.step("hashing")
    write_manifest(entry, finished, __version__)
    return finished


def _rebuild_step(entry: ModelEntry) -> RebuildStep:
    module_name, _, function_name = entry.rebuild.partition(":")
    try:
        step: RebuildStep = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        hint = "Is the plugin that it belongs to installed?"
        raise ModelError(
            Problem(f"cannot load the rebuild step {entry.rebuild!r}", "", str(error), hint=hint)
        ) from error
    return step


def _replace(finished: Path, target: Path, old: Path) -> None:
    """Put `finished` in the place of `target`; the old one is put back when that fails."""
    if target.exists() or target.is_symlink():
        target.replace(old)
    try:
        finished.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise


def _check_space(entry: ModelEntry, models: Path) -> None:
    free, wanted = shutil.disk_usage(models).free, _SPARE_FACTOR * entry.download_bytes
    if free < wanted:
        seen, expected = f"{free / 1e6:,.0f} MB free", f"{wanted / 1e6:,.0f} MB while it is made"
        raise ModelError(Problem(f"not enough space for {entry.name}", str(models), seen, expected))


def _compare(folder: Path, known: dict[str, ModelFile], hashes: bool) -> list[str]:
    """Compare a folder without a manifest with what models.yaml knows of single files."""
    manifest = Manifest(folder.name, {name: (file.size_bytes, file.sha256) for name, file in known.items()})
    return check_files(folder, manifest, hashes)
