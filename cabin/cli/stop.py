"""`cabin stop`: end the running daemon."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option

if TYPE_CHECKING:
    from cabin.control.client import CabinClient

__all__ = ["stop"]


@click.command(epilog="\b\nExamples:\n  cabin stop\n  cabin stop --wait 30")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0, 600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until it has gone.",
)
@socket_option
@pass_app
def stop(app: App, *, wait_s: float, socket: Path | None) -> None:
    """End the running daemon, cleanly: a command that is being done is finished first.

    Where systemd holds the socket, the next client starts it again: `systemctl stop cabin.socket cabin` stops both.
    Exit code 0 when it has gone, 1 when it has not after the time to wait.
    """
    has_gone = ask_daemon(client_of(app, socket), lambda daemon: _stop(daemon, wait_s))
    if wait_s and not has_gone:
        from cabin.errors import ControlError, Problem

        hint = "`cabin status` tells what it is at; `systemctl kill cabin` ends it hard."
        raise ControlError(Problem(f"the daemon agreed to stop and is still there after {wait_s:g} s", hint=hint))
    sys.stdout.write("stopped\n" if has_gone else "stopping\n")


async def _stop(client: CabinClient, wait_s: float) -> bool:
    await client.stop()
    try:
        async with asyncio.timeout(wait_s):
            await client.wait_ended()
    except TimeoutError:
        return False
    return True
