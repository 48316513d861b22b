"""`cabin reload`: have the running daemon read its configuration anew."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import json_option
from cabin.cli.output import print_json

__all__ = ["reload"]


@click.command(epilog="\b\nExamples:\n  cabin reload")
@json_option
@socket_option
@pass_app
def reload(app: App, *, as_json: bool, socket: Path | None) -> None:
    """Have the running daemon read its configuration anew.

    A configuration that cannot be used is told, with exit code 2, and what held before holds on.
    """
    loaded = ask_daemon(client_of(app, socket), lambda daemon: daemon.reload())
    if as_json:
        print_json({"reloaded": loaded})
    else:
        sys.stdout.write(f"reloaded: {', '.join(loaded)}\n")
