"""`cabin privacy`: what of the driver is kept, and its removal."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import json_option, yes_option
from cabin.cli.output import print_json, print_table
from cabin.cli.record import recording_text
from cabin.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cabin.control.client import CabinClient
    from cabin.control.protocol import PrivacyResult
    from cabin.privacy.recordings import Recordings

__all__ = ["privacy"]


@click.group(epilog="\b\nExamples:\n  cabin privacy show\n  cabin privacy purge --yes")
def privacy() -> None:
    """Show what of the driver is kept, or remove it."""


@privacy.command(epilog="\b\nExample:\n  cabin privacy show --json")
@json_option
@socket_option
@pass_app
def show(app: App, *, as_json: bool, socket: Path | None) -> None:
    """Show whether utterances are recorded, what is kept where, and when it goes.

    Without a daemon: what the configuration says and what is on disk.
    """
    told = _ask(app, socket, lambda daemon: daemon.privacy())
    runs = told is not None
    told = told if told is not None else _without_daemon(app)
    if as_json:
        print_json({"daemon": runs, **vars(told)})
        return
    oldest = f", oldest of {_time(told.oldest_ms)}" if told.oldest_ms is not None else ""
    rows = [
        ("daemon", "runs" if runs else "does not run"),
        ("recording", recording_text(told)),
        ("kept", f"{told.utterances} utterances, {told.size_bytes / 1e6:.1f} MB{oldest}"),
        ("where", told.folder),
        ("removed", f"after {told.keep_days:g} days, the oldest above {told.keep_mb:g} MB"),
        ("log", "holds what is said (daemon.log_transcripts)" if told.transcripts_logged else "holds no word said"),
    ]
    print_table(("what", "how it is"), rows)


@privacy.command(epilog="\b\nExample:\n  cabin privacy purge --yes")
@yes_option
@json_option
@socket_option
@pass_app
def purge(app: App, *, yes: bool, as_json: bool, socket: Path | None) -> None:
    """Remove all recordings. The daemon does it where one runs; recording itself goes on if it is on."""
    if not yes:
        click.confirm("Remove all recordings?", abort=True, err=True)
    told = _ask(app, socket, lambda daemon: daemon.purge())
    count, size = (told.utterances, told.size_bytes) if told is not None else _purge(_recordings(app))
    if as_json:
        print_json({"utterances": count, "size_bytes": size})
    else:
        sys.stdout.write(f"removed: {count} utterances, {size / 1e6:.1f} MB\n")


def _ask(app: App, socket: Path | None, ask: Callable[[CabinClient], Awaitable[Any]]) -> Any:
    """Return the daemon's answer; None when no daemon runs. Raises ControlError when one runs and refuses."""
    try:
        return ask_daemon(client_of(app, socket), ask)
    except ControlError as error:
        if socket is None and error.problems and error.problems[0].what == "no daemon runs":
            return None
        raise


def _recordings(app: App) -> Recordings:
    from cabin import paths
    from cabin.privacy.recordings import Recordings

    config = app.config.privacy
    folder = config.folder or paths.state_dir(app.environ) / "recordings"
    return Recordings(folder, config.keep_days, config.keep_mb)


def _purge(recordings: Recordings) -> tuple[int, int]:
    usage = recordings.purge()
    return usage.utterances, usage.size_bytes


def _without_daemon(app: App) -> PrivacyResult:
    from cabin.control.protocol import PrivacyResult

    config, recordings = app.config.privacy, _recordings(app)
    usage = recordings.usage()
    return PrivacyResult(
        False,
        None,
        config.recording,
        str(recordings.folder),
        usage.utterances,
        usage.size_bytes,
        usage.oldest_s * 1000 if usage.oldest_s is not None else None,
        config.keep_days,
        config.keep_mb,
        app.config.daemon.log_transcripts,
    )


def _time(at_ms: float) -> str:
    return f"{datetime.datetime.fromtimestamp(at_ms / 1000):%Y-%m-%d %H:%M}"
