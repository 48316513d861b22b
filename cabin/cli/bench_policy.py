"""`cabin bench policy`: random commands in random states by every path, and no write that the policy forbids."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import console, only_errors, print_json, print_table, use_colour

if TYPE_CHECKING:
    from cabin.bench.policy_bench import PolicyResult
    from cabin.catalog.schema import Catalog

__all__ = ["policy"]

_EPILOG = """\b
Examples:
  cabin bench policy --pairs 10000
  cabin bench policy --pairs 100000 --seed 7 --json
"""


@click.command(epilog=_EPILOG)
@click.option("--pairs", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same pairs.")
@json_option
@catalog_option
@pass_app
def policy(app: App, *, pairs: int, seed: int, as_json: bool, catalogs: tuple[Path, ...]) -> None:
    """Do random things in random states of the simulated car; check each write against a second reading of the policy.

    Commands, several at once, sentences, answers, undo, short sentences that refer back, plugins' own writes; the state
    changes after verdicts and between writes, and the policy is reloaded in between (a stricter one by turns). Exit
    code 1 when a write that the policy forbids reached the car; the first twenty are shown.
    """
    from cabin.assembly import open_catalog
    from cabin.bench.policy_bench import run_pairs
    from cabin.vehicle.policy import check_rule_sets
    from cabin.vehicle.policy_file import BUILT_IN_POLICY, load_policy

    catalog = open_catalog(app.plugins, catalogs)
    file = app.config_file("policy.yaml") or BUILT_IN_POLICY
    check_rule_sets(load_policy(file), catalog)

    def progress(done: int) -> None:
        if use_colour(sys.stderr):
            sys.stderr.write(f"\r{done:,} of {pairs:,}{'' if done < pairs else chr(10)}")

    if not app.verbose:  # what is refused and cannot be read is what this is about
        click.get_current_context().with_resource(only_errors())
    with tempfile.TemporaryDirectory(prefix="cabin-policy-") as folder:
        stricter = Path(folder) / "policy.yaml"
        stricter.write_text(file.read_text(encoding="utf-8").replace("above: 3}", "above: 1}"), encoding="utf-8")
        result = run_pairs(catalog, [file, stricter], _car(app, catalog), pairs, seed, progress)
    _show(result, as_json)
    if result.forbidden:
        sys.exit(1)


def _car(app: App, catalog: Catalog) -> Any:
    """Return a simulated car whose actuators arrive at once, so that no time is spent on their way."""
    specs = {path: dataclasses.replace(spec, rate_per_s=None) for path, spec in catalog.signals.items()}
    factory = app.plugins.vehicles.get("simulated", "cabin bench policy")
    return app.plugins.call(factory, specs, {"latency_ms": 0})


def _show(result: PolicyResult, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    rows = [(name, result.by_path[name], result.writes_by_path[name]) for name in result.by_path]
    print_table(("path", "pairs", "writes"), sorted(rows))
    show = console()
    style = "green" if not result.forbidden else "red"
    statuses = ", ".join(f"{name} {count:,}" for name, count in result.statuses.most_common())
    show.print(f"{result.pairs:,} pairs, {result.writes:,} writes, {result.shifts:,} changes at bad moments, ", end="")
    show.print(f"{result.reloads:,} reloads, {result.seconds:.0f} s; {statuses}")
    show.print(f"[{style}]{result.forbidden:,} forbidden writes[/{style}]")
    for each in result.violations:
        show.print(
            f"  pair {each.pair} ({each.path}): {each.command} wrote {each.signal} = {each.value!r}: {each.rule}"
        )
