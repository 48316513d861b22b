"""`cabin watch`: what happens in the running daemon, as it happens."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import client_of, socket_option
from cabin.cli.options import json_option
from cabin.cli.output import json_line, print_json

if TYPE_CHECKING:
    from cabin.control.client import CabinClient
    from cabin.control.protocol import EventMessage

__all__ = ["event_text", "watch"]

_EPILOG = """\b
Examples:
  cabin watch
  cabin watch done refused --json
  cabin watch degraded fault --count 1
"""


@click.command(epilog=_EPILOG)
@click.argument("events", nargs=-1, metavar="[EVENT]...")
@json_option
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after so many events.")
@socket_option
@pass_app
def watch(app: App, *, events: tuple[str, ...], as_json: bool, count: int | None, socket: Path | None) -> None:
    """Print what happens in the running daemon (only each EVENT named), until it stops or you interrupt.

    The first event is `hello`. What was said is in the events only for those whom cabin.yaml gives the right
    `transcripts`. Exit code 0 when the daemon stopped, 1 when none runs, it refuses, or the connection broke.
    """
    asyncio.run(_print_events(client_of(app, socket), events, as_json, count))


async def _print_events(client: CabinClient, names: tuple[str, ...], as_json: bool, count: int | None) -> None:
    told = -1
    async for event in client.watch(names):
        if as_json:
            print_json(event)
        else:
            sys.stdout.write(f"{event_text(event)}\n")
            sys.stdout.flush()
        told += 1
        if told == count:
            return


def event_text(event: EventMessage) -> str:
    """Return an event on one line: 14:03:07.250 done  intent=window.open status=done."""
    clock = time.strftime("%H:%M:%S", time.localtime(event.at_ms / 1000))
    told = " ".join(f"{key}={_text(value)}" for key, value in event.data.items() if value not in ("", None, [], {}))
    return f"{clock}.{int(event.at_ms) % 1000:03d} {event.event}  {told}".rstrip()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.replace(".", "").replace("_", "").isalnum() else json_line(value)
    if isinstance(value, Mapping):
        return "{" + " ".join(f"{key}={_text(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(entry) for entry in value) + "]"
    return json_line(value)
