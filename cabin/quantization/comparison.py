"""Schemes side by side: which of them nothing else beats (Pareto front), and which one a budget should take.

The front is the set of schemes for which no other is at least as good in both respects and better in one. A
recommendation is the fastest of those within the budget whose function is within 0.3 points of the best among them: so
small a difference is not told apart from chance on a few hundred sentences, and 0.3 is what INT8 may cost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["Budget", "Entry", "Recommendation", "front", "keep_entry", "kept_entries", "recommend"]

_ALIKE = 0.3
"""Points of function."""


@dataclass(frozen=True)
class Entry:
    """One scheme, measured beside FP32."""

    scheme: str
    mb: float
    """All files of the model folder but the report, 10^6 bytes."""
    function: float
    """Percent."""
    exact: float
    function_lost: float
    """Points, against FP32 on the same sentences in the same run."""
    p50_ms: float
    p95_ms: float
    fp32_p50_ms: float
    """Of FP32 in the same run."""
    fp32_p95_ms: float
    speedup: float
    """FP32's median over this one's, in the same run."""
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    decode_speedup: float
    """Written tokens a second over FP32's, in the same run."""
    rss_mib: float
    worst_db: float
    """Least signal to noise of any tensor; 999: nothing was lost."""
    mean_db: float
    sentences: int
    bits: float
    """Stored bits a weight, scales included, over all products and the token table."""

    @property
    def relative_ms(self) -> float:
        """The median as a share of FP32's: what ran at different times is compared by it."""
        return self.p50_ms / self.fp32_p50_ms


@dataclass(frozen=True)
class Budget:
    """Limits; None: no limit."""

    max_mb: float | None = None
    max_p50_ms: float | None = None
    max_p95_ms: float | None = None
    max_rss_mib: float | None = None
    min_function: float | None = None
    """Percent, on the sentences measured."""
    max_function_lost: float | None = None
    """Points."""

    def _upper(self, entry: Entry) -> tuple[tuple[str, float, float | None, str], ...]:
        return (
            ("size", entry.mb, self.max_mb, "MB"),
            ("median", entry.p50_ms, self.max_p50_ms, "ms"),
            ("95th percentile", entry.p95_ms, self.max_p95_ms, "ms"),
            ("memory", entry.rss_mib, self.max_rss_mib, "MiB"),
            ("function lost", entry.function_lost, self.max_function_lost, "points"),
        )

    def excess(self, entry: Entry) -> float:
        """Return by how much an entry breaks the limits, as shares of them added up: 0 when it fits.

        Points of function lost count as percent.
        """
        total = 0.0
        for _, value, most, unit in self._upper(entry):
            if most is not None:
                total += max(0.0, (value - most) / (100 if unit == "points" else most or 1))
        return total + max(0.0, (self.min_function or 0.0) - entry.function) / 100

    def broken(self, entry: Entry) -> list[str]:
        """Return the limits that an entry does not keep, in words; none: it fits."""
        told = [
            f"{what} {v:.4g} above {most:g} {unit}"
            for what, v, most, unit in self._upper(entry)
            if most is not None and v > most
        ]
        if self.min_function is not None and entry.function < self.min_function:
            told.append(f"function {entry.function:.4g} below {self.min_function:g} %")
        return told


@dataclass(frozen=True)
class Recommendation:
    """What a budget should take, or None when nothing fits."""

    scheme: str | None
    reason: str
    left_out: Mapping[str, Sequence[str]]
    """Of each scheme that does not fit, the limits that it breaks."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them."""
        return asdict(self)


def front(entries: Sequence[Entry], cost: Literal["mb", "relative_ms"]) -> set[str]:
    """Return the names of the entries on the Pareto front of function against bytes or time."""

    def beats(one: Entry, other: Entry) -> bool:
        cheaper, better = getattr(one, cost) - getattr(other, cost), one.function - other.function
        return cheaper <= 0 <= better and (cheaper < 0 or better > 0)

    return {entry.scheme for entry in entries if not any(beats(other, entry) for other in entries)}


def recommend(entries: Sequence[Entry], budget: Budget) -> Recommendation:
    """Return the scheme to take within a budget, with the reason."""
    broken = {entry.scheme: budget.broken(entry) for entry in entries}
    left_out = {name: limits for name, limits in broken.items() if limits}
    fitting = [entry for entry in entries if not broken[entry.scheme]]
    if not fitting:
        nearest = min(entries, key=budget.excess, default=None)
        told = (
            f"nearest is {nearest.scheme}: {', '.join(broken[nearest.scheme])}" if nearest else "nothing was measured"
        )
        return Recommendation(None, f"no scheme keeps the budget; {told}", left_out)
    best = max(entry.function for entry in fitting)
    alike = [entry for entry in fitting if entry.function >= best - _ALIKE]
    chosen = min(alike, key=lambda entry: (entry.relative_ms, entry.mb))
    others = f"{len(fitting)} of {len(entries)} schemes keep the budget"
    if len(alike) > 1:
        why = f"of the {len(alike)} within {_ALIKE} points of the best function ({best:.2f} %) it is the fastest"
    else:
        why = f"it has the best function by more than {_ALIKE} points"
    figures = f"{chosen.function:.2f} %, {chosen.mb:.1f} MB, {chosen.p50_ms:.3g} ms, {chosen.speedup:.2f} x FP32"
    return Recommendation(chosen.scheme, f"{others}; {why}: {figures}", left_out)


def kept_entries(path: Path) -> dict[str, Entry]:
    """Return what an earlier run kept, by scheme; nothing when there is no such file or another version wrote it."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {name: Entry(**row) for name, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep_entry(path: Path, entry: Entry) -> None:
    """Add an entry to the file, whole or not at all."""
    rows = {name: asdict(each) for name, each in kept_entries(path).items()} | {entry.scheme: asdict(entry)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)
