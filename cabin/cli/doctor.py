"""`cabin doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import sys

import click

from cabin.cli.app import App, pass_app
from cabin.cli.output import print_json, use_colour

__all__ = ["doctor"]

_COLOURS = {"ok": "32", "warn": "33", "fail": "31"}


@click.command(
    epilog="\b\nExamples:\n  cabin doctor\n  cabin doctor --json\n  cabin doctor --budget headunit\n"
    "  sudo cabin doctor --as-service"
)
@click.option(
    "--budget",
    metavar="[FILE]",
    is_flag=False,
    flag_value="",
    default=None,
    help="Measure this machine against a file of config/budgets (or its name); without FILE against each of them.",
)
@click.option("--as-service", is_flag=True, help="Look at the system service as systemd runs it; root only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding on standard output.")
@pass_app
def doctor(app: App, budget: str | None, as_service: bool, as_json: bool) -> None:
    """Check Python, packages, configuration, plugins, catalogs, models and folders.

    Each line is ok, warn or fail with what to do. Exit code 1 when anything failed. With --budget, this machine is
    measured instead, on one core: exit code 1 when the budget, or without FILE every one of them, is missed.
    With --as-service, systemd runs the checks with all settings of cabin.service: user, directories, devices, models,
    limits, and the proof that no network can be reached.
    """
    if as_service:
        from cabin.cli.doctor_service import check_service
        from cabin.errors import Problem, UsageError

        if budget is not None:
            raise UsageError(Problem("--budget and --as-service do not go together"))
        sys.exit(0 if check_service(app, as_json) else 1)
    if budget is not None:
        from cabin.cli.doctor_budget import check_budgets

        sys.exit(0 if check_budgets(app, budget, as_json) else 1)
    from cabin.cli.checkup import CHECKS

    colour = use_colour(sys.stdout)
    has_failed = False
    for check in CHECKS:
        for finding in check(app):
            has_failed |= finding.level == "fail"
            if as_json:
                print_json(finding)
                continue
            level = f"\033[{_COLOURS[finding.level]}m{finding.level:4}\033[0m" if colour else f"{finding.level:4}"
            sys.stdout.write(f"{level} {finding.area}: {finding.what}\n")
            if finding.hint:
                sys.stdout.write(f"     {finding.hint}\n")
            sys.stdout.flush()
    if has_failed:
        sys.exit(1)
