"""A page to look through what a parser got wrong; one file, no content from elsewhere."""

from __future__ import annotations

import html
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cabin.slm.confidence import Bin, reliability
from cabin.slm.evaluation import Evaluation

__all__ = ["write_page"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>cabin model evaluate</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
code {{ font-size: 13px; }} input {{ font: inherit; padding: .3rem .6rem; width: 24rem; }}
</style></head><body>
<h1>What the intent model got right and wrong</h1>
<table><tr>{head}</tr><tr>{figures}</tr></table>
<h2>Confidence: how often it was right</h2>
{diagram}
<h2>Confusions</h2>
<table><tr><th>wanted</th><th>got</th><th class="number">sentences</th></tr>{confusions}</table>
<h2>By device</h2>
<table><tr><th>device</th>{columns}</tr>{devices}</table>
<h2>Wrong sentences ({count})</h2>
<p><label>Show those with
<input id="filter" type="search" placeholder="a word, a device, wrong_act, missed ..."></label></p>
<table id="errors">
<tr><th>sentence</th><th>wanted</th><th>got</th><th class="number">confidence</th><th>verdict</th></tr>
{errors}</table>
<script>
const rows = [...document.querySelectorAll("#errors tr")].slice(1);
document.querySelector("#filter").addEventListener("input", (event) => {{
  const wanted = event.target.value.toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
}});
</script></body></html>
"""
_CONFUSIONS = 40
"""As many rows as one reads."""
_COUNTS = ("sentences", "function", "exact", "wrong_act", "missed", "false_act")


def write_page(path: Path, result: Evaluation, figures: Mapping[str, float]) -> None:
    """Write the page whole or not at all. Raises OSError when the place cannot be written."""
    devices = sorted(result.by_device.items(), key=lambda item: item[1]["exact"] - item[1]["sentences"])
    rows = "".join(
        f"<tr><td>{html.escape(device)}</td>{''.join(_number(counts[name]) for name in _COUNTS)}</tr>"
        for device, counts in devices
    )
    errors = "".join(
        f"<tr><td>{html.escape(e['text'])}</td><td>{_code(e['want'])}</td><td>{_code(e['got'])}</td>"
        f"{_number(e['confidence'])}<td>{html.escape(', '.join(e['verdict']))}</td></tr>"
        for e in result.errors
    )
    page = _PAGE.format(
        head="".join(f'<th class="number">{html.escape(name)}</th>' for name in figures),
        figures="".join(_number(value) for value in figures.values()),
        diagram=_diagram(reliability(result.outcomes)),
        confusions="".join(
            f"<tr><td>{html.escape(wanted)}</td><td>{html.escape(got)}</td>{_number(count)}</tr>"
            for (wanted, got), count in result.confusions.most_common(_CONFUSIONS)
        ),
        columns="".join(f'<th class="number">{name}</th>' for name in _COUNTS),
        devices=rows,
        errors=errors,
        count=len(result.errors),
    )
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as part:
        try:
            part.write(page)
            part.close()
            Path(part.name).chmod(0o644)
            os.replace(part.name, path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _diagram(bins: Sequence[Bin]) -> str:
    """Return a reliability diagram as SVG: bars should reach the diagonal; the numbers are sentences in each bin."""
    side, gap = 300, 40
    bars = ""
    for each in bins:
        x, width = gap + side * each.low, side * (each.high - each.low)
        told = f"{each.count} sentences of confidence {each.confidence:.2f}: {each.right:.2f} right"
        bars += (
            f'<rect x="{x:.0f}" y="{side * (1 - each.right):.1f}" width="{width:.0f}" height="{side * each.right:.1f}" '
            f'fill="#3b82f680" stroke="#3b82f6"><title>{told}</title></rect>'
            f'<text x="{x + width / 2:.0f}" y="{side + 16}" text-anchor="middle">{each.count}</text>'
        )
    return f"""<svg viewBox="0 0 {side + 2 * gap} {side + gap}" width="{side + 2 * gap}" role="img" fill="currentColor"
 font-size="11" aria-label="reliability diagram">{bars}
<line x1="{gap}" y1="{side}" x2="{gap + side}" y2="0" stroke="currentColor" stroke-dasharray="4"/>
<rect x="{gap}" y="0" width="{side}" height="{side}" fill="none" stroke="#8888"/>
<text x="{gap + side / 2:.0f}" y="{side + 34}" text-anchor="middle">confidence 0 to 1, sentences in each bin</text>
<text x="{gap - 6}" y="12" text-anchor="end">right</text></svg>"""


def _number(value: object) -> str:
    return f'<td class="number">{value}</td>'


def _code(value: object) -> str:
    return f"<code>{html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}</code>"
