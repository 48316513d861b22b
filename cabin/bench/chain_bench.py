"""How long each stage of the chain takes on the bundled recordings, as one JSON object.

taskset --cpu-list 0 python -m cabin.bench.chain_bench [--model DIR] [--rounds N]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App
from cabin.cli.options import model_option, open_app_chain
from cabin.cli.output import print_error, print_json
from cabin.demo.player import DemoResult, peak_memory_mib, play, stage_times
from cabin.errors import CabinError

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.demo.script import DemoEntry

__all__ = ["ChainFigures", "measure_chain"]


@dataclass(frozen=True)
class ChainFigures:
    """What was measured."""

    recordings: int
    rounds: int
    right: int
    """Recordings that came out as they must, in the worst round."""
    ready_s: float
    """From here to everything loaded; the interpreter's own start is not in it."""
    ms: Mapping[str, Mapping[str, float]]
    """Stage -> p50 and p95 in milliseconds, wall clock, over all utterances of all rounds."""
    peak_memory_mib: float


def measure_chain(chain: Chain, entries: Sequence[DemoEntry], rounds: int = 3) -> ChainFigures:
    """Play every recording `rounds` times, after one that is not counted."""
    begun_s = time.perf_counter()
    chain.load()
    ready_s = time.perf_counter() - begun_s
    list(play(chain, entries[:1]))
    results: list[DemoResult] = []
    right = len(entries)
    for _ in range(rounds):
        played = list(play(chain, entries))
        right = min(right, sum(not result.differences for result in played))
        results += played
    ms = {each.stage: {"p50": round(each.p50_ms, 2), "p95": round(each.p95_ms, 2)} for each in stage_times(results)}
    return ChainFigures(len(entries), rounds, right, round(ready_s, 2), ms, round(peak_memory_mib(), 1))


@click.command(help="Time every stage of the chain on the bundled recordings; print one JSON object.")
@model_option
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How often each is played.")
def main(model: Path | None, rounds: int) -> None:
    """Measure and print."""
    from cabin.demo.script import load_script

    try:
        chain = open_app_chain(App(), model)
        try:
            print_json({"bench": "chain"} | vars(measure_chain(chain, load_script(), rounds)))
        finally:
            chain.close()
    except CabinError as error:
        print_error(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
