"""`cabin wake test` and `cabin wake listen`: both stages watched, on files and live."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option
from cabin.cli.output import console, print_error, print_json
from cabin.cli.wake_options import detector_options, wake_config, wakeful

if TYPE_CHECKING:
    from rich.console import Console

    from cabin.daemon.sources import Source
    from cabin.messages import Samples
    from cabin.wake.hearing import WakefulHearing
    from cabin.wake.trace import Stretch

__all__ = ["listen", "test"]

_BARS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
_BAR_S = 0.1
_MOST_BLOCKS = 64
_ENDED = ("stopped", "lost")


@click.command(
    epilog="\b\nExamples:\n  cabin wake test --recognizer recording.wav\n"
    "  cabin wake test --detector models/hey-car *.wav --json"
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@detector_options
@json_option
@pass_app
def test(
    app: App,
    /,
    files: tuple[Path, ...],
    phrase: str | None,
    folder: Path | None,
    recognizer: bool,
    as_json: bool,
) -> None:
    """Show what wakes in wav files: the detector's scores over time, what was read, and whether that woke.

    A bar is a tenth of a second. A file that cannot be read is told and the next is heard; the exit code is then 1.
    """
    from cabin.audio.wav import stream_sound
    from cabin.errors import SoundError
    from cabin.wake.trace import stretches

    hearing = _hearing(app, phrase, folder, recognizer)
    show, has_failed = console(), False
    try:
        for file in files:
            name = os.fsencode(file).decode(errors="replace")
            if not as_json:
                show.print(name, style="bold", markup=False)
            try:
                for stretch in stretches(hearing, iter(stream_sound(file)), name):
                    _tell(show, stretch, name, as_json)
            except SoundError as error:
                has_failed = True
                print_error(error)
    finally:
        hearing.close()
    if has_failed:
        sys.exit(1)


@click.command(epilog="\b\nExamples:\n  cabin wake listen\n  cabin wake listen --detector models/hey-car --seconds 60")
@click.option("--source", metavar="SOURCE", help="capture, file:PATH or socket:PATH, instead of cabin.yaml's.")
@click.option("--seconds", type=click.FloatRange(0.1), help="End after so long; without it, on Ctrl-C.")
@detector_options
@json_option
@pass_app
def listen(
    app: App,
    /,
    source: str | None,
    seconds: float | None,
    phrase: str | None,
    folder: Path | None,
    recognizer: bool,
    as_json: bool,
) -> None:
    """Listen live and show what wakes; nothing is done in the car. The daemon need not run.

    One line for each stretch of speech, as `cabin wake test` shows it.
    """
    from cabin.daemon.opening import open_source
    from cabin.daemon.options import RunOptions
    from cabin.errors import Problem, UsageError
    from cabin.wake.trace import stretches

    hearing = _hearing(app, phrase, folder, recognizer)
    sound = open_source(app, RunOptions(source=source))
    if sound is None:
        raise UsageError(Problem("there is nothing to listen to", "daemon.source", "none", "capture", "Give --source."))
    hearing.load()
    sound.start()
    try:
        for stretch in stretches(hearing, _blocks(sound, seconds), "live"):
            _tell(console(), stretch, "live", as_json)
    except KeyboardInterrupt:
        console(stderr=True).print("ended")
    finally:
        sound.stop()
        hearing.close()


def _hearing(app: App, phrase: str | None, folder: Path | None, recognizer: bool) -> WakefulHearing:
    from cabin.assembly import open_hearing

    config = wake_config(app, phrase, folder, recognizer)
    return wakeful(app, config, open_hearing(app.plugins, config, app.model_dir))


def _blocks(source: Source, seconds: float | None) -> Iterator[Samples]:
    """Yield sound as it comes, until the source or the time has ended."""
    until_s = time.monotonic() + seconds if seconds is not None else float("inf")
    while time.monotonic() < until_s:
        select.select([source.fileno()], [], [], 0.2)
        blocks = source.read(_MOST_BLOCKS)
        yield from (block.samples for block in blocks)
        if not blocks and source.state.status in _ENDED:
            return


def _tell(show: Console, stretch: Stretch, name: str, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json({"file": name, **asdict(stretch)})
        return
    verdict = "WOKEN" if stretch.woken else "read, not the phrase" if stretch.let_through else "not let through"
    like = "" if stretch.likeness is None else f", like the phrase {stretch.likeness:.2f}"
    highest = max((score for _, score in stretch.scores), default=0.0)
    heard = f" {stretch.heard!r}" if stretch.heard else ""
    line = f"{stretch.start_s:7.2f} s  |{_bars(stretch)}|  highest {highest:.2f}{like}  {verdict}{heard}"
    show.print(line, markup=False, highlight=False, soft_wrap=True)


def _bars(stretch: Stretch) -> str:
    """Return the scores as bars, the highest of each tenth of a second."""
    highest: dict[int, float] = {}
    for at_s, score in stretch.scores:
        place = int((at_s - stretch.start_s) / _BAR_S)
        highest[place] = max(score, highest.get(place, 0.0))
    count = max(highest, default=-1) + 1
    return "".join(_BARS[round(min(1.0, highest.get(place, 0.0)) * (len(_BARS) - 1))] for place in range(count))
