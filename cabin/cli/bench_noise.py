"""`cabin bench noise`: commands, recordings or chatter in the noise of a car, through the whole hearing chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option, model_option

if TYPE_CHECKING:
    from cabin.bench.noise.conditions import Condition, Setup
    from cabin.bench.noise.items import Item

__all__ = ["noise"]

Row = TypeVar("Row")

_EPILOG = """\b
Examples:
  cabin bench noise --snr quiet,10,0 --limit 60 --page noise.html
  cabin bench noise --voices tuning --bias off,light,strong --out r.jsonl --resume
  cabin bench noise --sources tyres,wind,engine,rain,wipers --listen rain.wav
  cabin bench noise --recordings DIR --catalog examples/coffee/catalog --model none
  cabin bench noise --chatter 20 --sentences talk.txt --snr 10
"""


@dataclass(frozen=True)
class _Wanted:
    """What was asked for, checked."""

    app: App
    conditions: tuple[Condition, ...]
    setup: Setup
    voices: tuple[str, ...]
    limit: int
    model: Path | None
    catalogs: tuple[Path, ...]
    out: Path | None
    resume: bool
    page: Path | None
    as_json: bool


@click.command(epilog=_EPILOG)
@click.option("--snr", "snrs", default="quiet,20,10,5,0", show_default=True, help="quiet, or dB above the noise.")
@click.option(
    "--speed", "speeds", default="100", show_default=True, help="How fast the car goes, km/h (several: 50,100)."
)
@click.option(
    "--sources", default="tyres,wind,engine", show_default=True, help="What makes noise; all are listed above."
)
@click.option("--bias", "biases", help="Leanings to the catalog: off,light,strong; default: the configured one.")
@click.option(
    "--voices", default="kept", show_default=True, help="kept, tuning, all, or names: kept ones are for reports only."
)
@click.option(
    "--limit", type=click.IntRange(1), default=80, show_default=True, help="How many sentences or recordings."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of sentences, pace and noise.")
@click.option(
    "--level", type=click.FloatRange(-80, 0), default=-26.0, show_default=True, help="Of speech, dB full scale."
)
@click.option(
    "--weighting", default="flat", show_default=True, help="Of the levels of the ratio: flat, or a for dB(A)."
)
@click.option("--band", default="wide", show_default=True, help="What the microphone passes: wide, narrow or full.")
@click.option(
    "--recordings", type=click.Path(path_type=Path), metavar="DIR", help="Hear these, with labels.jsonl, not voices."
)
@click.option("--chatter", type=click.FloatRange(0, min_open=True), metavar="MINUTES", help="Hear talk; count acts.")
@click.option(
    "--sentences", type=click.Path(path_type=Path), metavar="FILE", help="What is talked: a sentence a line, or .jsonl."
)
@click.option("--listen", type=click.Path(path_type=Path, dir_okay=False), help="Only write a wav file to listen to.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write results here as they come.")
@click.option("--resume", is_flag=True, help="Keep what --out holds and go on from there.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page: curves and errors.")
@model_option
@catalog_option
@json_option
@pass_app
def noise(app: App, /, **options: Any) -> None:
    """Measure hearing in noise made from physics: acceptance, wrong acts and times, by level, speed and leaning.

    Commands are drawn from the catalogs and said by many voices, once; what was said is kept. An order counts when
    intent and every slot are right. Sources: tyres, wind, engine, ventilator, rain, wipers, indicator, window, music,
    babble. The ratio is that of the levels of speech, while it is active, and of noise (docs/noise.md).
    """
    from cabin.quantization.page import check_writable

    for name in ("page", "out", "listen"):
        check_writable(options[name], f"--{name}")
    wanted = _wanted(app, options)
    if options["chatter"] is not None:
        _chatter(wanted, options["chatter"], options["sentences"], options["listen"])
    else:
        _commands(wanted, options["recordings"], options["listen"])


def _wanted(app: App, options: dict[str, Any]) -> _Wanted:
    """Return the options as they are used. Raises UsageError."""
    from cabin.bench.noise.conditions import Condition, Setup
    from cabin.bench.noise.voices import choose_voices
    from cabin.cli.bench_recordings import _leanings
    from cabin.errors import Problem, UsageError, nearest
    from cabin.noise.microphone import BANDS_HZ
    from cabin.noise.mixing import WEIGHTINGS
    from cabin.noise.scene import Scene, check_sources

    sources = check_sources(_parts(options["sources"]))
    voices = choose_voices(_parts(options["voices"]))
    band = options["band"]
    if band not in BANDS_HZ:
        raise UsageError(Problem("unknown band", "--band", band, ", ".join(BANDS_HZ), nearest(band, BANDS_HZ)))
    weighting = options["weighting"]
    if weighting not in WEIGHTINGS:
        expected = ", ".join(WEIGHTINGS)
        raise UsageError(Problem("unknown weighting", "--weighting", weighting, expected))
    if options["resume"] and options["out"] is None:
        raise UsageError(Problem("--resume needs --out FILE", hint="It keeps the results that the file holds."))
    conditions = tuple(
        Condition(bias, speed, snr)
        for bias in _leanings(options["biases"] or app.config.recognizer.bias.strength)
        for speed in _numbers(options["speeds"], "--speed", 0, 300)
        for snr in _levels(options["snrs"])
    )
    return _Wanted(
        app,
        conditions,
        Setup(Scene(sources=sources, band=band), options["level"], options["seed"], weighting),
        voices,
        options["limit"],
        options["model"],
        options["catalogs"],
        options["out"],
        options["resume"],
        options["page"],
        options["as_json"],
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _numbers(text: str, option: str, low: float, high: float) -> list[float]:
    """Return the numbers of a list, each once. Raises UsageError with all that are none or out of range."""
    from cabin.errors import Problem, UsageError

    found: dict[float, None] = {}
    wrong = []
    for part in _parts(text):
        try:
            number = float(part)
        except ValueError:
            number = float("nan")
        if low <= number <= high:
            found[number] = None
        else:
            wrong.append(Problem("not a number in range", option, repr(part), f"{low:g} to {high:g}"))
    if wrong or not found:
        raise UsageError(wrong or Problem("nothing is given", option))
    return list(found)


def _levels(text: str) -> list[str]:
    from cabin.bench.noise.conditions import QUIET

    parts = _parts(text)
    numbers = ",".join(part for part in parts if part != QUIET)
    named = [f"{number:g}" for number in _numbers(numbers, "--snr", -40, 80)] if numbers or QUIET not in parts else []
    return [QUIET, *named] if QUIET in parts else named


def _settings(wanted: _Wanted, kind: str, **more: Any) -> dict[str, Any]:
    """Return what makes the results of a run what they are: two runs with the same may be joined."""
    from dataclasses import asdict

    from cabin import __version__

    config = wanted.app.config
    return {
        "bench": kind,
        "cabin": __version__,
        "seed": wanted.setup.seed,
        "level_dbfs": wanted.setup.level_dbfs,
        "weighting": wanted.setup.weighting,
        "scene": {**asdict(wanted.setup.scene), "speed_kph": "as told"},
        "endpoint": asdict(config.endpoint),
        "recognizer": {**asdict(config.recognizer), "bias": "as told"},
        "model": str(wanted.model or config.parser.model),
        "catalogs": [str(path) for path in wanted.catalogs] or "of the plugins",
        **more,
    }


def _commands(wanted: _Wanted, recordings: Path | None, listen: Path | None) -> None:
    """Hear commands, or recordings, under every condition."""
    from cabin.bench.noise.figures import HEAD, figures_of, rows_of
    from cabin.bench.noise.listening import open_listening_chain
    from cabin.bench.noise.page import trials_page
    from cabin.bench.noise.results import ResultFile
    from cabin.bench.noise.trial import Result, run_trials
    from cabin.cli.output import print_json, print_table
    from cabin.quantization.page import write_text

    items = _items(wanted, recordings, 3 if listen else wanted.limit)
    if listen is not None:
        _write_sample(listen, wanted, items)
        return
    about = {"recordings": str(recordings)} if recordings else {"voices": wanted.voices}
    settings = _settings(wanted, "noise", **about)
    with ResultFile(wanted.out, Result, settings, wanted.resume) as file:
        names = {(item.number, item.name) for item in items}
        asked = {(c.bias, c.speed_kph, c.snr) for c in wanted.conditions}
        kept = [r for r in file.known if (r.number, r.name) in names and (r.bias, r.speed_kph, r.snr) in asked]
        new = run_trials(
            items,
            wanted.conditions,
            wanted.setup,
            lambda bias: open_listening_chain(wanted.app, bias, wanted.model, wanted.catalogs),
            kept,
        )
        total = len(items) * len(wanted.conditions)
        results = kept + list(_told(file.add_all(new), len(kept), total, wanted.as_json))
    found = figures_of(results)
    if wanted.page is not None:
        write_text(wanted.page, trials_page(results, settings))
    if wanted.as_json:
        for each in found:
            print_json({"figures": each})
        return
    print_table(HEAD, rows_of(found))


def _items(wanted: _Wanted, recordings: Path | None, limit: int) -> list[Item]:
    """Return what is heard; speaks what was not said yet."""
    from cabin.assembly import open_catalog
    from cabin.bench.noise.items import recorded_items, spoken_items
    from cabin.bench.noise.plan import deal
    from cabin.bench.noise.sentences import draw_commands
    from cabin.bench.noise.spoken import SpeechStore, default_folder
    from cabin.bench.recordings import load_recordings
    from cabin.cli.measuring import progress

    seed = wanted.setup.seed
    if recordings is not None:
        return recorded_items(load_recordings(recordings, limit, seed))
    store = SpeechStore(default_folder())
    catalog = open_catalog(wanted.app.plugins, wanted.catalogs)
    utterances = list(deal(draw_commands(catalog, seed), wanted.voices, seed, limit))
    with progress() as tell:
        store.speak([each.saying for each in utterances], lambda done, of: tell("speaking", done, of))
    return spoken_items(utterances, store)


def _told(results: Iterator[Row] | Any, done: int, total: int, as_json: bool) -> Iterator[Row]:
    """Pass results on with a bar on standard error, and as JSON if wanted."""
    from cabin.cli.measuring import progress
    from cabin.cli.output import print_json

    with progress() as tell:
        for number, result in enumerate(results, done + 1):
            tell("hearing", min(number, total), total)
            if as_json:
                print_json(result)
            yield result


def _chatter(wanted: _Wanted, minutes: float, sentences: Path | None, listen: Path | None) -> None:
    """Hear talk, without and with music, under every condition."""
    from itertools import islice

    from cabin.bench.noise.chatter import Chunk, chatter_figures, mixed_passage, passages, run_chatter
    from cabin.bench.noise.listening import open_listening_chain
    from cabin.bench.noise.page import chatter_page
    from cabin.bench.noise.plan import deal_chatter
    from cabin.bench.noise.results import ResultFile, digest_of
    from cabin.bench.noise.sentences import read_sentences
    from cabin.bench.noise.spoken import SpeechStore, default_folder
    from cabin.cli.output import print_json
    from cabin.errors import Problem, UsageError
    from cabin.quantization.page import write_text

    if sentences is None:
        raise UsageError(Problem("--chatter needs --sentences FILE", hint="A text with a sentence a line."))
    texts = read_sentences(sentences)
    store = SpeechStore(default_folder())
    talk = deal_chatter(texts, wanted.voices, wanted.setup.seed)
    found = passages(talk, store, minutes)
    if listen is not None:
        for passage in islice(found, 1):
            _write(listen, mixed_passage(passage, store, wanted.conditions[0], wanted.setup)[0])
        return
    settings = _settings(wanted, "chatter", voices=wanted.voices, sentences=digest_of({"texts": texts}))
    with ResultFile(wanted.out, Chunk, settings, wanted.resume) as file:
        new = run_chatter(
            list(found),
            store,
            wanted.conditions,
            wanted.setup,
            lambda bias: open_listening_chain(wanted.app, bias, wanted.model, wanted.catalogs),
            file.known,
        )
        total = len(file.known) + round(2 * minutes * len(wanted.conditions))
        chunks = file.known + list(_told(file.add_all(new), len(file.known), total, wanted.as_json))
    if wanted.page is not None:
        write_text(wanted.page, chatter_page(chunks, settings))
    for each in chatter_figures(chunks):
        print_json({"figures": each})


def _write_sample(path: Path, wanted: _Wanted, items: list[Item]) -> None:
    """Write some items under every condition, one after another."""
    import numpy as np

    from cabin.bench.noise.conditions import mixed

    setup = wanted.setup
    loaded = [item.load() for item in items]
    sounds = [
        mixed(speech, condition, setup, item.number, loaded).samples
        for condition in wanted.conditions
        for item, speech in zip(items, loaded, strict=True)
    ]
    _write(path, np.concatenate(sounds))


def _write(path: Path, samples: Any) -> None:
    from cabin.audio.wav import write_wav
    from cabin.cli.output import console

    write_wav(path, samples)
    console(stderr=True).print(f"{path} written, {len(samples) / 16_000:.0f} s.")
