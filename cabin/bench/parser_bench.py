"""How long the intent parser takes for a sentence, as one JSON object.

    taskset --cpu-list 0 python -m cabin.bench.parser_bench [--model DIR] [--rounds N] [--backend NAME|all]

The sentences are of twelve words, which is what the budget is stated for (config/budgets/headunit.yaml).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App
from cabin.cli.options import model_option
from cabin.cli.output import print_error, print_json
from cabin.demo.player import peak_memory_mib
from cabin.errors import CabinError

if TYPE_CHECKING:
    from cabin.chain import Parser

__all__ = ["SENTENCES", "ParserFigures", "measure_parser"]

SENTENCES = (
    "could you please set the temperature on my side to twenty two",
    "i would like you to open the rear left window about halfway",
    "please turn the heating of the passenger seat up to level three",
    "let us go and find the nearest gas station on our route",
    "turn the volume of the music down a little bit for me",
    "switch off the fog lights and then turn on the high beams",
    "it is getting really cold in here could you do something please",
    "tell me how many kilometers we can still drive with this battery",
    "do you think that it will rain in the mountains next weekend",
    "she said that the window at home was open all day yesterday",
)
"""Commands, two commands in one breath, a wish, a question about the car, one about the world, and chatter."""


@dataclass(frozen=True)
class ParserFigures:
    """What was measured; milliseconds of one parse, wall clock."""

    sentences: int
    rounds: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    peak_memory_mib: float
    """Of the whole process, the interpreter and all plugins included."""


def measure_parser(parser: Parser, sentences: Sequence[str] = SENTENCES, rounds: int = 20) -> ParserFigures:
    """Parse every sentence `rounds` times, after one round that is not counted."""
    import numpy as np

    times = []
    for round_ in range(rounds + 1):
        for sentence in sentences:
            begun_s = time.perf_counter()
            parser.parse(sentence)
            if round_:
                times.append((time.perf_counter() - begun_s) * 1000)
    p50, p95 = (round(float(np.percentile(times, percent)), 2) for percent in (50, 95))
    return ParserFigures(len(sentences), rounds, p50, p95, round(max(times), 2), round(peak_memory_mib(), 1))


@click.command(help="Time the intent parser on sentences of twelve words; print one JSON object.")
@model_option
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True, help="How often each is parsed.")
@click.option("--backend", "names", multiple=True, metavar="NAME|all", help="Compare engines, each in its own process.")
def main(model: Path | None, rounds: int, names: tuple[str, ...]) -> None:
    """Measure and print."""
    app = App()
    try:
        print_json(_compare(app, model, rounds, names) if names else _measure(app, model, rounds))
    except CabinError as error:
        print_error(error)
        sys.exit(error.exit_code)


def _measure(app: App, model: Path | None, rounds: int) -> dict[str, Any]:
    from cabin.assembly import open_catalog, open_parser

    parser = open_parser(app.plugins, app.config, open_catalog(app.plugins), model, app.model_dir)
    return {"bench": "parser"} | vars(measure_parser(parser, rounds=rounds))


def _compare(app: App, model: Path | None, rounds: int, names: tuple[str, ...]) -> dict[str, Any]:
    from cabin.bench.backend_bench import measure_backends

    registered = app.plugins.inference_backends
    wanted = registered.names() if "all" in names else [registered.get(name, "--backend").name for name in names]
    folder, threads = model or app.model_dir(app.config.parser.model), app.config.parser.threads
    found, left_out = measure_backends(folder, wanted, SENTENCES, app.environ, rounds=rounds, threads=threads)
    figures = {name: vars(each) for name, each in found.items()}
    return {"bench": "backends", "rounds": rounds, "backends": figures, "left_out": left_out}


if __name__ == "__main__":
    main()
