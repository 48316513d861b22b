"""Curves as SVG: shares or times over the noise, a line for each leaning and speed, with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from cabin.bench.noise.conditions import QUIET
from cabin.quantization.charts import ticks

__all__ = ["STYLE", "Curve", "curve_chart", "levels_of"]

STYLE = """
svg .grid { stroke: currentColor; opacity: .12; } svg .curve { fill: none; stroke-width: 2; }
svg .doubt { opacity: .12; stroke: none; } svg .aim { stroke: currentColor; stroke-dasharray: 4 4; opacity: .5; }
"""
_COLOURS = ("#2a7de1", "#d9480f", "#2b8a3e", "#862e9c", "#e67700", "#495057")
_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 16, 48
_ROOM = 14.0
_Place = Callable[[str, float], tuple[float, float]]
"""Of a level and a value: where they are in the picture."""


@dataclass(frozen=True)
class Curve:
    """One line of a chart."""

    name: str
    points: tuple[tuple[str, float], ...]
    """(level of noise, value), levels as in conditions."""
    low: tuple[float, ...] = ()
    """Lower bounds, one a point; empty: none are drawn."""
    high: tuple[float, ...] = ()


def levels_of(curves: Sequence[Curve]) -> list[str]:
    """Return the levels met, quiet first, then the noise louder and louder."""
    met = {level for curve in curves for level, _ in curve.points}
    return sorted(met, key=lambda level: float("-inf") if level == QUIET else -float(level))


def curve_chart(curves: Sequence[Curve], y_name: str, aims: Sequence[float] = (), most: float | None = None) -> str:
    """Return a chart of the curves over the levels of noise; `aims` are dashed lines, `most` the top of the axis."""
    levels = levels_of(curves)
    values = [value for curve in curves for value in (*(v for _, v in curve.points), *curve.low, *curve.high)]
    if not levels or not values:
        return ""
    low, high = min(*values, *aims, values[0]), most if most is not None else max(*values, *aims, values[0])
    room = 0.05 * (high - low) or 1.0
    low, high = max(0.0, low - room), high if most is not None else high + room
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(levels) - 1)

    def place(level: str, value: float) -> tuple[float, float]:
        up = (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
        return _LEFT + step * levels.index(level), _HEIGHT - _BOTTOM - up

    parts = [_frame(levels, low, high, place, y_name)]
    for aim in aims:
        y = place(levels[0], aim)[1]
        parts.append(f'<path class="aim" d="M{_LEFT} {y:.1f} H{_WIDTH - _RIGHT}"/>')
    names = []
    for curve, colour in zip(curves, _COLOURS * (1 + len(curves) // len(_COLOURS)), strict=False):
        parts.append(_curve(curve, colour, place))
        names.append((place(*curve.points[-1])[1], curve.name, colour))
    height = 0.0
    for wanted, name, colour in sorted(names):
        height = max(wanted + 4, height + _ROOM)
        parts.append(f'<text x="{_WIDTH - _RIGHT + 10}" y="{height:.1f}" style="fill:{colour}">{escape(name)}</text>')
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(y_name)}">{"".join(parts)}</svg>'


def _frame(levels: Sequence[str], low: float, high: float, place: _Place, y_name: str) -> str:
    parts = []
    for tick in ticks(low, high):
        y = place(levels[0], tick)[1]
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f} H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for level in levels:
        x = place(level, low)[0]
        name = level if level == QUIET else f"{level} dB"
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{escape(name)}</text>')
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    parts.append(
        f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>'
        f'<path class="axis" d="M{_LEFT} {_TOP} V{_HEIGHT - _BOTTOM} H{_WIDTH - _RIGHT}"/>'
    )
    return "".join(parts)


def _curve(curve: Curve, colour: str, place: _Place) -> str:
    at = [place(level, value) for level, value in curve.points]
    parts = []
    if curve.low and curve.high:
        levels = [level for level, _ in curve.points]
        edge = [place(level, value) for level, value in zip(levels, curve.high, strict=True)]
        edge += reversed([place(level, value) for level, value in zip(levels, curve.low, strict=True)])
        parts.append(f'<polygon class="doubt" style="fill:{colour}" points="{_joined(edge)}"/>')
    parts.append(f'<polyline class="curve" style="stroke:{colour}" points="{_joined(at)}"/>')
    parts += [
        f'<circle style="fill:{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
        f"<title>{escape(curve.name)}, {escape(level)}: {value:g}</title></circle>"
        for (x, y), (level, value) in zip(at, curve.points, strict=True)
    ]
    return "".join(parts)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
