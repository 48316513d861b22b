"""`cabin model compare`: number formats side by side, and which one a budget should take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.measuring import check_source, held_back, measure_bench, measuring_options, progress, sensitivity_of
from cabin.cli.model_build import need_build_extra
from cabin.cli.options import json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.quantization.comparison import Budget, Entry, Recommendation

__all__ = ["compare"]

_SENSITIVITY_SENTENCES = 100


@click.command(
    epilog="\b\nExamples:\n  cabin model compare build/fp32 --budget config/budgets/headunit.yaml --html pareto.html\n"
    "  cabin model compare build/fp32 --schemes int8-channel,int4-group32-mse,mixed-50 --json"
)
@click.argument("source", metavar="FP32_FOLDER", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--schemes",
    default="",
    metavar="NAME,NAME,...",
    help="What to measure: FORMAT-GRANULARITY[-affine][-mse|-pN], or mixed-N: N % of what few bits everywhere would "
    "save. Default: eleven that show what each choice costs.",
)
@click.option(
    "--mix",
    default="int8-channel,int4-group32",
    show_default=True,
    metavar="HIGH,LOW",
    help="The two formats of mixed-N.",
)
@click.option(
    "--budget",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of config/budgets: recommend a scheme that keeps it.",
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the comparison as a page with plots."
)
@measuring_options(300)
@json_option
@pass_app
def compare(
    app: App,
    /,
    source: Path,
    schemes: str,
    mix: str,
    budget: Path | None,
    html: Path | None,
    as_json: bool,
    **rest: Any,
) -> None:
    """Measure number formats beside FP32: function against bytes and against milliseconds, Pareto front marked.

    Each result is kept: after Ctrl-C the same command goes on, and a scheme more costs only itself. Exit code 1 when a
    budget is given and no scheme keeps it.
    """
    need_build_extra("onnx")
    from cabin.quantization.comparing import DEFAULT_SCHEMES, parse_wanted
    from cabin.quantization.comparison import recommend
    from cabin.quantization.comparison_page import comparison_page
    from cabin.quantization.page import check_writable, write_text

    wanted = parse_wanted(schemes or DEFAULT_SCHEMES)
    limits = _limits(budget) if budget is not None else None
    check_writable(html, "--html")
    entries = _measure(app, source, wanted, mix, rest)
    chosen = recommend(entries, limits) if limits is not None else None
    if html is not None:
        write_text(html, comparison_page(str(source), entries, chosen))
    if as_json:
        _print_json(entries, chosen)
    else:
        _print(entries, chosen)
    if chosen is not None and chosen.scheme is None:
        from cabin.errors import BudgetError, Problem

        raise BudgetError(Problem(chosen.reason, str(budget), hint="Allow more, or train a smaller model."))


def _limits(file: Path) -> Budget:
    """Read a budget file. Raises ConfigError with all its mistakes."""
    from cabin.config import load_budgets
    from cabin.quantization.comparison import Budget

    keep = load_budgets(file).value
    return Budget(
        keep.model_mb,
        keep.parser_p50_ms,
        keep.parser_p95_ms,
        keep.model_resident_mib,
        keep.model_function_percent,
        keep.model_function_lost,
    )


def _measure(app: App, source: Path, wanted: Any, mix: str, options: dict[str, Any]) -> list[Entry]:
    """Measure what is not kept from an earlier run."""
    from functools import cache

    from cabin.cli.model_quantize import two_schemes
    from cabin.errors import Problem, UsageError
    from cabin.quantization.comparing import compare_schemes
    from cabin.quantization.sensitivity import Sensitivity
    from cabin.slm.evaluation import cases_of, read_gold

    high, low = two_schemes(mix)
    check_source(source)
    if not options["sentences"] and options["gold"] is None:
        raise UsageError(Problem("a comparison needs sentences", "--sentences", "0", "1 or more"))
    with progress() as tell:
        cases = read_gold(options["gold"]) if options["gold"] else []
        has_mixture = any(each.scheme is None for each in wanted)
        drawn = 0 if cases and not has_mixture else max(options["sentences"], _SENSITIVITY_SENTENCES)
        tell("reading the catalogs' sentences" if drawn else "reading", 0, 1)
        examples = held_back(app, options["catalogs"], drawn, options["seed"]) if drawn else []
        bench = measure_bench(app, cases or cases_of(examples[: options["sentences"]]), options["backend"], tell)

        @cache
        def sensitivity() -> Sensitivity:
            return sensitivity_of(app, source, examples[:_SENSITIVITY_SENTENCES], high, low, bench)

        return compare_schemes(source, wanted, bench, sensitivity, f"{high.name},{low.name}")


def _print_json(entries: list[Entry], chosen: Recommendation | None) -> None:
    from dataclasses import asdict

    from cabin.quantization.comparison import front

    by_size, by_time = front(entries, "mb"), front(entries, "relative_ms")
    rows = [
        {**asdict(each), "front_by_size": each.scheme in by_size, "front_by_time": each.scheme in by_time}
        for each in entries
    ]
    print_json({"schemes": rows, "recommendation": chosen.to_json() if chosen is not None else None})


def _print(entries: list[Entry], chosen: Recommendation | None) -> None:
    from cabin.quantization.comparison import front
    from cabin.quantization.comparison_page import COLUMNS, rows_of

    by_size, by_time = front(entries, "mb"), front(entries, "relative_ms")
    marks = [
        " ".join(mark for mark, on in (("bytes", e.scheme in by_size), ("time", e.scheme in by_time)) if on)
        for e in entries
    ]
    rows = [(*row, mark) for row, mark in zip(rows_of(entries), marks, strict=True)]
    print_table((*COLUMNS, "on the front by"), rows)
    if chosen is not None and chosen.scheme is not None:
        console().print(f"recommended: {chosen.scheme}; {chosen.reason}")
