"""`cabin doctor --budget [FILE]`: measure this machine and hold it against one budget, or all of config/budgets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin import paths
from cabin.cli.output import print_json, print_table

if TYPE_CHECKING:
    from cabin.budget.verdicts import Check
    from cabin.cli.app import App

__all__ = ["Measured", "check_budgets", "find_budgets", "measure_in_process"]

BUSY_PERCENT = 20.0
"""From here on it is told that others had the core."""


@dataclass(frozen=True)
class Measured:
    """What cabin.bench.machine_bench told."""

    figures: Mapping[str, float]
    """Key of a budget -> value in its unit."""
    reasons: Mapping[str, str]
    """What a key begins with -> why it was not measured."""
    waited_percent: float | None = None
    """For how much of its time the process waited for a core that others had."""


def check_budgets(app: App, named: str, as_json: bool, measure: Callable[[App], Measured] | None = None) -> bool:
    """Measure, print, and return whether the budget named is met; of all, when none is named, whether any is.

    Raises ConfigError with every mistake of a budget file, before anything is measured; UsageError when there is none.
    """
    from cabin.budget.verdicts import hold_against
    from cabin.config import load_budgets

    files = find_budgets(app, named)
    budgets = {file: load_budgets(file).value for file in files}
    measured = (measure or measure_in_process)(app)
    checks = {file: hold_against(budgets[file], measured.figures, measured.reasons) for file in files}
    met = [file for file in files if all(check.verdict != "missed" for check in checks[file])]
    if as_json:
        for file, found in checks.items():
            for check in found:
                print_json({"budget": file.stem, **vars(check)})
        return bool(met)
    if len(files) == 1:
        _print_one(checks[files[0]])
    else:
        _print_all(checks, measured)
    _print_end(files, met, measured)
    return bool(met)


def find_budgets(app: App, named: str) -> list[Path]:
    """Return the file named, by its path or as NAME of budgets/NAME.yaml; all files there when nothing is named.

    Raises UsageError.
    """
    from cabin.errors import Problem, UsageError, nearest

    folder = paths.config_dir(app.environ)
    known = {file.stem: file for file in sorted((folder / "budgets").glob("*.yaml"))} if folder is not None else {}
    if not named:
        if known:
            return list(known.values())
        raise UsageError(Problem("there are no budgets", str(folder or ""), hint="Name a file: --budget FILE."))
    if Path(named).is_file():
        return [Path(named)]
    if named in known:
        return [known[named]]
    hint = nearest(named, known) or (f"Known: {', '.join(known)}." if known else "")
    raise UsageError(Problem("no such budget", "--budget", repr(named), "a file, or a name in config/budgets", hint))


def measure_in_process(app: App) -> Measured:
    """Measure in a process of its own, pinned to one core. Raises BudgetError when it ends without an answer."""
    from cabin.errors import BudgetError, Problem

    sys.stderr.write("measuring, on one core ...\n")
    sys.stderr.flush()
    command = [sys.executable, "-m", "cabin.bench.machine_bench"]
    done = subprocess.run(command, env=app.environ, capture_output=True, text=True, check=False)
    try:
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return Measured(told["figures"], told["reasons"], told["waited_percent"])
    except (IndexError, ValueError, KeyError) as error:
        lines = done.stderr.strip().splitlines()
        seen = lines[-1] if lines else f"exit code {done.returncode}"
        what, hint = "this machine could not be measured", "`cabin doctor` tells what is missing."
        raise BudgetError(Problem(what, seen=seen.removeprefix("error: "), hint=hint)) from error


def _print_one(checks: Sequence[Check]) -> None:
    rows = [
        (check.key, f"{check.limit:g}", _number(check.measured), check.verdict, check.why)
        for check in sorted(checks, key=lambda check: check.verdict == "not measured")
    ]
    print_table(("key", "budget", "measured", "verdict", "why"), rows)


def _print_all(checks: Mapping[Path, Sequence[Check]], measured: Measured) -> None:
    """Print a row a key and a column a budget; then what was not measured, and why."""
    by_key: dict[str, dict[Path, Check]] = {}
    for file, found in checks.items():
        for check in found:
            by_key.setdefault(check.key, {})[file] = check
    rows = []
    for key, of in by_key.items():
        if key not in measured.figures:
            continue
        cells = [f"{of[file].verdict} ({of[file].limit:g})" if file in of else "" for file in checks]
        rows.append((key, _number(measured.figures[key]), *cells))
    print_table(("key", "measured", *(file.stem for file in checks)), rows)
    for key, of in by_key.items():
        if key not in measured.figures:
            sys.stdout.write(f"not measured: {key}: {next(iter(of.values())).why}\n")


def _print_end(files: Sequence[Path], met: Sequence[Path], measured: Measured) -> None:
    if len(files) == 1:
        sys.stdout.write(f"{files[0].stem}: {'met' if met else 'missed'}\n")
    else:
        sys.stdout.write(f"this machine meets: {', '.join(file.stem for file in met) or 'none of them'}\n")
    if measured.waited_percent is not None and measured.waited_percent >= BUSY_PERCENT:
        sys.stdout.write(
            f"Other programs had the core {measured.waited_percent:g} % of the time. That time is not counted, but\n"
            "caches and ready_s suffer from it: measure again when the machine is idle.\n"
        )
    sys.stdout.flush()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
