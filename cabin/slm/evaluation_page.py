"""A page to look through what a parser got wrong; one file, no content from elsewhere."""

from __future__ import annotations

import html
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

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


def _number(value: object) -> str:
    return f'<td class="number">{value}</td>'


def _code(value: object) -> str:
    return f"<code>{html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}</code>"
