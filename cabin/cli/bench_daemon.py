"""`cabin bench daemon`: start, latency, silence and memory of the running daemon."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option

__all__ = ["daemon"]

_EPILOG = """\b
Examples:
  cabin bench daemon
  cabin bench daemon --part start --part latency --source file
  cabin bench daemon --json > daemon.json
"""

BUSY_PERCENT = 10.0
"""From here on it is told that others had the processor."""


@click.command(epilog=_EPILOG)
@click.option(
    "--part",
    "parts",
    type=click.Choice(["start", "latency", "silence", "memory"]),
    multiple=True,
    help="Measure only this; may be given more than once.",
)
@click.option(
    "--source",
    type=click.Choice(["microphone", "file"]),
    default="microphone",
    show_default=True,
    help="What is spoken into: a virtual microphone (PulseAudio), or nothing: the daemon plays files.",
)
@click.option("--starts", type=click.IntRange(1), default=5, show_default=True, help="How often it is started.")
@click.option("--rounds", type=click.IntRange(1), default=2, show_default=True, help="How often all is spoken.")
@click.option("--silence", type=click.FloatRange(1), default=60.0, show_default=True, help="Seconds of silence.")
@click.option("--utterances", type=click.IntRange(1), default=1000, show_default=True, help="Before memory is read.")
@click.option("--speed", type=click.FloatRange(1, 50), default=16.0, show_default=True, help="These, times real time.")
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    multiple=True,
    help="A folder of wav files to speak instead of the bundled ones; may be given more than once.",
)
@json_option
@pass_app
def daemon(
    app: App,
    *,
    parts: tuple[str, ...],
    source: str,
    starts: int,
    rounds: int,
    silence: float,
    utterances: int,
    speed: float,
    recordings: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Measure the daemon: start to READY, spoken command to signal, processor in silence, memory.

    Daemons of its own are started, with the configuration and on the simulated car; one that runs is not touched. All
    of it takes some ten minutes. Measure on an idle machine: how much others had of the processor is told.
    """
    import asyncio

    from cabin.bench.daemon_bench import PARTS, DaemonPlan, Part, Source, measure_daemon
    from cabin.cli.output import print_json

    wanted = cast("tuple[Part, ...]", parts) or PARTS
    environ = dict(app.environ)
    chosen = cast("Source", source)
    plan = DaemonPlan(wanted, chosen, starts, rounds, silence, utterances, speed, recordings, environ=environ)

    def tell(text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    measured = asyncio.run(measure_daemon(plan, tell))
    if as_json:
        print_json({"bench": "daemon", **measured})
    else:
        _show(measured)


def _show(measured: dict[str, Any]) -> None:
    from cabin.bench.daemon_bench import TARGETS, verdict
    from cabin.cli.output import print_table

    rows = []
    for key, value in measured["figures"].items():
        target = TARGETS.get(key)
        asked = (f"{target.least:g}", f"{target.aim:g}", target.meaning) if target is not None else ("", "", "")
        rows.append((key, f"{value:.4g}", asked[0], asked[1], verdict(key, value), asked[2]))
    print_table(("figure", "measured", "at least", "aim", "verdict", "what"), rows)
    print_table(("detail", "value"), [(key, _text(value)) for key, value in measured["details"].items()])
    if measured["details"]["waited_percent"] >= BUSY_PERCENT:
        sys.stdout.write(
            f"Other programs had the processor for {measured['details']['waited_percent']:g} % of the time that the "
            "daemon wanted it:\ntimes are those of a busy machine. Processor time and memory are not much touched.\n"
        )
        sys.stdout.flush()


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
