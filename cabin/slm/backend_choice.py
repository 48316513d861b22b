"""Which engine runs the model when `parser.backend` is `auto`: every one that can load it is timed, once.

Each engine loads the model in a process of its own, so that none of those not taken stays in memory, and one that was
built for another processor ends its own process only. They are timed in turn, best of several rounds, in less than a
second; loading them takes some seconds, with all in memory at once. What was chosen is kept in the cache for this
model, these versions, this processor and this number of threads.

The rule: the fastest is taken, unless another holds at least 100 MiB less and the fastest is less than 20 % faster.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import platform
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cabin.cache_file import keep
from cabin.errors import CabinError
from cabin.paths import cache_dir

__all__ = ["LEAST_GAIN", "MUCH_MEMORY_MIB", "Choice", "TimedBackend", "choose_backend", "known_choice", "pick"]

_log = logging.getLogger(__name__)

LEAST_GAIN = 0.2
"""Share of the smaller engine's time that a larger one must save."""
MUCH_MEMORY_MIB = 100.0
"""How much more resident memory makes an engine a larger one."""

_TOKENS_WRITTEN = 6
"""Of an utterance: what its call needs, after one prompt read at once."""
_ROUNDS = 5
_TIMING_S = 0.8
"""No further round is begun after this."""
_FORMAT = 1
_KEPT = 8
"""Choices that stay in the cache."""
_PROCESSOR_FACTS = re.compile(
    r"(?m)^(vendor_id|cpu family|model|model name|stepping|flags|Features|CPU (?:implementer|variant|part|revision))"
    r"\s*:.*$"
)


