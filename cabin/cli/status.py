"""`cabin status`: how the running daemon is."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import json_option
from cabin.cli.output import print_json, print_table

__all__ = ["status"]


@click.command(epilog="\b\nExamples:\n  cabin status\n  cabin status --json\n  cabin status --metrics")
@json_option
@click.option("--metrics", is_flag=True, help="Print the status as OpenMetrics text instead.")
@click.option("--line", is_flag=True, help="Print one line, as `systemctl status` shows it.")
@socket_option
@pass_app
def status(app: App, *, as_json: bool, metrics: bool, line: bool, socket: Path | None) -> None:
    """Show how the running daemon is: state, stages, memory, microphone, privacy.

    Exit code 0 when a daemon answers, 1 when none runs or it refuses.
    """
    if as_json + metrics + line > 1:
        raise click.UsageError("choose one of --json, --metrics and --line")
    client = client_of(app, socket)
    if metrics:
        sys.stdout.write(ask_daemon(client, lambda daemon: daemon.metrics()))
        return
    told = ask_daemon(client, lambda daemon: daemon.status())
    if as_json:
        print_json(told)
        return
    from cabin.control.status_text import status_line, status_lines

    if line:
        sys.stdout.write(f"{status_line(told)}\n")
    else:
        print_table(("what", "how it is"), status_lines(told))
