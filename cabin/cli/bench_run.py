"""`cabin bench run`: scenarios."""

from __future__ import annotations

import fnmatch
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option, model_option
from cabin.cli.output import console, print_json

if TYPE_CHECKING:
    from cabin.scenarios.cases import Case
    from cabin.scenarios.changes import Change
    from cabin.scenarios.result import CaseResult

__all__ = ["run"]

_EPILOG = """\b
Examples:
  cabin bench run scenarios
  cabin bench run scenarios --only "unsafe/*" --junit unsafe.xml
  cabin bench run scenarios --jobs 2 --html report.html --out build/scenarios
"""


@click.command(epilog=_EPILOG)
@click.argument("places", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True, metavar="PLACE...")
@click.option("--only", "patterns", multiple=True, metavar="PATTERN", help="Cases by name, with * (repeatable).")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Scenarios with this tag (repeatable).")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other draws.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes side by side.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Keep results here, and go on from them.")
@click.option("--again", is_flag=True, help="With --out: run all anew, and tell what is different from before.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML for CI.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to look at and listen to.")
@click.option("--list", "only_list", is_flag=True, help="List the cases and end.")
@model_option
@catalog_option
@json_option
@pass_app
def run(
    app: App,
    places: tuple[Path, ...],
    patterns: tuple[str, ...],
    tags: tuple[str, ...],
    seed: int,
    jobs: int,
    out: Path | None,
    again: bool,
    junit: Path | None,
    html: Path | None,
    only_list: bool,
    model: Path | None,
    catalogs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Play the scenarios of each PLACE (a YAML file or a folder) against the simulated car, and check what must hold.

    Time is the car's own, so minutes take milliseconds. The same seed gives the same results. Exit code 1 when
    something did not hold; Ctrl-C keeps what is done where there is --out, and the same command goes on.
    """
    import tempfile

    cases = _chosen(places, patterns, tags, seed)
    if only_list:
        for case in cases:
            sys.stdout.write(f"{case.name}\n")
        return
    from cabin.quantization.page import check_writable

    check_writable(junit, "--junit")
    check_writable(html, "--html")
    if out is not None:
        _run(app, cases, out, again, jobs, model, catalogs, junit, html, as_json)
        return
    with tempfile.TemporaryDirectory(prefix="cabin-bench-") as folder:
        _run(app, cases, Path(folder), False, jobs, model, catalogs, junit, html, as_json)


def _chosen(places: tuple[Path, ...], patterns: tuple[str, ...], tags: tuple[str, ...], seed: int) -> list[Case]:
    from cabin.errors import Problem, UsageError
    from cabin.scenarios.cases import cases_of
    from cabin.scenarios.reading import find_scenarios

    cases = [case for file in find_scenarios(places) for case in cases_of(file, seed)]
    known = {tag for case in cases for tag in case.scenario.tags}
    chosen = [
        case
        for case in cases
        if (not patterns or any(fnmatch.fnmatchcase(case.name, pattern) for pattern in patterns))
        and (not tags or set(tags) & set(case.scenario.tags))
    ]
    if not chosen:
        seen = " ".join([*patterns, *tags])
        raise UsageError(
            Problem("no case is left", "--only, --tag", seen, f"tags: {', '.join(sorted(known)) or 'none'}")
        )
    return chosen


def _run(
    app: App,
    cases: list[Case],
    out: Path,
    again: bool,
    jobs: int,
    model: Path | None,
    catalogs: tuple[Path, ...],
    junit: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    from cabin.scenarios.changes import changes_since, read_results
    from cabin.scenarios.junit import junit_xml
    from cabin.scenarios.report import report_page
    from cabin.scenarios.run import RESULTS, RunOptions, run_cases
    from cabin.whole_file import write_whole

    kept, last = out / RESULTS, out / f"last-{RESULTS}"
    if again and kept.is_file():
        shutil.move(kept, last)
    before = read_results(last) if last.is_file() else []
    options = RunOptions(out, jobs, model, catalogs, app.environ)
    results = run_cases(cases, options, lambda result: _tell(result, as_json))
    changes = list(changes_since(before, results)) if before else []
    if junit is not None:
        write_whole(junit, junit_xml(results))
    if html is not None:
        write_whole(html, report_page(results, changes, out / "sounds"))
    if not as_json:
        _sum_up(results, changes)
    if not all(result.has_passed for result in results):
        raise SystemExit(1)


def _tell(result: CaseResult, as_json: bool) -> None:
    if as_json:
        print_json(result.to_json())
    elif not result.has_passed:
        from rich.markup import escape

        console().print(f"[red]failed[/red]  {escape(result.case)}: {escape(result.about)}")
        for failure in result.failures:
            console().print(f"        {escape(str(failure))}")


def _sum_up(results: list[CaseResult], changes: list[Change]) -> None:
    from rich.markup import escape

    for change in changes:
        console().print(f"{change.kind}  {escape(change.case)}: {escape(change.what)}")
    failed = sum(not result.has_passed for result in results)
    car_s, wall_s = sum(r.car_s for r in results), sum(float(r.times.get("wall_ms", 0.0)) for r in results) / 1000
    told = f"{len(results) - failed} of {len(results)} cases passed"
    console().print(f"{told}; {car_s:.0f} s in the car, {wall_s:.1f} s here")
