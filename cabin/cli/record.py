"""`cabin record`: switch the recording of utterances on or off."""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import json_option
from cabin.cli.output import print_json
from cabin.errors import Problem, UsageError

if TYPE_CHECKING:
    from cabin.control.protocol import PrivacyResult

__all__ = ["parse_duration", "record", "recording_text"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)?\Z")
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, None: 60, "h": 3600, "d": 86_400}


@click.command(
    epilog="\b\nExamples:\n  cabin record on --for 10m\n  cabin record off\n  cabin privacy show      # what is kept"
)
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--for", "duration", metavar="TIME", help="How long: 90s, 10m, 2h. Default: privacy.longest_min.")
@json_option
@socket_option
@pass_app
def record(app: App, *, state: str, duration: str | None, as_json: bool, socket: Path | None) -> None:
    """Have the running daemon write each utterance to disk (sound and words), or stop it.

    Only who has the right `admin` may. It shows: `cabin status`, an event, a metric and a tone. It ends by itself, and
    what was written is removed after privacy.keep_days. `cabin privacy purge` removes it now.
    """
    if state == "off" and duration is not None:
        raise UsageError(Problem("--for goes with on", hint="cabin record on --for 10m"))
    seconds = parse_duration(duration) if duration is not None else None
    told = ask_daemon(client_of(app, socket), lambda daemon: daemon.record(state == "on", seconds))
    if as_json:
        print_json(told)
    else:
        sys.stdout.write(f"{recording_text(told)}\n")


def parse_duration(text: str) -> float:
    """Return "10m", "90s", "2h" or "15" (minutes) in seconds. Raises UsageError."""
    match = _DURATION.match(text.strip().lower())
    if match is None or float(match[1]) <= 0:
        raise UsageError(Problem("no time", "--for", repr(text), "90s, 10m or 2h"))
    return float(match[1]) * _SECONDS[match[2]]


def recording_text(told: PrivacyResult) -> str:
    """Return in one line whether it records, where to, and until when."""
    if not told.recording:
        return f"off: nothing that is said is written ({told.mode})"
    until = ""
    if told.until_ms is not None:
        until = f" until {datetime.datetime.fromtimestamp(told.until_ms / 1000):%Y-%m-%d %H:%M:%S}"
    return f"RECORDING every utterance into {told.folder}{until}"
