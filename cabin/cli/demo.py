"""`cabin demo`: the bundled recordings through the whole chain, against the simulated car."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option, model_option, open_app_chain
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from cabin.demo.player import DemoResult

__all__ = ["demo"]

_EPILOG = """\b
Examples:
  cabin demo
  cabin demo --html demo.html
  cabin demo --json | jq .reply
"""


@click.command(epilog=_EPILOG)
@json_option
@model_option
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the same as a page of its own.")
@pass_app
def demo(app: App, *, as_json: bool, model: Path | None, html: Path | None) -> None:
    """Play bundled recordings through the whole chain: what was heard, understood, done or refused, and why.

    Exit code 1 when anything is not as it must be.
    """
    from cabin.demo.player import peak_memory_mib, play, stage_times
    from cabin.demo.script import load_script

    entries = load_script()
    chain = open_app_chain(app, model)
    show = console()
    results: list[DemoResult] = []
    try:
        chain.load()
        for result in play(chain, entries):
            results.append(result)
            if as_json:
                print_json(_result_json(result))
            else:
                _print_result(show, result)
    finally:
        chain.close()
    times, peak_mib = stage_times(results), peak_memory_mib()
    right = sum(not result.differences for result in results)
    if as_json:
        stages = {each.stage: {"p50": round(each.p50_ms, 2), "p95": round(each.p95_ms, 2)} for each in times}
        summary = {"right": right, "recordings": len(results), "ms": stages, "peak_memory_mib": round(peak_mib, 1)}
        print_json({"summary": summary})
    else:
        _print_summary(show, results, peak_mib)
    if html is not None:
        from cabin.demo.page import write_page

        write_page(html, results, times, peak_mib)
        click.echo(f"written: {html}", err=True)
    if right < len(results):
        sys.exit(1)


def _result_json(result: DemoResult) -> dict[str, Any]:
    from cabin.cli.turns import turn_json

    return {
        "recording": result.entry.file.name,
        "said": result.entry.text,
        "right": not result.differences,
        "differences": result.differences,
        "turns": [turn_json(turn, str(result.entry.file)) for turn in result.turns],
    }


def _print_result(show: Console, result: DemoResult) -> None:
    from rich.markup import escape

    from cabin.cli.turns import print_turn

    mark = "[red]wrong[/red]" if result.differences else "[green]right[/green]"
    entry = result.entry
    around = [f"{path.rpartition('.')[2]} {value}" for path, value in entry.car.items()]
    around += [f"noise at {entry.noise['snr_db']:g} dB"] if "snr_db" in entry.noise else []
    told = f"  [dim]{escape(', '.join(around))}[/dim]" if around else ""
    show.print(f'{mark}  [bold]{escape(entry.file.name)}[/bold]  "{escape(entry.text)}"{told}')
    for turn in result.turns:
        print_turn(show, turn)
    for difference in result.differences:
        show.print(f"  [red]but[/red]         {escape(difference)}")
    show.print()


def _print_summary(show: Console, results: list[DemoResult], peak_mib: float) -> None:
    from cabin.cli.turns import command_text
    from cabin.demo.player import stage_times

    rows = []
    for result in results:
        wanted = result.entry.refused or ", ".join(each.intent for each in result.entry.expect)
        got = [command_text(each) for turn in result.turns for each in turn.parse.commands]
        got += [turn.parse.refused for turn in result.turns if turn.parse.refused is not None]
        statuses = [outcome.status for turn in result.turns for outcome in turn.outcomes] or ["refused"]
        total = sum(turn.ms.get("total", 0.0) for turn in result.turns)
        right = "wrong" if result.differences else "right"
        rows.append((result.entry.file.stem, wanted, ", ".join(got), ", ".join(statuses), f"{total:.0f}", right))
    print_table(("recording", "expected", "got", "outcome", "ms", ""), rows)
    show.print()
    stages = [(each.stage, f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}") for each in stage_times(results)]
    print_table(("stage", "p50 ms", "p95 ms"), stages)
    right_count = sum(not result.differences for result in results)
    show.print(f"\n{right_count} of {len(results)} as they must be; peak memory {peak_mib:.0f} MiB")
