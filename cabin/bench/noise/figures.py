"""Shares with their uncertainty: acceptance, wrong acts and times by leaning, speed and noise."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cabin.bench.noise.conditions import QUIET, Condition
from cabin.bench.noise.trial import ACCEPTED, Result
from cabin.budget.window import percentile

__all__ = ["HEAD", "Figures", "figures_of", "interval", "rows_of"]

_Z = 1.96
"""95 % of a normal distribution."""


@dataclass(frozen=True)
class Figures:
    """One condition. Shares in percent."""

    bias: str
    speed_kph: float
    snr: str
    trials: int
    accepted: float
    """Intent and every slot right, done or asked back about."""
    accepted_low: float
    """The share lies between low and high with 95 % (Wilson's interval)."""
    accepted_high: float
    asked: float
    """Of all: right, but asked back about first."""
    wrong: float
    """Of all: something else was done."""
    wrong_low: float
    wrong_high: float
    asked_wrong: float
    missed: float
    text_accepted: float | None
    """Of all: right when the parser gets the words themselves; None where they are not known."""
    accepted_of_understood: float | None
    """Accepted, of those that are right as text: what hearing alone loses."""
    listen_ms_per_s: float
    """Processor time of detector and endpointer a second of sound, mean."""
    recognize_p50_ms: float
    recognize_p95_ms: float
    parse_p95_ms: float
    waited_p50_ms: float | None
    """From the last sound of speech to the endpointer's decision, in sound."""
    waited_p95_ms: float | None


HEAD = (
    *("bias", "km/h", "dB", "trials", "accepted %", "95 %", "of understood %", "wrong %", "asked wrong %", "missed %"),
    *("recognize p50 ms", "p95", "parse p95 ms", "waited p95 ms"),
)
"""What stands over the columns of `rows_of`."""


def figures_of(results: Iterable[Result]) -> list[Figures]:
    """Return the figures of each condition met: by leaning, then speed, then noise, quiet first."""
    groups: dict[Condition, list[Result]] = {}
    for result in results:
        groups.setdefault(Condition(result.bias, result.speed_kph, result.snr), []).append(result)

    def order(condition: Condition) -> tuple[str, float, float]:
        level = -math.inf if condition.snr == QUIET else -float(condition.snr)
        return condition.bias, condition.speed_kph, level

    return [_figures(condition, groups[condition]) for condition in sorted(groups, key=order)]


def interval(hits: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share in percent (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    if not count:
        return 0.0, 100.0
    share, square = hits / count, _Z**2
    middle = share + square / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    low, high = ((middle + sign * half) / (1 + square / count) for sign in (-1, 1))
    return round(100 * max(0.0, low), 1), round(100 * min(1.0, high), 1)


def _figures(condition: Condition, results: Sequence[Result]) -> Figures:
    count, outcomes = len(results), Counter(result.outcome for result in results)
    accepted = sum(outcomes[name] for name in ACCEPTED)
    texts = [result for result in results if result.text_outcome]
    understood = [result for result in texts if result.text_outcome in ACCEPTED]
    heard_too = sum(result.outcome in ACCEPTED for result in understood)
    waited = [result.waited_ms for result in results if result.waited_ms is not None]
    recognize = [result.recognize_ms for result in results]
    return Figures(
        condition.bias,
        condition.speed_kph,
        condition.snr,
        count,
        _percent(accepted, count),
        *interval(accepted, count),
        _percent(outcomes["asked"], count),
        _percent(outcomes["wrong"], count),
        *interval(outcomes["wrong"], count),
        _percent(outcomes["asked_wrong"], count),
        _percent(outcomes["missed"], count),
        _percent(len(understood), len(texts)) if texts else None,
        _percent(heard_too, len(understood)) if understood else None,
        round(sum(result.listen_ms_per_s for result in results) / count, 2),
        round(percentile(recognize, 50), 1),
        round(percentile(recognize, 95), 1),
        round(percentile([result.parse_ms for result in results], 95), 1),
        round(percentile(waited, 50)) if waited else None,
        round(percentile(waited, 95)) if waited else None,
    )


def rows_of(found: Iterable[Figures]) -> list[tuple[str, ...]]:
    """Return the figures as text, in the order of HEAD."""
    return [
        (
            each.bias,
            f"{each.speed_kph:g}",
            each.snr,
            str(each.trials),
            f"{each.accepted:.1f}",
            f"{each.accepted_low:.1f} to {each.accepted_high:.1f}",
            "" if each.accepted_of_understood is None else f"{each.accepted_of_understood:.1f}",
            f"{each.wrong:.1f}",
            f"{each.asked_wrong:.1f}",
            f"{each.missed:.1f}",
            f"{each.recognize_p50_ms:.0f}",
            f"{each.recognize_p95_ms:.0f}",
            f"{each.parse_p95_ms:.0f}",
            "" if each.waited_p95_ms is None else f"{each.waited_p95_ms:.0f}",
        )
        for each in found
    ]


def _percent(hits: int, count: int) -> float:
    return round(100 * hits / count, 2)
