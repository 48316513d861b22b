"""How commands write: one JSON object a line on standard output, or text for people, with colour only on a terminal.

With --json nothing but JSON goes to standard output. Progress, warnings and logs always go to standard error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from cabin.errors import CabinError

__all__ = ["console", "json_line", "only_errors", "print_error", "print_json", "print_table", "to_plain", "use_colour"]


def use_colour(stream: IO[str]) -> bool:
    """Whether colour may be written: a terminal, and neither NO_COLOR nor TERM=dumb says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def console(stderr: bool = False) -> Console:
    """Return a rich console on standard output (or error): colour only on a terminal, no wrapping in a pipe."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    coloured = use_colour(stream)
    width = None if stream.isatty() else 10_000
    return Console(file=stream, no_color=not coloured, highlight=False, width=width, soft_wrap=not stream.isatty())


@contextlib.contextmanager
def only_errors() -> Iterator[None]:
    """Leave out cabin's own warnings while what they warn of is what a bench is about."""
    logger = logging.getLogger("cabin")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def to_plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: dataclasses as objects, paths as text, numpy scalars as numbers.

    Arrays are left out of dataclasses: samples have no place on standard output. NaN and infinity become null.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: to_plain(entry) for name, entry in pairs if not getattr(entry, "ndim", 0)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Iterable):
        entries = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [to_plain(entry) for entry in entries]
    item = getattr(value, "item", None)
    return to_plain(item()) if callable(item) else str(value)


def json_line(value: Any) -> str:
    """Return `value` as one line of JSON, without its newline."""
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False)


def print_json(value: Any) -> None:
    """Write one JSON object as one line to standard output, and flush, so that a reader of the pipe sees it at once."""
    sys.stdout.write(json_line(value) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Write a table to standard output: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            sys.stdout.write("\t".join(str(cell).replace("\n", " ") for cell in row) + "\n")
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title or None, title_justify="left")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console().print(table)


def print_error(error: CabinError) -> None:
    """Write each problem of an error as one line to standard error; "error:" in red on a terminal."""
    mark = "\033[1;31merror:\033[0m" if use_colour(sys.stderr) else "error:"
    for problem in error.problems:
        sys.stderr.write(f"{mark} {problem}\n")
    sys.stderr.flush()
