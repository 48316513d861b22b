"""`cabin bench soak`: the daemon under load for hours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option

if TYPE_CHECKING:
    from cabin.bench.soak_journal import Record, Sample

__all__ = ["soak"]

_EPILOG = """\b
Examples:
  cabin bench soak --hours 1
  cabin bench soak --utterances 5000 --out /var/tmp/soak    # the same again goes on where it was stopped
"""


@click.command(epilog=_EPILOG)
@click.option("--hours", type=click.FloatRange(0, min_open=True), help="How long in all.")
@click.option(
    "--utterances", type=click.IntRange(1), help="How many recordings in all; with --hours, whichever ends first."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soak"),
    show_default=True,
    help="The folder for soak.jsonl and soak.html. One that holds a record is gone on with.",
)
@click.option("--speed", type=click.FloatRange(1, 50), default=16.0, show_default=True, help="Times real time.")
@click.option("--sample-every", type=click.IntRange(1), default=25, show_default=True, help="Utterances a sample.")
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    multiple=True,
    help="A folder of wav files to speak instead of the bundled ones; may be given more than once.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The order in which recordings are spoken.")
@json_option
@pass_app
def soak(
    app: App,
    *,
    hours: float | None,
    utterances: int | None,
    out: Path,
    speed: float,
    sample_every: int,
    recordings: tuple[Path, ...],
    seed: int,
    as_json: bool,
) -> None:
    """Feed the daemon recordings faster than real time and sample memory, processor and latency.

    A daemon of its own is started, on the simulated car, with the configuration but no budget. The record is kept as
    it goes: stopped or killed, the same command goes on with it. At the end, and when interrupted, soak.html is drawn.
    Memory should not grow by more than 1 MiB per 1,000 utterances: run it for 5,000 or more to tell.
    """
    import asyncio

    from cabin.bench.soak import SoakPlan, run_soak
    from cabin.bench.soak_journal import read_record
    from cabin.cli.output import print_json

    seconds = hours * 3600 if hours is not None else None
    plan = SoakPlan(
        out / "soak.jsonl", utterances, seconds, speed, sample_every, recordings, seed, environ=dict(app.environ)
    )

    def tell(sample: Sample) -> None:
        if as_json:
            print_json({"bench": "soak", **vars(sample)})
        else:
            _show(sample)

    try:
        asyncio.run(run_soak(plan, tell))
    finally:
        record = read_record(plan.file)
        if record.samples:
            _end(record, out, as_json)


def _show(sample: Sample) -> None:
    to_signal = sample.ms.get("to_signal", {})
    sys.stderr.write(
        f"{sample.t_s / 60:7.1f} min {sample.utterances:7,} utterances {sample.resident_mib:7.1f} MiB"
        f" {to_signal.get('p50', 0):6.0f} / {to_signal.get('p95', 0):.0f} ms\n"
    )
    sys.stderr.flush()


def _end(record: Record, out: Path, as_json: bool) -> None:
    """Draw the page and print what the soak came to."""
    from cabin.bench.soak_page import soak_page, summary, warm_up_of
    from cabin.cli.output import print_json, print_table
    from cabin.quantization.page import write_text

    write_text(out / "soak.html", soak_page(record))
    if as_json:
        last, growth = record.samples[-1], record.growth(warm_up_of(record))
        told = {
            "utterances": record.utterances,
            "hours": round(record.seconds / 3600, 4),
            "resident_mib": last.resident_mib,
            "rss_mib": last.rss_mib,
            "growth_mib_per_1000": vars(growth) if growth is not None else None,
            "page": out / "soak.html",
        }
        print_json({"bench": "soak", "end": True, **told})
    else:
        print_table(("what", "value"), [*summary(record), ("page", str(out / "soak.html"))])
