"""Recordings of people with what each one asks for, and noise mixed into them at a stated ratio.

A folder holds sound files and `labels.jsonl`, one object a line: {"file", "intent", "slots"}. An intent of null says
that nothing was asked for: whatever is understood there is wrong. Names are compared as snake_case and without the
device, values with spaces for underscores, so that {"coffeeDrink": "iced coffee"} asks for coffee_drink: iced_coffee.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import Problem, UsageError
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.messages import Command, Samples

__all__ = ["LABELS_FILE", "QUIET", "Order", "Recording", "load_recordings", "loudest", "mix_at", "order_of"]

LABELS_FILE = "labels.jsonl"
QUIET = "quiet"
"""Stands for no noise where levels are listed."""

_LOUD_SAMPLES = SAMPLE_RATE_HZ // 10


@dataclass(frozen=True)
class Order:
    """What was asked for, in names and values that can be compared."""

    intent: str
    """Without the device."""
    slots: tuple[tuple[str, str], ...] = ()
    """(name, value), sorted."""


@dataclass(frozen=True)
class Recording:
    """One sound file and what is asked for in it."""

    file: Path
    order: Order | None
    """None: nothing is asked for."""


def load_recordings(folder: Path, limit: int | None = None, seed: int = 1) -> list[Recording]:
    """Read the labels of a folder; with a limit, that many drawn at random by the seed, the same each time.

    Raises UsageError with every line that cannot be used, and for files that are not there.
    """
    labels = folder / LABELS_FILE
    try:
        lines = labels.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        hint = 'One object a line: {"file": "a.wav", "intent": "orderDrink", "slots": {"size": "small"}}.'
        raise UsageError(Problem("no labels of recordings here", str(labels), str(error), hint=hint)) from error
    found: list[Recording] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            read = _read_label(folder, line, f"{labels}:{number}")
            if isinstance(read, Problem):
                problems.append(read)
            else:
                found.append(read)
    if problems:
        raise UsageError(problems)
    if not found:
        raise UsageError(Problem("the labels name no recording", str(labels)))
    if limit is not None and limit < len(found):
        chosen = np.random.default_rng(seed).permutation(len(found))[:limit]
        found = [found[index] for index in sorted(chosen.tolist())]
    return found


def order_of(command: Command | None) -> Order | None:
    """Return a command as it is compared."""
    return None if command is None else _order(command.intent, command.slots)


def loudest(samples: Samples) -> float:
    """Return the root mean square of the loudest 0.1 s; 0 for silence."""
    energy = np.concatenate([[0.0], np.cumsum(np.asarray(samples, np.float64) ** 2)])
    size = min(_LOUD_SAMPLES, len(samples))
    return float(np.sqrt(max(0.0, (energy[size:] - energy[:-size]).max()) / size)) if size else 0.0


def mix_at(speech: Samples, noise: Samples, snr_db: float, key: str) -> Samples:
    """Add noise so that its loudest 0.1 s lies `snr_db` under the loudest 0.1 s of the speech.

    `key` draws where in the noise the excerpt begins, the same each time. The sum is turned down where it would pass
    full scale.
    """
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    begin = draw % max(1, len(noise) - len(speech) + 1)
    excerpt = np.resize(noise[begin:], len(speech))
    level = loudest(excerpt)
    if level <= 0.0:
        return speech
    mixed = speech + excerpt * np.float32(loudest(speech) / level * 10 ** (-snr_db / 20))
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max(initial=0.0))), np.float32)


def _read_label(folder: Path, line: str, where: str) -> Recording | Problem:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        return Problem("not JSON", where, str(error))
    if not isinstance(row, dict) or not isinstance(row.get("file"), str):
        return Problem("not a label", where, line[:80], '{"file", "intent", "slots"}')
    intent, slots = row.get("intent"), row.get("slots") or {}
    if not (intent is None or isinstance(intent, str)) or not isinstance(slots, dict):
        return Problem("not a label", where, line[:80], "intent: a name or null; slots: names and values")
    file = folder / row["file"]
    if not file.is_file():
        return Problem("no such recording", where, str(file))
    return Recording(file, None if intent is None else _order(intent, slots))


def _order(intent: str, slots: Mapping[str, Any]) -> Order:
    named: Iterable[tuple[str, str]] = ((_snake(name), _plain(value)) for name, value in slots.items())
    return Order(_snake(intent.rpartition(".")[2]), tuple(sorted(named)))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _plain(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    return " ".join(text.lower().replace("_", " ").split())
