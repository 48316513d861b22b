"""`cabin parse [TEXT]`: the intent parser alone; without TEXT one utterance a line from standard input."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, checked_text, json_option, model_option
from cabin.cli.output import console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from cabin.messages import Parse

__all__ = ["parse"]

logger = logging.getLogger(__name__)

_EPILOG = """\b
Examples:
  cabin parse "make it three degrees warmer"
  cabin parse --json < utterances.txt > calls.jsonl
"""

_MAX_LINE_BYTES = 1 << 20
"""A line longer than this is read in pieces, of which only the first counts."""


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@json_option
@model_option
@catalog_option
@pass_app
def parse(app: App, words: tuple[str, ...], as_json: bool, model: Path | None, catalogs: tuple[Path, ...]) -> None:
    """Turn a text into commands; nothing is done.

    Without TEXT, one utterance a line is read from standard input; each line gives its answer, in order, at once.
    """
    from cabin.assembly import open_catalog, open_parser

    text = checked_text(words) if words else None
    parser = open_parser(app.plugins, app.config, open_catalog(app.plugins, catalogs), model, app.model_dir)
    show = console()
    for line in [text] if text is not None else stdin_lines():
        result = parser.parse(line)
        if as_json:
            print_json(_json(result))
        else:
            _print(show, result)


def stdin_lines() -> Iterator[str]:
    """Yield the lines of standard input without their ends; bytes that are not UTF-8 become U+FFFD, with a warning."""
    number = 0
    while piece := sys.stdin.buffer.readline(_MAX_LINE_BYTES):
        number += 1
        line = piece
        while piece and not piece.endswith(b"\n") and len(piece) == _MAX_LINE_BYTES:
            piece = sys.stdin.buffer.readline(_MAX_LINE_BYTES)
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            logger.warning("standard input, line %d: not UTF-8", number)
            text = line.decode("utf-8", errors="replace")
        yield text.rstrip("\r\n")


def _json(result: Parse) -> dict[str, object]:
    from cabin.cli.turns import parse_json

    return parse_json(result)


def _print(show: Console, result: Parse) -> None:
    from rich.markup import escape

    from cabin.cli.turns import command_text

    if result.refused is not None:
        show.print(f"[yellow]refused: {result.refused.replace('_', ' ')}[/yellow]")
    for command in result.doubted:
        show.print(f"[dim]in doubt: {escape(command_text(command))}  {command.confidence:.0%}[/dim]")
    for command in result.commands:
        sure = "by template" if command.by == "template" else f"{command.confidence:.0%}"
        show.print(f"[bold]{escape(command_text(command))}[/bold]  [dim]{sure}[/dim]")
