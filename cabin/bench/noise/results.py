"""Results on disk: one JSON object a line, written as they come, so that a run that was cut off goes on."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TextIO, TypeVar

from cabin.errors import Problem, UsageError

__all__ = ["ResultFile", "digest_of"]

Row = TypeVar("Row")


def digest_of(settings: Mapping[str, Any]) -> str:
    """Return a short hash of the settings of a run, plain JSON values."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()[:12]


class ResultFile(Generic[Row]):
    """A file of results of one kind and one run; its first line tells the run's settings."""

    def __init__(self, path: Path | None, row: type[Row], settings: Mapping[str, Any], resume: bool) -> None:
        """Read what is kept; no path: nothing is kept.

        Raises UsageError for a file of another run, and for one with results when not told to go on.
        """
        self.known: list[Row] = []
        """What the file held."""
        self._path, self._stream = path, None if path is None else self._open(path, row, settings, resume)

    def _open(self, path: Path, row: type[Row], settings: Mapping[str, Any], resume: bool) -> TextIO:
        head = json.dumps({"run": digest_of(settings), "settings": settings}, ensure_ascii=False, default=str)
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        if lines and not resume:
            hint = "Give --resume to go on, or another --out."
            raise UsageError(Problem("there are results already", str(path), hint=hint))
        if lines:
            self.known = self._read(path, row, settings, lines)
        # A last line that was cut off is dropped, or the next would be written onto its end.
        kept = "".join(f"{line}\n" for line in (head, *map(_line, self.known)))
        try:
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False
            ) as new:
                new.write(kept)
            Path(new.name).chmod(0o644)
            os.replace(new.name, path)
            return path.open("a", encoding="utf-8")
        except OSError as error:
            raise UsageError(Problem("the results cannot be written", str(path), str(error))) from error

    def _read(self, path: Path, row: type[Row], settings: Mapping[str, Any], lines: list[str]) -> list[Row]:
        hint = "Choose another --out, or delete the file."
        try:
            run = json.loads(lines[0])["run"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(Problem("not results of this command", f"{path}:1", lines[0][:60], hint=hint)) from error
        if run != digest_of(settings):
            raise UsageError(Problem("these are results of other settings", str(path), run, digest_of(settings), hint))
        found: list[Row] = []
        for number, line in enumerate(lines[1:], 2):
            try:
                found.append(row(**json.loads(line)))
            except (ValueError, TypeError) as error:
                if number == len(lines):
                    break
                raise UsageError(Problem("not a result", f"{path}:{number}", line[:60], hint=hint)) from error
        return found

    def add(self, result: Row) -> None:
        """Write one more."""
        if self._stream is not None:
            self._stream.write(_line(result) + "\n")
            self._stream.flush()

    def add_all(self, results: Iterable[Row]) -> Iterable[Row]:
        """Write each as it passes."""
        for result in results:
            self.add(result)
            yield result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()


def _line(result: object) -> str:
    assert is_dataclass(result) and not isinstance(result, type)
    return json.dumps(asdict(result), ensure_ascii=False)
