"""`cabin bench faults`: break a running daemon in every way we know, and see what holds."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.bench.faults.fault import Fault, Result

__all__ = ["faults"]

_EPILOG = """\b
Examples:
  cabin bench faults --list
  cabin bench faults --only workers --only "clock steps"
  cabin bench faults --out faults.jsonl --resume --page docs/reliability.md
"""


@click.command(epilog=_EPILOG)
@click.option("--list", "lists", is_flag=True, help="List the faults; break nothing.")
@click.option("--only", multiple=True, metavar="WORD", help="Those whose name or family holds this (repeatable).")
@click.option("--quick", is_flag=True, help="A few of each family, for continuous integration.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Keep results here as they come.")
@click.option("--resume", is_flag=True, help="Run only what --out does not hold yet, or holds as broken.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write the page of results here.")
@click.option("--note", default="", help="What the page is to say of the machine.")
@json_option
@pass_app
def faults(
    app: App,
    *,
    lists: bool,
    only: tuple[str, ...],
    quick: bool,
    out: Path | None,
    resume: bool,
    page: Path | None,
    note: str,
    as_json: bool,
) -> int:
    """Break a running daemon in every way we know, and see what holds.

    Starts `cabin run` with a virtual microphone and the simulated car, in processes and folders of its own; nothing
    that runs on this machine is touched. Ends with 1 when anything did not hold.
    """
    from cabin.bench.faults.families import all_faults
    from cabin.bench.faults.page import write_page
    from cabin.bench.faults.running import chosen, load_results, run_faults, save_results, wrapped_factories
    from cabin.errors import Problem, UsageError

    every = all_faults()
    picked = chosen(every, only, quick)
    if lists:
        _list(picked, as_json)
        return 0
    if resume and out is None:
        raise UsageError(Problem("--resume needs --out", hint="Name the file that holds the results."))
    results = load_results(out) if out is not None and resume else {}
    left = [fault for fault in picked if fault.name not in results or not results[fault.name].held]

    def take(result: Result) -> None:
        results[result.name] = result
        if out is not None:
            save_results(out, list(results.values()))
        _tell(result, as_json)

    for number in (signal.SIGINT, signal.SIGTERM):  # so that no daemon is left behind, even by a run in the background
        signal.signal(number, signal.default_int_handler)
    run_faults(left, wrapped_factories(app), take)
    ordered = [results[fault.name] for fault in every if fault.name in results]
    if page is not None:
        write_page(page, ordered, note)
    held = sum(result.held for result in ordered)
    skipped = sum(bool(result.skipped) for result in ordered)
    console(stderr=True).print(f"{held} of {len(ordered) - skipped} kinds held, {skipped} not run here")
    return 0 if held + skipped == len(ordered) else 1


def _list(faults: list[Fault], as_json: bool) -> None:
    if as_json:
        for fault in faults:
            print_json({"name": fault.name, "family": fault.family, "holds": fault.holds, "quick": fault.is_quick})
        return
    rows = [(fault.family, fault.name, fault.holds) for fault in faults]
    print_table(("family", "fault", "what must hold"), rows, f"{len(rows)} faults")


def _tell(result: Result, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    word = f"not run: {result.skipped}" if result.skipped else ("held" if result.held else "DID NOT HOLD")
    seconds = "" if result.recovery_s is None else f"{result.recovery_s:.1f} s"
    console().print(f"{result.name}: {word} {seconds}".rstrip(), markup=False)
    for claim in result.broken:
        console().print(f"    not so: {claim.what} ({claim.seen})", markup=False)
