"""`cabin wake measure`: misses and false wakes of both stages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option, model_option
from cabin.cli.output import console, print_json, print_table
from cabin.cli.wake_options import detector_options, wake_chain, wake_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cabin.bench.noise.chatter import Passage
    from cabin.bench.noise.spoken import Saying, SpeechStore
    from cabin.wake.phrase import WakePhrase

__all__ = ["measure"]

_SEED = 1
_SILENCE_S = 60.0


@click.command(
    epilog="\b\nExamples:\n  cabin wake measure --detector models/hey-car\n"
    "  cabin wake measure --recognizer --text sentences.txt --minutes 60 --json"
)
@detector_options
@click.option(
    "--text",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Sentences that people say to each other, one a line or JSON lines with `text`; without it only misses.",
)
@click.option("--minutes", type=click.FloatRange(0.5), default=60.0, show_default=True, help="Of talk.")
@click.option("--snr", default="10", show_default=True, metavar="DB", help="Speech over the noise of the car.")
@click.option("--car-speed", type=click.FloatRange(0, 250), default=100.0, show_default=True, metavar="KPH")
@click.option("--music", is_flag=True, help="Music plays while people talk.")
@click.option("--no-speak", is_flag=True, help="Use what was spoken already; leave out the rest.")
@model_option
@json_option
@pass_app
def measure(
    app: App,
    /,
    phrase: str | None,
    folder: Path | None,
    recognizer: bool,
    text: Path | None,
    minutes: float,
    snr: str,
    car_speed: float,
    music: bool,
    no_speak: bool,
    model: Path | None,
    as_json: bool,
) -> None:
    """Measure how often the phrase is missed, and what wakes that should not, on the eight voices kept from training.

    The phrase is said alone and before commands, in quiet and in the noise of a car; with --text the voices talk, and
    must wake nothing. Needs a checkout of cabin with its voices.
    """
    from cabin.bench.noise.spoken import SpeechStore, default_folder
    from cabin.wake.measure import measure_phrase, measure_silence, measure_talk
    from cabin.wake.phrase import parse_phrase

    config = wake_config(app, phrase, folder, recognizer)
    store = SpeechStore(default_folder())
    sayings = _sayings(app, store, parse_phrase(config.wake.phrase), no_speak)
    chain, hearing = wake_chain(app, config, model)
    try:
        chain.load()
        told: dict[str, Any] = {
            "phrase": config.wake.phrase,
            "detector": config.wake.detector,
            "model": config.wake.model,
            "said": [measure_phrase(hearing, store, sayings, level, car_speed) for level in ("quiet", snr)],
            "silence_percent": measure_silence(hearing, _SILENCE_S, car_speed),
        }
        if text is not None:
            passages = list(_passages(text, store, minutes, no_speak))
            told["talk"] = [measure_talk(chain, store, passages, snr, car_speed, music)]
    finally:
        chain.close()
    if as_json:
        print_json(told)
    else:
        _show(told)


def _sayings(app: App, store: SpeechStore, phrase: WakePhrase, no_speak: bool) -> list[Saying]:
    """Return the phrase as the kept voices say it, spoken."""
    from cabin.cli.model_build import load_sentences
    from cabin.wake.training.plan import deal_kept
    from cabin.wake.training.texts import draw_texts

    sayings = deal_kept(draw_texts(phrase, load_sentences(app, ()), _SEED))
    if not no_speak:
        store.speak(sayings)
    missing = set(store.missing(sayings))
    return [saying for saying in sayings if saying not in missing]


def _passages(text: Path, store: SpeechStore, minutes: float, no_speak: bool) -> Iterator[Passage]:
    from cabin.bench.noise.chatter import passages
    from cabin.bench.noise.plan import deal_chatter
    from cabin.bench.noise.sentences import read_sentences
    from cabin.bench.noise.voices import KEPT

    utterances = deal_chatter(read_sentences(text), KEPT, _SEED)
    yield from passages(utterances, store, minutes, speak=not no_speak)


def _show(told: dict[str, Any]) -> None:
    rows = [
        (
            f"phrase said, {each.snr if each.snr == 'quiet' else each.snr + ' dB'}",
            each.said,
            each.missed,
            f"{each.missed_percent:g} %",
            each.first_stage_missed,
        )
        for each in told["said"]
    ]
    print_table(("condition", "said", "missed", "share", "missed by the first stage"), rows)
    show = console()
    show.print(f"nobody speaks: {told['silence_percent']:g} % of a core")
    for each in told.get("talk", ()):
        show.print(
            f"{each.hours:.2f} h of talk{' and music' if each.music else ''}: {each.woken} false wakes "
            f"({each.woken_per_hour:g} an hour), {each.acts} acts; {each.processor_percent:g} % of a core"
        )