@dataclass(frozen=True)
class TimedBackend:
    """One engine, measured."""

    name: str
    utterance_ms: float
    """One prompt and six tokens, each the best of several."""
    resident_mib: float
    """Of a process that has loaded the model and parses nothing else."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why."""

    name: str
    why: str
    timed: tuple[TimedBackend, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Engines that could not load the model -> what they said."""

    def __str__(self) -> str:
        figures = [f"{each.name} {each.utterance_ms:.1f} ms, {each.resident_mib:.0f} MiB" for each in self.timed]
        figures += [f"{name} not: {what}" for name, what in self.left_out.items()]
        return f"{self.name}: {self.why} ({'; '.join(figures)})"

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Choice:
        """Make one from its fields. Raises KeyError or TypeError."""
        timed = tuple(TimedBackend(**each) for each in fields["timed"])
        return cls(fields["name"], fields["why"], timed, dict(fields["left_out"]))


def pick(timed: Sequence[TimedBackend]) -> tuple[str, str]:
    """Return the name of the engine to take, and why. Raises ValueError for none."""
    fastest = min(timed, key=lambda each: each.utterance_ms)
    if len(timed) == 1:
        return fastest.name, "no other can load the model"
    leaner = [
        each
        for each in timed
        if fastest.resident_mib - each.resident_mib >= MUCH_MEMORY_MIB
        and fastest.utterance_ms > (1 - LEAST_GAIN) * each.utterance_ms
    ]
    if not leaner:
        return fastest.name, "the fastest"
    taken = min(leaner, key=lambda each: each.utterance_ms)
    saved = fastest.resident_mib - taken.resident_mib
    return taken.name, f"{fastest.name} is less than {LEAST_GAIN:.0%} faster and holds {saved:.0f} MiB more"


def choose_backend(
    folder: Path, candidates: Mapping[str, str], threads: int = 1, environ: Mapping[str, str] = os.environ
) -> Choice:
    """Return the engine for a model folder: the one chosen before, or the outcome of a trial now.

    `candidates` are the engines registered -> the distributions that bring them; `environ` says which plugins are
    loaded. Raises nothing: when none can be tried, the first is returned, and says itself what is wrong.
    """
    known = known_choice(folder, candidates, threads, environ)
    if known is not None:
        _log.info("parser.backend auto, chosen before: %s", known)
        return known
    begun_s = time.perf_counter()
    timed, left_out = _try_all(folder, tuple(candidates), threads, environ)
    if not timed:
        choice = Choice(next(iter(candidates)), "none could be tried", (), left_out)
        _log.warning("parser.backend auto: %s", choice)
        return choice
    choice = Choice(*pick(timed), timed, left_out)
    _log.info("parser.backend auto, chosen in %.1f s: %s", time.perf_counter() - begun_s, choice)
    _keep(_file(folder, candidates, threads, environ), choice)
    return choice


def known_choice(
    folder: Path, candidates: Mapping[str, str], threads: int = 1, environ: Mapping[str, str] = os.environ
) -> Choice | None:
    """Return what was chosen before for the same model, engines, versions, processor and threads; nothing is tried."""
    try:
        fields = json.loads(_file(folder, candidates, threads, environ).read_text(encoding="utf-8"))
        choice = Choice.from_json(fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.debug("no choice of an engine in the cache: %s", error)
        return None
    return choice if choice.name in candidates else None


def _try_all(
    folder: Path, names: Sequence[str], threads: int, environ: Mapping[str, str]
) -> tuple[tuple[TimedBackend, ...], dict[str, str]]:
    from cabin.quantization.worker import ModelProcess

    left_out: dict[str, str] = {}
    with ExitStack() as stack:
        processes: dict[str, ModelProcess] = {}
        for name in names:
            try:
                processes[name] = stack.enter_context(ModelProcess(folder, name, environ, threads))
            except (CabinError, OSError) as error:
                left_out[name] = str(error)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in processes}
        begun_s = time.perf_counter()
        for _ in range(_ROUNDS):
            for name, process in processes.items():
                if name not in left_out:
                    try:
                        took = process.step_times()
                    except CabinError as error:
                        left_out[name] = str(error)
                    else:
                        times[name].append((took.prefill_ms, took.token_ms))
            if time.perf_counter() - begun_s > _TIMING_S:
                break
        timed = [
            TimedBackend(name, round(_utterance_ms(times[name]), 2), round(process.resident_mib(), 1))
            for name, process in processes.items()
            if name not in left_out
        ]
    return tuple(timed), left_out


def _utterance_ms(times: Sequence[tuple[float, float]]) -> float:
    prefills, tokens = zip(*times, strict=True)
    return float(min(prefills) + _TOKENS_WRITTEN * min(tokens))


def _file(folder: Path, candidates: Mapping[str, str], threads: int, environ: Mapping[str, str]) -> Path:
    """Return the cache file of a choice: its name is a digest of everything that the choice depends on."""
    manifest = folder / "manifest.json"
    facts = {
        "format": _FORMAT,
        "model": hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else str(folder),
        "engines": sorted(candidates),
        "versions": _versions(candidates.values()),
        "processor": _processor(),
        "threads": threads,
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return cache_dir(environ) / f"backend-{digest[:32]}.json"


def _versions(distributions: Any) -> dict[str, str]:
    """Return the versions of the distributions and of all that they may require, as far as installed."""
    found = {"python": platform.python_version()}
    for name in sorted(set(distributions) - {""}):
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for package in (name, *(re.split(r"[^A-Za-z0-9._-]", each)[0] for each in needed)):
            try:
                found[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                found[package] = ""
    return found


def _processor() -> str:
    """Return what tells one kind of processor from another."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
    except OSError:
        first = ""
    facts = [found[0] for found in _PROCESSOR_FACTS.finditer(first)]
    return "\n".join([platform.machine(), platform.processor(), *facts])


def _keep(path: Path, choice: Choice) -> None:
    """Write a choice; a cache that cannot be written is no error."""
    try:
        keep(path, json.dumps(asdict(choice), indent=1).encode(), "backend-*.json", _KEPT)
    except OSError as error:
        _log.debug("the choice of an engine is not kept: %s", error)
