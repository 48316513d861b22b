"""Figures over time as SVG text that stands inside a page: lines, a band of events above them, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cabin.quantization.charts import ticks

__all__ = ["COLOURS", "STYLE", "Line", "Mark", "time_chart"]

COLOURS = ("#2a7de1", "#d9480f", "#2b8a3e", "#9c36b5", "#868e96")

STYLE = (
    "svg .line { fill: none; stroke-width: 1.4; stroke-linejoin: round; } svg .grid { stroke: currentColor; "
    "opacity: .12; } svg .mark { stroke: #e03131; opacity: .5; } svg .limit { stroke-dasharray: 5 4; opacity: .6; "
    "stroke: currentColor; }"
)

_WIDTH, _HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 40
_MOST_POINTS = 700
"""Of a line: more than there are pixels say nothing."""


@dataclass(frozen=True)
class Line:
    """One figure."""

    name: str
    points: Sequence[tuple[float, float] | None]
    """x and y, x rising; None breaks the line."""


@dataclass(frozen=True)
class Mark:
    """Something that happened."""

    x: float
    name: str


def time_chart(
    lines: Sequence[Line], x_name: str, y_name: str, marks: Sequence[Mark] = (), limits: Sequence[float] = ()
) -> str:
    """Return lines over a common x axis from 0 up, marks as upright strokes, limits as dashed ones.

    The y axis begins at 0, so that what looks like growth is growth. Empty when there is nothing to draw.
    """
    drawn = [each for each in lines if any(point is not None for point in each.points)]
    if not drawn:
        return ""
    points = [point for each in drawn for point in each.points if point is not None]
    right = max(1e-9, *(x for x, _ in points), *(mark.x for mark in marks))
    top = 1.08 * max(1e-9, *(y for _, y in points), *limits)

    def at(x: float, y: float) -> str:
        across = _LEFT + x / right * (_WIDTH - _LEFT - _RIGHT)
        return f"{across:.1f} {_HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM):.1f}"

    parts = _frame(x_name, y_name)
    for y in ticks(0, top):
        height = at(0, y).split()[1]
        parts.append(f'<path class="grid" d="M{_LEFT} {height} H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{float(height) + 4:.1f}" text-anchor="end">{y:g}</text>')
    for x in ticks(0, right):
        across = at(x, 0).split()[0]
        parts.append(f'<text x="{across}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{x:g}</text>')
    parts += [f'<path class="limit" d="M{at(0, y)} L{at(right, y)}"/>' for y in limits]
    for mark in marks:
        title = f"<title>{escape(mark.name)} ({mark.x:g})</title>"
        parts.append(f'<path class="mark" d="M{at(mark.x, 0)} L{at(mark.x, top)}">{title}</path>')
    for number, line in enumerate(drawn):
        colour = COLOURS[number % len(COLOURS)]
        path = _path([None if point is None else at(*point) for point in _thinned(line.points)])
        parts.append(f'<path class="line" stroke="{colour}" d="{path}"/>')
        named = f'x="{_LEFT + 4 + number * 130}" y="16" style="fill:{colour}"'
        parts.append(f"<text {named}>\N{BLACK SQUARE} {escape(line.name)}</text>")
    name = f"{y_name} over {x_name}"
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'


def _frame(x_name: str, y_name: str) -> list[str]:
    bottom, middle = _HEIGHT - _BOTTOM, (_TOP + _HEIGHT - _BOTTOM) / 2
    return [
        f'<path class="axis" d="M{_LEFT} {_TOP} V{bottom} H{_WIDTH - _RIGHT}"/>',
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x_name)}</text>',
        f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>',
    ]


def _path(places: Sequence[str | None]) -> str:
    words, begins = [], True
    for place in places:
        if place is None:
            begins = True
        else:
            words.append(f"{'M' if begins else 'L'}{place}")
            begins = False
    return " ".join(words)


def _thinned(points: Sequence[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """Return at most so many points, of each bin the lowest and the highest: a peak is never lost."""
    size = -(-2 * len(points) // _MOST_POINTS)
    if size <= 1:
        return list(points)
    kept: list[tuple[float, float] | None] = []
    for begin in range(0, len(points), size):
        bin_ = points[begin : begin + size]
        known = sorted((point for point in bin_ if point is not None), key=lambda point: point[1])
        ends = {known[0], known[-1]} if known else set()
        kept += sorted(ends)
        if None in bin_:
            kept.append(None)
    return kept
