"""`cabin talk`: push to talk."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, print_turn_data, socket_option
from cabin.cli.options import json_option

__all__ = ["talk"]


@click.command(epilog="\b\nExamples:\n  cabin talk\n  cabin talk --seconds 5 --json")
@click.option(
    "--seconds",
    type=click.FloatRange(0.5, 30),
    default=8.0,
    show_default=True,
    help="How long to wait for speech.",
)
@json_option
@socket_option
@pass_app
def talk(app: App, *, seconds: float, as_json: bool, socket: Path | None) -> None:
    """Have the running daemon listen now, without a wake word; show what was heard and done.

    Interrupting it (Ctrl-C) ends listening. What was said is shown to those who have the right `transcripts`.
    Exit code 0 also when nothing was heard, 1 when no daemon runs, it refuses, or a command failed.
    """
    turn = ask_daemon(client_of(app, socket), lambda daemon: daemon.talk(seconds))
    if not turn.heard and not as_json:
        sys.stdout.write("nothing heard\n")
    elif not print_turn_data(turn, as_json, spoken=True):
        sys.exit(1)
