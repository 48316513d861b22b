"""Plots as SVG text that stands inside a page: no library, no script; colours follow the reader's light or dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["STYLE", "Point", "bar_chart", "histogram_chart", "scatter_chart", "ticks"]

STYLE = """
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: currentColor; } svg .axis { stroke: currentColor; opacity: .35; fill: none; }
svg .dot { fill: #8888; stroke: currentColor; } svg .front { fill: #2a7de1; stroke: #2a7de1; }
svg path.front { fill: none; stroke-width: 1.5; } svg .leader { stroke: currentColor; opacity: .25; }
svg .bar { fill: #2a7de1; opacity: .75; }
svg .before { fill: #8886; } svg .after { fill: none; stroke: #d9480f; stroke-width: 1.3; }
"""
_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 170, 16, 48


@dataclass(frozen=True)
class Point:
    """One dot of a scatter chart."""

    label: str
    x: float
    y: float
    on_front: bool
    """Whether nothing else is better in both."""


def ticks(low: float, high: float, count: int = 6) -> list[float]:
    """Return about `count` round numbers (1, 2 or 5 times a power of ten apart) within low .. high."""
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 10) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def scatter_chart(points: Sequence[Point], x_name: str, y_name: str) -> str:
    """Return dots with their names to the right; those on the front are joined. Left is cheap, up is good.

    Costs (x) are above 0 and drawn by their logarithm: twice as much is as far everywhere.
    """
    if not points:
        return ""
    x_low, x_high = _padded([math.log10(point.x) for point in points])
    y_low, y_high = _padded([point.y for point in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (_WIDTH - _LEFT - _RIGHT)
        return across, _HEIGHT - _BOTTOM - (y - y_low) / (y_high - y_low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = _axes(x_name, y_name)
    for x in _log_ticks(10**x_low, 10**x_high):
        at = place(x, y_low)
        parts.append(f'<text x="{at[0]:.1f}" y="{at[1] + 18:.1f}" text-anchor="middle">{x:g}</text>')
    for y in ticks(y_low, y_high):
        at = (_LEFT, place(10**x_low, y)[1])
        parts.append(f'<text x="{at[0] - 8:.1f}" y="{at[1] + 4:.1f}" text-anchor="end">{y:g}</text>')
    front = sorted((p for p in points if p.on_front), key=lambda p: p.x)
    line = " L".join(f"{x:.1f} {y:.1f}" for x, y in (place(p.x, p.y) for p in front))
    parts.append(f'<path class="front" d="M{line}"/>' if len(front) > 1 else "")
    ordered = sorted(points, key=lambda p: (-p.y, -p.x))
    heights = _spread([place(p.x, p.y)[1] for p in ordered])
    for point, label_y in zip(ordered, heights, strict=True):
        x, y = place(point.x, point.y)
        kind = "front" if point.on_front else "dot"
        title = f"<title>{escape(point.label)}: {point.x:g}, {point.y:g}</title>"
        label_x = _WIDTH - _RIGHT + 12
        parts.append(f'<path class="leader" d="M{x:.1f} {y:.1f} L{label_x - 4} {label_y - 4:.1f}"/>')
        parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5">{title}</circle>')
        parts.append(f'<text x="{label_x}" y="{label_y:.1f}">{escape(point.label)}</text>')
    return _svg(parts, _HEIGHT, f"{y_name} against {x_name}")


def _log_ticks(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 times the powers of ten within low .. high; round numbers where these are fewer than three."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [factor * 10.0**power for power in powers for factor in (1, 2, 5) if low <= factor * 10.0**power <= high]
    return found if len(found) > 2 else [tick for tick in ticks(low, high) if tick > 0]


def _spread(wanted: Sequence[float], room: float = 14.0) -> list[float]:
    """Return heights near the wanted ones (rising), `room` apart, pushed up where they would leave the picture."""
    heights: list[float] = []
    for height in wanted:
        heights.append(max(height + 4, heights[-1] + room if heights else _TOP + 8.0))
    ceiling = float(_HEIGHT - _BOTTOM)
    for at in reversed(range(len(heights))):
        heights[at] = min(heights[at], ceiling)
        ceiling = heights[at] - room
    return heights


def bar_chart(rows: Sequence[tuple[str, float]], name: str) -> str:
    """Return one bar a row, longest value at full width."""
    most = max((value for _, value in rows), default=0.0) or 1.0
    parts = []
    for at, (label, value) in enumerate(rows):
        y, width = 18 * at + 4, value / most * (_WIDTH - 330)
        parts.append(f'<text x="230" y="{y + 11}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect class="bar" x="240" y="{y}" width="{max(width, 0.5):.1f}" height="13"/>')
        parts.append(f'<text x="{246 + width:.1f}" y="{y + 11}">{value:.4g}</text>')
    return _svg(parts, 18 * len(rows) + 8, name)


def histogram_chart(before: Sequence[int], after: Sequence[int], low: float, high: float, name: str) -> str:
    """Return counts of weights before (filled) and after (outline) over equal bins of low .. high, heights by log."""
    top = math.log10(1 + max((*before, *after, 1)))
    width = (_WIDTH - _LEFT - 20) / max(1, len(before))
    floor, tall = 180, 164

    def height(count: int) -> float:
        return tall * math.log10(1 + count) / top

    filled = "".join(
        f'<rect class="before" x="{_LEFT + at * width:.1f}" y="{floor - height(count):.1f}" '
        f'width="{width:.2f}" height="{height(count):.1f}"/>'
        for at, count in enumerate(before)
    )
    outline = " ".join(
        f"L{_LEFT + at * width:.1f} {floor - height(count):.1f} h{width:.2f}" for at, count in enumerate(after)
    )
    marks = "".join(
        f'<text x="{_LEFT + (x - low) / (high - low) * len(before) * width:.1f}" y="{floor + 16}" '
        f'text-anchor="middle">{x:g}</text>'
        for x in ticks(low, high)
        if high > low
    )
    axis = f'<path class="axis" d="M{_LEFT} {floor} H{_WIDTH - 20}"/>'
    return _svg([filled, f'<path class="after" d="M{_LEFT} {floor} {outline} V{floor}"/>', axis, marks], 206, name)


def _axes(x_name: str, y_name: str) -> list[str]:
    bottom, middle = _HEIGHT - _BOTTOM, (_TOP + _HEIGHT - _BOTTOM) / 2
    across = (_LEFT + _WIDTH - _RIGHT) / 2
    return [
        f'<path class="axis" d="M{_LEFT} {_TOP} V{bottom} H{_WIDTH - _RIGHT}"/>',
        f'<text x="{across}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x_name)}</text>',
        f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>',
    ]


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """Return limits with a little room, so that no dot lies on an axis."""
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or abs(high) * 0.05 or 1.0
    return low - room, high + room


def _svg(parts: Sequence[str], height: int, name: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'
