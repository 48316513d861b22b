"""`cabin say [TEXT...]`: act on texts as if they had been heard, as one conversation."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
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
    speaker_of,
    speaker_option,
    yes_option,
)
from cabin.cli.output import console, print_json

__all__ = ["say"]

_EPILOG = """\b
Examples:
  cabin say "open the driver window halfway"
  cabin say "turn on the air conditioning" "turn it off again" "undo that"
  cabin say "unlock the doors" --yes --json
  cabin say --live "open the driver window"
  cabin say
"""


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, metavar="[TEXT...]")
@json_option
@model_option
@catalog_option
@set_option
@yes_option
@speaker_option
@click.option("--live", is_flag=True, help="Have the running daemon act on them, instead of a chain of its own.")
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
    speaker: str | None,
    live: bool,
) -> None:
    """Act on texts as if they had been heard; show each signal before and after.

    Several texts, each in quotes, are one conversation: "undo that", "a bit more" or "yes" refer to what came before.
    Without TEXT they are read from standard input, one a line; on a terminal, from a prompt that an empty line or
    Ctrl-D ends. Exit code 0 whatever became of it, as long as the chain did its work: a refusal is an answer.
    """
    from rich.markup import escape

    from cabin.cli.turns import print_turn, turn_json
    from cabin.dialog.session import Session

    given = _texts(words) if words else None
    who = speaker_of(speaker)
    if live:
        from cabin.cli.live import say_live

        if model is not None or catalogs or settings:
            raise click.UsageError("--model, --catalog and --set are the daemon's own: leave them out with --live")
        if not say_live(app, given if given is not None else _lines(), as_json, yes, who):
            sys.exit(1)
        return
    chain = open_app_chain(app, model, catalogs, settings)
    session = Session(chain.executor.catalog, app.config.dialog)
    has_failed = False
    show = console()
    try:
        for text in given if given is not None else _lines():
            turn = chain.say(text, (lambda _command, _verdict: True) if yes else None, session, speaker=who)
            has_failed |= any(outcome.status == "failed" for outcome in turn.outcomes)
            if as_json:
                print_json(turn_json(turn))
                continue
            if given is not None and len(given) > 1:
                show.print(f"[bold]{escape(text)}[/bold]")
            print_turn(show, turn)
    finally:
        chain.close()
    if has_failed:
        sys.exit(1)


def _texts(words: Sequence[str]) -> list[str]:
    """Return the texts meant: words without quotes are one text; where any argument has a space, each is one."""
    are_texts = len(words) > 1 and any(" " in word.strip() for word in words)
    return [checked_text([word]) for word in words] if are_texts else [checked_text(words)]


def _lines() -> Iterator[str]:
    """Yield what is said on standard input; on a terminal, ask for it."""
    from cabin.cli.parse import stdin_lines
    from cabin.errors import UsageError

    if not sys.stdin.isatty():
        yield from (checked_text([line]) for line in stdin_lines() if line.strip())
        return
    from cabin.cli.output import print_error

    while True:
        try:
            line = console(stderr=True).input("[bold]>[/bold] ")
        except EOFError:
            return
        if not line.strip():
            return
        try:
            yield checked_text([line])
        except UsageError as error:
            print_error(error)
