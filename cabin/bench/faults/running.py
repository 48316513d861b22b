"""Run faults one after the other, on one daemon as long as it is well; keep results as they come."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Claim, Fault, Result
from cabin.bench.faults.rig import Rig
from cabin.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from cabin.cli.app import App

__all__ = ["SharedRig", "chosen", "load_results", "run_faults", "run_on", "save_results", "wrapped_factories"]

logger = logging.getLogger(__name__)


def chosen(faults: Sequence[Fault], only: Sequence[str], quick: bool = False) -> list[Fault]:
    """Return the faults whose name or family holds one of the words. Raises UsageError for a word that none has."""
    unknown = [word for word in only if not any(_matches(fault, word) for fault in faults)]
    if unknown:
        names = sorted({fault.family for fault in faults} | {fault.name for fault in faults})
        raise UsageError([Problem("no such fault", "--only", word, hint=nearest(word, names)) for word in unknown])
    picked = [fault for fault in faults if not only or any(_matches(fault, word) for word in only)]
    return [fault for fault in picked if fault.is_quick or not quick]


def _matches(fault: Fault, word: str) -> bool:
    return word.casefold() in fault.name.casefold() or word.casefold() == fault.family.casefold()


def wrapped_factories(app: App) -> tuple[str, str]:
    """Return module:name of the configured recognizer and of the source `socket`. Raises ConfigError."""
    from cabin.audio.capture_settings import reference_of

    name = app.config.recognizer.name
    recognizer = app.plugins.recognizers.get(name, "cabin.yaml: recognizer.name").thing
    source = app.plugins.sound_sources.get("socket", "the faults' microphone").thing
    return reference_of(recognizer, name, "recognizer"), reference_of(source, "socket")


def run_faults(
    faults: Sequence[Fault], wrapped: tuple[str, str], tell: Callable[[Result], None] = lambda _result: None
) -> list[Result]:
    """Run faults and return what came of them, in their order; `tell` gets each as it comes."""
    results = []
    with tempfile.TemporaryDirectory(prefix="cabinf") as short, SharedRig(Path(short), wrapped) as shared:
        for fault in faults:
            result = run_on(fault, shared)
            results.append(result)
            tell(result)
    return results


class SharedRig:
    """A rig that faults without wishes of their own have in common, for as long as it is well."""

    def __init__(self, folder: Path, wrapped: tuple[str, str]) -> None:
        self._folder, self._wrapped = folder, wrapped
        self._number = 0
        self._rig: Rig | None = None

    def __enter__(self) -> SharedRig:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def drop(self) -> None:
        """End it; the next fault gets a new one."""
        if self._rig is not None:
            self._rig.close()
        self._rig = None

    @contextlib.contextmanager
    def rig(self, fault: Fault) -> Iterator[Rig]:
        """Give the rig that a fault wants."""
        if fault.is_alone or fault.settings or not fault.starts:
            self.drop()  # two daemons at a time would only take each other's processor
            with self._new(fault) as own:
                if fault.starts:
                    own.start()
                    own.begin()
                yield own
            return
        if self._rig is not None and not self._rig.is_well():
            self.drop()
        if self._rig is None:
            self._rig = self._new(fault)
            self._rig.start()
        self._rig.begin()
        yield self._rig

    def _new(self, fault: Fault) -> Rig:
        self._number += 1
        folder = self._folder / str(self._number)
        return Rig(folder, fault.settings, self._wrapped)


def run_on(fault: Fault, shared: SharedRig) -> Result:
    """Run one fault and return what came of it; whatever breaks is part of that."""
    begun_s = time.monotonic()
    lacks = fault.lacks()
    if lacks:
        return Result(fault.name, fault.family, fault.holds, skipped=lacks)
    claims: tuple[Claim, ...] = ()
    seconds: float | None = None
    try:
        with shared.rig(fault) as rig:
            try:
                seconds = fault.run(rig)
                if fault.concludes:
                    rig.conclude()
            finally:
                claims = tuple(rig.claims)
    except Exception as error:  # a rig that breaks is a fault that did not hold, not the end of the run
        logger.exception("%s", fault.name)
        claims = (*claims, Claim("the run came to its end", False, f"{type(error).__name__}: {error}"[:300]))
    if not all(claim.held for claim in claims):
        shared.drop()
    return Result(fault.name, fault.family, fault.holds, claims, seconds, seconds=round(time.monotonic() - begun_s, 1))


def load_results(file: Path) -> dict[str, Result]:
    """Return the results that a file holds, by name; a line that was cut short is left out."""
    found: dict[str, Result] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        with contextlib.suppress(ValueError, TypeError, KeyError):
            told = json.loads(line)
            claims = tuple(Claim(**claim) for claim in told.pop("claims"))
            found[told["name"]] = Result(claims=claims, **told)
    return found


def save_results(file: Path, results: Sequence[Result]) -> None:
    """Write results, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_name(f".{file.name}.{os.getpid()}")
    made.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results), encoding="utf-8")
    shutil.move(made, file)
