"""What is different from an earlier run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cabin.scenarios.result import CaseResult, result_from

__all__ = ["Change", "changes_since", "read_results"]


@dataclass(frozen=True)
class Change:
    """One case that came out otherwise."""

    case: str
    kind: Literal["broken", "mended", "otherwise", "new", "gone"]
    what: str


def read_results(path: Path) -> list[CaseResult]:
    """Return the results of a run's file, the last of each case; other lines are passed over. Raises OSError."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            result = result_from(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
        found[result.case] = result
    return list(found.values())


def changes_since(before: Sequence[CaseResult], now: Sequence[CaseResult]) -> Iterator[Change]:
    """Yield what is different, in the order of the cases; times do not count."""
    old = {result.case: result for result in before}
    for result in now:
        was = old.pop(result.case, None)
        if was is None:
            yield Change(result.case, "new", "passed" if result.has_passed else str(result.failures[0]))
        elif was.has_passed and not result.has_passed:
            yield Change(result.case, "broken", str(result.failures[0]))
        elif result.has_passed and not was.has_passed:
            yield Change(result.case, "mended", f"was: {was.failures[0]}")
        elif _written(was.to_json(with_times=False)) != _written(result.to_json(with_times=False)):
            yield Change(result.case, "otherwise", _first_difference(was, result))
    for case in old:
        yield Change(case, "gone", "not in this run")


def _written(told: object) -> str:
    """Return it as a file holds it: there a tuple is a list."""
    return json.dumps(told, sort_keys=True)


def _first_difference(was: CaseResult, now: CaseResult) -> str:
    for number, (before, after) in enumerate(zip(was.steps, now.steps, strict=False), 1):
        for name in ("heard", "intents", "refused", "outcomes", "reply", "asks", "writes"):
            old, new = getattr(before, name), getattr(after, name)
            if _written(old) != _written(new):
                return f"step {number}: {name}: was {old!r}, is {new!r}"[:300]
    return "signals moved otherwise" if was.signals != now.signals else "the scenario itself"
