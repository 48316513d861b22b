"""What a run over recordings came to: figures by leaning and level of noise, a table, and a page with a plot."""

from __future__ import annotations

import html
import os
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cabin.bench.recordings import QUIET
from cabin.bench.recordings_run import Result

__all__ = ["Figures", "figures", "mean_in_noise", "render_page", "table_head", "table_rows", "write_page"]

_WIDTH, _HEIGHT, _MARGIN = 640, 320, 44
_COLOURS = {"off": "#888", "light": "#2a78d6", "strong": "#c2410c"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>cabin bench recordings</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0 2rem; }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }}
td {{ font-variant-numeric: tabular-nums; }}
svg {{ max-width: 100%; font: 12px system-ui, sans-serif; fill: currentColor; }}
</style></head><body>
<h1>Orders right, by noise</h1>
{plot}
<table>{head}{rows}</table>
<h2>What was wrong ({count})</h2>
<table><tr><th>recording</th><th>bias</th><th>noise</th><th>wanted</th><th>got</th><th>heard</th>
<th>evidence</th></tr>{wrong}</table>
</body></html>
"""
_HEAD = (
    "bias",
    "noise dB",
    "recordings",
    "right %",
    "taken for an order %",
    "CPU ms a s of speech",
    "recognized p50 ms",
    "p95 ms",
    "parsed p95 ms",
)


@dataclass(frozen=True)
class Figures:
    """One leaning at one level of noise."""

    bias: str
    snr: str
    orders: int
    """Recordings in which something is asked for."""
    right_percent: float | None
    """Of those, intent and every slot right; None when there are none."""
    others: int
    """Recordings in which nothing is asked for."""
    taken_percent: float | None
    """Of those, something was understood as a command; None when there are none."""
    cpu_ms_per_s: float
    """Processor time of recognizing, understanding and acting, a second of speech."""
    recognize_p50_ms: float
    recognize_p95_ms: float
    parse_p95_ms: float


def figures(results: Iterable[Result]) -> list[Figures]:
    """Return the figures of every leaning and level met, in the order met."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.bias, result.snr), []).append(result)
    return [_figures(bias, snr, group) for (bias, snr), group in groups.items()]


def mean_in_noise(found: Sequence[Figures], bias: str) -> float | None:
    """Return the mean of `right_percent` over the levels of noise, quiet left out; None without any."""
    shares = [each.right_percent for each in found if each.bias == bias and each.snr != QUIET]
    known = [share for share in shares if share is not None]
    return round(statistics.fmean(known), 2) if known else None


def table_rows(found: Iterable[Figures]) -> list[tuple[str, ...]]:
    """Return the figures as text, in the order of `table_head`."""
    return [
        (
            each.bias,
            each.snr,
            str(each.orders + each.others),
            _percent(each.right_percent),
            _percent(each.taken_percent),
            *(f"{value:.0f}" for value in (each.cpu_ms_per_s, each.recognize_p50_ms, each.recognize_p95_ms)),
            f"{each.parse_p95_ms:.1f}",
        )
        for each in found
    ]


def table_head() -> tuple[str, ...]:
    """Return what stands over the columns of `table_rows`."""
    return _HEAD


def render_page(results: Sequence[Result]) -> str:
    """Return a page of its own, with no content from elsewhere: plot, figures, and everything that was wrong."""
    found = figures(results)
    wrong = [result for result in results if not result.right]
    cells = "".join(_row([r.file, r.bias, r.snr, r.wanted, r.got, r.heard, _ratio(r.evidence)]) for r in wrong)
    rows = "".join(map(_row, table_rows(found)))
    return _PAGE.format(plot=_plot(found), head=_row(_HEAD, "th"), rows=rows, wrong=cells, count=len(wrong))


def write_page(path: Path, results: Sequence[Result]) -> None:
    """Write the page whole or not at all. Raises OSError when the place cannot be written."""
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as file:
            temporary = file.name
            file.write(render_page(results))
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
        temporary = None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _row(cells: Sequence[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _ratio(evidence: float | None) -> str:
    return "" if evidence is None else f"{evidence:.2f}"


def _figures(bias: str, snr: str, group: Sequence[Result]) -> Figures:
    import numpy as np

    orders = [result for result in group if result.wanted]
    others = [result for result in group if not result.wanted]
    speech_s = sum(result.speech_s for result in group)
    p50, p95 = (float(np.percentile([r.recognize_ms for r in group], percent)) for percent in (50, 95))
    return Figures(
        bias,
        snr,
        len(orders),
        _share([result.right for result in orders]),
        len(others),
        _share([result.taken for result in others]),
        round(sum(result.cpu_ms for result in group) / speech_s, 1) if speech_s else 0.0,
        round(p50, 1),
        round(p95, 1),
        round(float(np.percentile([r.parse_ms for r in group], 95)), 1),
    )


def _share(hits: Sequence[bool]) -> float | None:
    return round(100 * sum(hits) / len(hits), 2) if hits else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}"


def _plot(found: Sequence[Figures]) -> str:
    """Return a drawing: acceptance in percent over decibels, a line for each leaning; quiet stands at the left."""
    levels = list(dict.fromkeys(each.snr for each in found))
    levels.sort(key=lambda level: -float("inf") if level == QUIET else -float(level))
    shares = [each.right_percent for each in found if each.right_percent is not None]
    if not shares:
        return ""
    lowest = min(90.0, 10.0 * (min(shares) // 10))
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(levels) - 1)

    def place(level: str, share: float) -> tuple[float, float]:
        height = (_HEIGHT - 2 * _MARGIN) * (share - lowest) / (100 - lowest)
        return _MARGIN + step * levels.index(level), _HEIGHT - _MARGIN - height

    parts = []
    for percent in range(int(lowest), 101, 5 if lowest >= 70 else 10):
        _, y = place(levels[0], percent)
        parts.append(f'<line x1="{_MARGIN}" y1="{y:.1f}" x2="{_WIDTH - _MARGIN}" y2="{y:.1f}" stroke="#8884"/>')
        parts.append(f'<text x="{_MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{percent}</text>')
    for level in levels:
        x, _ = place(level, lowest)
        name = html.escape(level if level == QUIET else f"{level} dB")
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _MARGIN + 18}" text-anchor="middle">{name}</text>')
    for bias in dict.fromkeys(each.bias for each in found):
        own = {e.snr: e.right_percent for e in found if e.bias == bias and e.right_percent is not None}
        points = [place(level, own[level]) for level in levels if level in own]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        colour = _COLOURS.get(bias, "#444")
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[-1]
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" fill="{colour}">{html.escape(bias)}</text>')
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="orders right">{"".join(parts)}</svg>'
