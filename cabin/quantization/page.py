"""What the pages on quantization share: one file, nothing from elsewhere, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from cabin.errors import Problem, UsageError
from cabin.quantization.charts import STYLE
from cabin.whole_file import write_whole

__all__ = ["check_writable", "page", "table", "write_text"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0 2rem; }} .wide {{ overflow-x: auto; }}
th, td {{ text-align: left; padding: .25rem .7rem; border-bottom: 1px solid #8884; }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; }} tr.marked td {{ font-weight: 600; }}
{style}</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


def page(title: str, parts: Sequence[str]) -> str:
    """Return a whole page; `parts` are HTML."""
    return _PAGE.format(title=escape(title), style=STYLE, body="\n".join(parts))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], marked: Sequence[bool] = ()) -> str:
    """Return a table; numbers stand to the right, marked rows are bold."""
    numeric = [all(isinstance(row[at], int | float) for row in rows) for at in range(len(columns))] if rows else []
    classes = [' class="number"' if is_number else "" for is_number in numeric] or [""] * len(columns)
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(columns, classes, strict=True))
    body = ""
    for at, row in enumerate(rows):
        cells = "".join(f"<td{kind}>{escape(_cell(cell))}</td>" for cell, kind in zip(row, classes, strict=True))
        body += f"<tr{' class=marked' if marked and marked[at] else ''}>{cells}</tr>\n"
    return f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>'


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def check_writable(path: Path | None, option: str) -> None:
    """Raise UsageError when a file cannot be written there: told before minutes are spent on what goes into it."""
    if path is None:
        return
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise UsageError(Problem("no file can be written there", option, str(path), hint="Choose another place."))


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises UsageError when the place cannot be written."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(Problem("the file cannot be written", str(path), str(error))) from error
