"""`cabin cancel`: drop what the running daemon is at."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import json_option
from cabin.cli.output import print_json

__all__ = ["cancel"]


@click.command(epilog="\b\nExamples:\n  cabin cancel")
@json_option
@socket_option
@pass_app
def cancel(app: App, *, as_json: bool, socket: Path | None) -> None:
    """Have the running daemon drop what it listens to, asks, says and has waiting.

    What is being written to the car is not taken back. Exit code 0 also when there was nothing to drop.
    """
    dropped = ask_daemon(client_of(app, socket), lambda daemon: daemon.cancel())
    if as_json:
        print_json({"cancelled": dropped})
    else:
        sys.stdout.write(f"cancelled: {dropped}\n" if dropped else "nothing to cancel\n")
