"""What a report draws of a case: signals over the car's time, and where a step's time went. SVG, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cabin.messages import SignalValue

__all__ = ["STYLE", "signal_plot", "waterfall"]

STYLE = """
.plot { max-width: 100%; height: auto; } .plot text { font: 11px system-ui, sans-serif; fill: currentColor; }
.plot .axis { stroke: #8886; } .plot .line { fill: none; stroke: #2563eb; stroke-width: 1.5; }
.plot .bar { fill: #2563eb; } .plot .bar.b1 { fill: #0d9488; }
.plot .bar.b2 { fill: #ca8a04; } .plot .bar.b3 { fill: #9333ea; }
"""
_WIDTH, _ROW, _LABEL = 720, 34, 300
_STAGES = ("listen", "recognize", "parse", "policy", "act")


def signal_plot(signals: Mapping[str, Sequence[Sequence[Any]]], end_s: float) -> str:
    """Return the signals as steps over time, one row each; booleans and words by their order of appearance."""
    if not signals:
        return ""
    span = max(end_s, 0.001)
    rows = []
    for number, (path, changes) in enumerate(signals.items()):
        top = number * _ROW
        levels = _levels([value for _, value in changes])
        points: list[str] = []
        for (at_s, _), level in zip(changes, levels, strict=True):
            x = _LABEL + (_WIDTH - _LABEL - 60) * min(at_s, span) / span
            y = top + _ROW - 8 - level * (_ROW - 16)
            points += [f"{x:.1f},{points[-1].split(',')[1]}"] if points else []
            points.append(f"{x:.1f},{y:.1f}")
        points.append(f"{_WIDTH - 60:.1f},{points[-1].split(',')[1]}")
        last = escape(_short(changes[-1][1]))
        short = escape(path.removeprefix("Vehicle."))
        rows.append(
            f'<text x="0" y="{top + 20}">{short}</text><line class="axis" x1="{_LABEL}" x2="{_WIDTH - 60}" '
            f'y1="{top + _ROW - 4}" y2="{top + _ROW - 4}"/><polyline class="line" points="{" ".join(points)}"/>'
            f'<text x="{_WIDTH - 55}" y="{top + 20}">{last}</text>'
        )
    height = len(signals) * _ROW + 18
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img" aria-label="signals over time">'
        f'{"".join(rows)}<text x="{_LABEL}" y="{height - 4}">0 s</text>'
        f'<text x="{_WIDTH - 60}" y="{height - 4}" text-anchor="end">{span:.1f} s</text></svg>'
    )


def waterfall(times: Sequence[Mapping[str, float]]) -> str:
    """Return the milliseconds of each spoken step, stage after stage."""
    spoken = [(number, ms) for number, ms in enumerate(times, 1) if ms]
    if not spoken:
        return ""
    longest = max(sum(ms.get(stage, 0.0) for stage in _STAGES) for _, ms in spoken) or 1.0
    rows = []
    for row, (number, ms) in enumerate(spoken):
        x, top = float(_LABEL), row * 22
        for kind, stage in enumerate(_STAGES):
            width = (_WIDTH - _LABEL - 90) * ms.get(stage, 0.0) / longest
            title = f"<title>{stage} {ms.get(stage, 0.0):.1f} ms</title>"
            box = f'x="{x:.1f}" y="{top + 4}" width="{width:.1f}" height="14"'
            rows.append(f'<rect class="bar b{kind % 4}" {box}>{title}</rect>')
            x += width
        told = sum(ms.get(stage, 0.0) for stage in _STAGES)
        rows.append(
            f'<text x="0" y="{top + 15}">step {number}</text><text x="{x + 5:.1f}" y="{top + 15}">{told:.0f} ms</text>'
        )
    height = len(spoken) * 22 + 18
    legend = "".join(
        f'<rect class="bar b{kind % 4}" x="{_LABEL + kind * 80}" y="{height - 12}" width="10" height="10"/>'
        f'<text x="{_LABEL + 14 + kind * 80}" y="{height - 3}">{stage}</text>'
        for kind, stage in enumerate(_STAGES)
    )
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img" aria-label="times">'
        f"{''.join(rows)}{legend}</svg>"
    )


def _levels(values: Sequence[SignalValue]) -> list[float]:
    """Return where each value stands between the lowest and the highest, 0 to 1."""
    numbers = [float(value) for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        order = {value: at for at, value in enumerate(dict.fromkeys(values))}
        numbers = [float(order[value]) for value in values]
    low, high = min(numbers), max(numbers)
    return [(each - low) / (high - low) if high > low else 0.5 for each in numbers]


def _short(value: SignalValue) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
