"""`cabin say TEXT`: act on a text as if it had been heard."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import (
    catalog_option,
    checked_text,
    json_option,
    model_option,
    open_app_chain,
    set_option,
    yes_option,
)
from cabin.cli.output import console, print_json

__all__ = ["say"]

_EPILOG = """\b
Examples:
  cabin say "open the driver window halfway"
  cabin say "open the trunk" --set Vehicle.Speed=50
  cabin say "unlock the doors" --yes --json
  cabin say --live "open the driver window"
"""


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@json_option
@model_option
@catalog_option
@set_option
@yes_option
@click.option("--live", is_flag=True, help="Have the running daemon act on it, instead of a chain of its own.")
@pass_app
def say(
    app: App,
    *,
    words: tuple[str, ...],
    as_json: bool,
    model: Path | None,
    catalogs: tuple[Path, ...],
    settings: tuple[str, ...],
    yes: bool,
    live: bool,
) -> None:
    """Act on a text as if it had been heard; show each signal before and after.

    Exit code 0 whatever became of it, as long as the chain did its work: a refusal is an answer.
    """
    from cabin.cli.turns import print_turn, turn_json

    text = checked_text(words)
    if live:
        from cabin.cli.live import say_live

        if model is not None or catalogs or settings:
            raise click.UsageError("--model, --catalog and --set are the daemon's own: leave them out with --live")
        if not say_live(app, [text], as_json, yes):
            sys.exit(1)
        return
    chain = open_app_chain(app, model, catalogs, settings)
    try:
        turn = chain.say(text, (lambda _command, _verdict: True) if yes else None)
    finally:
        chain.close()
    if as_json:
        print_json(turn_json(turn))
    else:
        print_turn(console(), turn)
    if any(outcome.status == "failed" for outcome in turn.outcomes):
        sys.exit(1)
