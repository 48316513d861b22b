"""`cabin run`: the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, model_option, set_option

if TYPE_CHECKING:
    from cabin.daemon.options import RunOptions
    from cabin.daemon.spawn import HeadStart

__all__ = ["run"]

_EPILOG = """\b
Examples:
  cabin run
  cabin run --no-audio                     # texts over the control socket only
  cabin run --source file:drive.wav --once
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--source",
    metavar="SOURCE",
    help="Where sound comes from instead of daemon.source: capture, none, file:PATH (a wav file or a folder of "
    "them) or socket:PATH (raw 16-bit sound at 16 kHz).",
)
@click.option("--no-audio", is_flag=True, help="No sound: texts over the control socket only. Same as --source none.")
@click.option("--once", is_flag=True, help="End when a file has been played and everything in it was acted on.")
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, help="How fast files are played; default 1.")
@model_option
@catalog_option
@set_option
@pass_app
def run(
    app: App,
    *,
    source: str | None,
    no_audio: bool,
    once: bool,
    speed: float,
    model: Path | None,
    catalogs: tuple[Path, ...],
    settings: tuple[str, ...],
) -> None:
    """Run the daemon: listen, understand, act, until told to stop.

    Ends with 0 on SIGTERM, SIGINT or `cabin stop`. SIGHUP or `cabin reload` reads the configuration anew. `cabin
    status` says how it is, `cabin watch` what happens; the log goes to standard error.
    """
    from cabin.daemon.options import RunOptions
    from cabin.daemon.spawn import HeadStart
    from cabin.errors import Problem, UsageError

    if no_audio and source not in (None, "none"):
        raise UsageError(Problem("--no-audio and --source do not go together", seen=f"--source {source}"))
    options = RunOptions("none" if no_audio else source, model, catalogs, settings, once, speed)
    with contextlib.closing(HeadStart(app.environ)) as head_start:
        _run(app, options, head_start)


def _run(app: App, options: RunOptions, head_start: HeadStart) -> None:
    """Run it; what is imported here is imported while the worker starts."""
    from cabin.daemon.heap import keep_heap_small

    keep_heap_small()
    from cabin.daemon.daemon import Daemon
    from cabin.daemon.journal import Journal
    from cabin.daemon.notify import Notifier

    notifier = Notifier()
    journal = Journal()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [journal]
    root.setLevel(logging.DEBUG if app.verbose else logging.INFO)

    async def serve() -> None:
        daemon = Daemon(app, options, notifier)
        daemon.keeper.head_start = head_start
        await daemon.run()

    try:
        asyncio.run(serve())
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        journal.close()
        notifier.close()
