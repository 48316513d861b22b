"""The folder of recordings: each utterance a wav file and a JSON file of one name, written whole or not at all.

Names are times, so that their order is that in which they were said. Only the owner may look into the folder.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.audio.wav import write_wav

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["Recordings", "Usage"]

_DAY_S = 86_400.0
_PATTERNS = ("utterance-*.wav", "utterance-*.json", ".utterance-*")
"""The last: what a killed process left half written."""


@dataclass(frozen=True)
class Usage:
    """What is there."""

    utterances: int = 0
    size_bytes: int = 0
    oldest_s: float | None = None
    """When the oldest was written, seconds since 1970; None: there is none."""


class Recordings:
    """One folder. Everything may wait for the disk: not on the event loop. OSError is the caller's."""

    def __init__(self, folder: Path, keep_days: float, keep_mb: float) -> None:
        self.folder, self.keep_days, self.keep_mb = folder, keep_days, keep_mb
        self._numbers = itertools.count(1)

    def write(self, samples: Samples, told: Mapping[str, Any], now_s: float) -> str:
        """Keep an utterance; return its name. Older ones make room for it. Raises OSError, SoundError."""
        self._make_folder()
        at = datetime.datetime.fromtimestamp(now_s, datetime.UTC)
        name = f"utterance-{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z-{next(self._numbers):04d}"
        wav, text = self.folder / f"{name}.wav", self.folder / f"{name}.json"
        try:
            write_wav(wav, samples)
            wav.chmod(0o600)
            _write_text(text, json.dumps({"at": at.isoformat(), **told}, ensure_ascii=False, indent=1) + "\n")
            for path in (wav, text):
                os.utime(path, (now_s, now_s))  # retention counts from when it was said, by the daemon's own clock
        except BaseException:
            wav.unlink(missing_ok=True)
            text.unlink(missing_ok=True)
            raise
        self.prune(now_s)
        return name

    def prune(self, now_s: float) -> int:
        """Remove what is too old, what is too much, and what is half; return how many utterances went."""
        found = self._found()
        gone = 0
        held = sum(size for _, size, _ in found.values())
        for name, (written_s, size, files) in sorted(found.items(), key=lambda item: (item[1][0], item[0])):
            is_half = len(files) < 2 and now_s - written_s > 60.0
            if is_half or now_s - written_s > self.keep_days * _DAY_S or held > self.keep_mb * 1e6:
                _remove(files)
                held -= size
                gone += not name.startswith(".")
        return gone

    def purge(self) -> Usage:
        """Remove everything; return what there was."""
        usage = self.usage()
        for _, _, files in self._found().values():
            _remove(files)
        return usage

    def usage(self) -> Usage:
        """Return what there is."""
        found = {name: entry for name, entry in self._found().items() if not name.startswith(".")}
        oldest_s = min((written_s for written_s, _, _ in found.values()), default=None)
        return Usage(len(found), sum(size for _, size, _ in found.values()), oldest_s)

    def _found(self) -> dict[str, tuple[float, int, list[Path]]]:
        """Return name -> (when, bytes, files) of all that this class wrote; other files are nobody's business here."""
        found: dict[str, tuple[float, int, list[Path]]] = {}
        for path in itertools.chain.from_iterable(self.folder.glob(pattern) for pattern in _PATTERNS):
            try:
                stat = path.lstat()
            except FileNotFoundError:
                continue
            name = path.name if path.name.startswith(".") else path.name.rpartition(".")[0]
            written_s, size, files = found.get(name, (stat.st_mtime, 0, []))
            found[name] = (min(written_s, stat.st_mtime), size + stat.st_size, [*files, path])
        return found

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)


def _write_text(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
