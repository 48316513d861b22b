"""`cabin bench recordings`: people's recordings through the whole chain, in noise, scored against their labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option, model_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.bench.recordings_run import Result
    from cabin.chain import Chain

__all__ = ["recordings"]

_LEVELS = "quiet,24,21,18,15,12,9,6"
_NOISE_FILE = "kitchen_noise.flac"
_EPILOG = """\b
Examples:
  cabin bench recordings --recordings DIR --catalog examples/coffee/catalog --model none
  cabin bench recordings --recordings DIR --snr quiet,6 --bias off,strong --limit 20 --out r.jsonl --resume
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--recordings",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help='Sound files, and labels.jsonl: {"file", "intent", "slots"} a line; intent null: nothing is asked for.',
)
@click.option("--snr", "snrs", default=_LEVELS, show_default=True, help="Levels: quiet, or dB above the noise.")
@click.option("--bias", "biases", default="off,light,strong", show_default=True, help="Leanings to the catalog.")
@click.option(
    "--noise",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Mixed in by its loudest 0.1 s under the speech's; default: {_NOISE_FILE} of the folder.",
)
@click.option("--limit", type=click.IntRange(1), help="Take only so many recordings, drawn by the seed.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the draw and of the noise's excerpts.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write results here as they come.")
@click.option("--resume", is_flag=True, help="Keep what --out holds and go on from there.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page: plot and errors.")
@model_option
@catalog_option
@json_option
@pass_app
def recordings(
    app: App,
    *,
    folder: Path,
    snrs: str,
    biases: str,
    noise: Path | None,
    limit: int | None,
    seed: int,
    out: Path | None,
    resume: bool,
    page: Path | None,
    model: Path | None,
    catalogs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Play labelled recordings through the whole chain and count the orders that came out right.

    An order counts when intent and every slot are right and nothing else was understood in the recording.
    """
    from cabin.audio.wav import read_sound
    from cabin.bench.recordings import QUIET, load_recordings
    from cabin.bench.recordings_report import figures, mean_in_noise, table_head, table_rows, write_page
    from cabin.bench.recordings_run import Setting, run

    levels, leanings = _levels(snrs), _leanings(biases)
    chosen = load_recordings(folder, limit, seed)
    default = folder / _NOISE_FILE
    file = noise or (default if default.is_file() else None)
    samples = read_sound(file).samples if file is not None and any(level != QUIET for level in levels) else None
    settings = [Setting(bias, level) for bias in leanings for level in levels]
    known = _known(out, resume)
    wanted = {(each.file.name, setting) for each in chosen for setting in settings}
    results = [result for result in known if (result.file, Setting(result.bias, result.snr)) in wanted]

    def open_chain(bias: str) -> Chain:
        return _open_chain(app, bias, model, catalogs)

    results += _told(run(chosen, settings, open_chain, samples, seed=seed, known=known), len(wanted), len(results), out)
    found = figures(results)
    means = {bias: mean_in_noise(found, bias) for bias in leanings}
    if page is not None:
        write_page(page, results)
    if as_json:
        for each in found:
            print_json(each)
        print_json({"mean_in_noise_percent": means})
        return
    print_table(table_head(), table_rows(found))
    for bias, mean in means.items():
        if mean is not None:
            console().print(f"{bias}: {mean:.2f} % right, mean over the levels of noise")


def _told(results: Iterable[Result], total: int, done: int, out: Path | None) -> list[Result]:
    """Collect results with a bar on standard error, and write each to the file as it comes."""
    from cabin.bench.recordings_run import result_line
    from cabin.cli.measuring import progress

    collected: list[Result] = []
    stream = out.open("a", encoding="utf-8") if out is not None else None
    try:
        with progress() as tell:
            for number, result in enumerate(results, done + 1):
                tell(f"bias {result.bias}, {result.snr}", number, total)
                collected.append(result)
                if stream is not None:
                    stream.write(result_line(result) + "\n")
                    stream.flush()
    finally:
        if stream is not None:
            stream.close()
    return collected


def _known(out: Path | None, resume: bool) -> list[Result]:
    """Return the results in the file when they are to be kept; raises UsageError rather than mix two runs."""
    from cabin.bench.recordings_run import read_results, result_line
    from cabin.errors import Problem, UsageError

    if out is None:
        if resume:
            raise UsageError(Problem("--resume needs --out FILE", hint="It keeps the results that the file holds."))
        return []
    known = read_results(out) if resume else []
    if out.exists() and not resume and out.stat().st_size:
        hint = "Give --resume to go on, or another --out."
        raise UsageError(Problem("there are results already", str(out), hint=hint))
    if known:
        from cabin.whole_file import write_whole

        # A line that was cut off is dropped, or the next would be written onto its end.
        write_whole(out, "".join(f"{result_line(each)}\n" for each in known))
    return known


def _open_chain(app: App, bias: str, model: Path | None, catalogs: tuple[Path, ...]) -> Chain:
    """Make the chain of the configuration with another leaning."""
    from cabin.assembly import open_chain

    recognizer = app.config.recognizer
    strength = cast("Literal['off', 'light', 'strong']", bias)
    config = dataclasses.replace(
        app.config,
        recognizer=dataclasses.replace(recognizer, bias=dataclasses.replace(recognizer.bias, strength=strength)),
    )
    return open_chain(
        app.plugins,
        config,
        app.vehicle_config,
        policy_file=app.config_file("policy.yaml"),
        model=model,
        catalogs=catalogs,
        model_dir=app.model_dir,
    )


def _levels(text: str) -> list[str]:
    """Return the levels of --snr, each once. Raises UsageError."""
    from cabin.bench.recordings import QUIET
    from cabin.errors import Problem, UsageError

    levels = []
    for part in text.split(","):
        level = part.strip()
        if level != QUIET:
            try:
                number = float(level)
            except ValueError:
                number = float("nan")
            if not -60 <= number <= 120:
                raise UsageError(
                    Problem("not a level of noise", "--snr", repr(level), f"{QUIET} or decibels: {_LEVELS}")
                )
            level = f"{number:g}"
        levels.append(level)
    return list(dict.fromkeys(levels))


def _leanings(text: str) -> list[str]:
    """Return the leanings of --bias, each once. Raises UsageError."""
    from typing import get_args, get_type_hints

    from cabin.errors import Problem, UsageError, nearest
    from cabin.speech.bias import BiasConfig

    names = get_args(get_type_hints(BiasConfig)["strength"])
    chosen = [part.strip() for part in text.split(",")]
    for name in chosen:
        if name not in names:
            raise UsageError(
                Problem(f"no such leaning: {name!r}", "--bias", expected=", ".join(names), hint=nearest(name, names))
            )
    return list(dict.fromkeys(chosen))
