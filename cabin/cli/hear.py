"""`cabin hear FILE...`: sound files through the whole chain, the car's state after each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option, model_option, open_app_chain, set_option, yes_option
from cabin.cli.output import console, print_error, print_json
from cabin.errors import SoundError
from cabin.messages import Parse, Transcript, Turn

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.executor import Confirm
    from cabin.hearing import LazyHearing
    from cabin.wake.hearing import WakefulHearing

__all__ = ["hear", "hear_file"]

_EPILOG = """\b
Examples:
  cabin hear recording.wav
  cabin hear *.wav --json
  cabin hear trunk.wav --set Vehicle.Speed=80
"""


@click.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@json_option
@model_option
@catalog_option
@set_option
@yes_option
@click.option("--wake", is_flag=True, help="Act only on what the wake phrase wakes (section `wake` of cabin.yaml).")
@pass_app
def hear(
    app: App,
    *,
    files: tuple[Path, ...],
    as_json: bool,
    model: Path | None,
    catalogs: tuple[Path, ...],
    settings: tuple[str, ...],
    yes: bool,
    wake: bool,
) -> None:
    """Hear wav files in order, in one car: what was said, understood and done.

    An utterance gives one answer; a file in which nobody speaks gives one with an empty transcript. A file that cannot
    be read is told and the next is heard; the exit code is then 1. With --wake each file begins asleep, and what is
    not meant for the car has an empty transcript.
    """
    from rich.markup import escape

    from cabin.cli.turns import print_turn, turn_json

    if wake:
        from cabin.cli.wake_options import wake_config, wakeful

        app.config = wake_config(app, None, None, recognizer=False)
    chain = open_app_chain(app, model, catalogs, settings)
    if wake:
        chain.hearing = wakeful(app, app.config, cast("LazyHearing", chain.hearing))
    has_failed = False
    show = console()
    try:
        chain.load()
        for file, name in ((file, os.fsencode(file).decode(errors="replace")) for file in files):
            if not as_json:
                show.print(f"[bold]{escape(name)}[/bold]")
            try:
                for turn in hear_file(chain, file, (lambda _command, _verdict: True) if yes else None):
                    has_failed |= any(outcome.status == "failed" for outcome in turn.outcomes)
                    if wake and turn.outcomes and turn.utterance is not None:
                        cast("WakefulHearing", chain.hearing).replied(turn.utterance.end_s, app.config.wake.follow_up_s)
                    if as_json:
                        print_json(turn_json(turn, name))
                    else:
                        print_turn(show, turn)
            except SoundError as error:
                has_failed = True
                print_error(error)
                if as_json:
                    print_json({"file": name, "error": str(error)})
    finally:
        chain.close()
    if has_failed:
        sys.exit(1)


def hear_file(chain: Chain, file: Path, confirm: Confirm | None = None) -> Iterator[Turn]:
    """Yield a turn for each utterance of a file; one with an empty transcript when nobody speaks in it.

    Raises SoundError for a file that cannot be used, ModelError when the detector or recognizer is not there.
    """
    from cabin.audio.wav import stream_sound

    has_spoken = False
    for utterance, listen_ms in chain.utterances(stream_sound(file), str(file)):
        has_spoken = True
        yield chain.hear(utterance, confirm, listen_ms)
    if not has_spoken:
        yield Turn(Parse("", refused="chatter"), (), "", Transcript((), ""), ms={"total": 0.0})
