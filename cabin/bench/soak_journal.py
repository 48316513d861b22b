"""The record of a soak: JSON lines, written as it goes, read again when it is resumed and when its page is drawn.

{"kind": "begin", ...} opens each stretch (a start or a resumption), {"kind": "sample", ...} holds what was measured,
{"kind": "event", ...} what happened, {"kind": "end", ...} how a stretch ended. A kill may leave half a line at the end,
which is cut off.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cabin.bench.slope import Slope, theil_sen
from cabin.cli.output import json_line
from cabin.errors import Problem, UsageError

__all__ = ["Event", "Journal", "Record", "Sample", "read_record"]


@dataclass(frozen=True)
class Sample:
    """One look at the daemon."""

    t_s: float
    """Since the soak began, the time between its stretches left out."""
    stretch: int
    """Which start of the daemon this is of, from 1."""
    utterances: int
    """Fed since the soak began."""
    worker: int
    """The worker's process: memory begins anew with another one."""
    resident_mib: float
    """PSS of all processes."""
    rss_mib: float
    processor_s: float
    """Of all processes, since this stretch began."""
    waited_s: float
    """What others took of the processor, since this stretch began."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Of this stretch: heard, done, dropped, ..."""
    overflows: int = 0
    """Times that sound was lost in this stretch."""
    ms: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Stage -> p50 and p95 of the turns since the sample before."""
    processes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """main, worker, capture -> pid, resident_mib, rss_mib, processor_s."""


@dataclass(frozen=True)
class Event:
    """Something worth a mark on the page."""

    t_s: float
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """All of a soak so far."""

    begins: tuple[Mapping[str, Any], ...] = ()
    samples: tuple[Sample, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def utterances(self) -> int:
        """How many were fed."""
        return self.samples[-1].utterances if self.samples else 0

    @property
    def seconds(self) -> float:
        """How long was fed."""
        return self.samples[-1].t_s if self.samples else 0.0

    def runs(self, warm_up: int) -> list[list[Sample]]:
        """Return the samples of each worker's life, without those of its first `warm_up` utterances."""
        found: dict[tuple[int, int], list[Sample]] = {}
        for sample in self.samples:
            found.setdefault((sample.stretch, sample.worker), []).append(sample)
        return [
            [sample for sample in run if sample.utterances - run[0].utterances >= warm_up] for run in found.values()
        ]

    def growth(self, warm_up: int, figure: str = "rss_mib") -> Slope | None:
        """Return how much a memory figure grows over a thousand utterances; None: there is too little to tell.

        Of RSS: PSS also moves when other programs with the same libraries come and go.
        """
        points = [
            [(sample.utterances / 1000, float(getattr(sample, figure))) for sample in run] for run in self.runs(warm_up)
        ]
        return theil_sen(points)


class Journal:
    """The file while it is written. Close it."""

    def __init__(self, path: Path) -> None:
        """Open it for what is to be added; half a line at its end is cut off. Raises UsageError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = path.open("a+", encoding="utf-8")
            _cut_half_line(path)
        except OSError as error:
            raise UsageError(
                Problem("the record cannot be written", str(path), error.strerror or str(error))
            ) from error

    def add(self, kind: str, data: Mapping[str, Any] | Sample | Event) -> None:
        """Add a line; it is on its way to the disk when this returns."""
        plain = dataclasses.asdict(data) if isinstance(data, Sample | Event) else dict(data)
        self._file.write(json_line({"kind": kind, **plain}) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_record(path: Path) -> Record:
    """Read a record; one that is not there is empty. Raises UsageError for a file that is none."""
    if not path.exists():
        return Record()
    begins, samples, events = [], [], []
    lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last newline was never finished
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            kind = told.pop("kind")
            if kind == "begin":
                begins.append(told)
            elif kind == "sample":
                samples.append(Sample(**told))
            elif kind == "event":
                events.append(Event(**told))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = Problem("no record of a soak", f"{path}:{number}", line[:80].decode(errors="replace"))
            problem = dataclasses.replace(problem, hint="Name another --out, or remove the file.")
            raise UsageError(problem) from error
    return Record(tuple(begins), tuple(samples), tuple(events))


def _cut_half_line(path: Path) -> None:
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        back = min(size, 2**20)
        file.seek(size - back)
        whole = file.read(back).rfind(b"\n") + 1
        if whole < back:
            file.truncate(size - back + whole)
