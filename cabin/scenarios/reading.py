"""Scenario files, checked whole: every mistake with its line, all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from cabin.config.binding import Binder
from cabin.errors import ConfigError, Problem, nearest
from cabin.messages import Status
from cabin.scenarios.schema import Scenario, Step
from cabin.vehicle.circumstances import SPEAKERS, UNKNOWN_SPEAKER
from cabin.yamlfile import Node, load_yaml

__all__ = ["ScenarioFile", "find_scenarios", "read_scenario"]

STATUSES: tuple[str, ...] = get_args(Status)
_ONE_OF = ("say", "any_of", "hear", "wait_s", "set", "driver")


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario and where it stands."""

    name: str
    """Its path below the folder that was asked for, without .yaml: "unsafe/trunk-while-driving"."""
    path: Path
    scenario: Scenario
    digest: str
    """SHA-256 of the file: another file is another scenario."""


def find_scenarios(places: Iterable[Path]) -> list[ScenarioFile]:
    """Return the scenarios of files and folders, by name. Raises ConfigError with all mistakes of all files."""
    problems: list[Problem] = []
    found: dict[str, ScenarioFile] = {}
    for place in places:
        files = sorted(place.rglob("*.yaml")) if place.is_dir() else [place]
        base = place if place.is_dir() else place.parent
        if not files:
            problems.append(Problem("no scenario", str(place), expected="files *.yaml"))
        for path in files:
            try:
                each = read_scenario(path, path.relative_to(base).with_suffix("").as_posix())
            except ConfigError as error:
                problems += error.problems
                continue
            if each.name in found:
                problems.append(Problem(f"two scenarios {each.name!r}", str(path), str(found[each.name].path)))
            found[each.name] = each
    if problems:
        raise ConfigError(problems)
    return [found[name] for name in sorted(found)]


def read_scenario(path: Path, name: str = "") -> ScenarioFile:
    """Read one file. Raises ConfigError with all its mistakes."""
    root = load_yaml(path)
    binder = Binder()
    scenario = binder.section(Scenario, root)
    problems = list(binder.problems)
    if scenario is not None:
        problems += _checked(scenario, root)
    if problems or scenario is None:
        raise ConfigError(problems)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ScenarioFile(name or path.stem, path, scenario, digest)


def _checked(scenario: Scenario, root: Node) -> list[Problem]:
    """Return what types alone do not tell."""
    problems = []
    nodes = list(root.get("steps") or ())
    for step, node in zip(scenario.steps, nodes, strict=True):
        problems += _step_problems(step, node, scenario)
    if not scenario.steps:
        problems.append(Problem("a scenario without steps", root.where))
    return problems


def _step_problems(step: Step, node: Node, scenario: Scenario) -> list[Problem]:
    problems = []
    given = [key for key in _ONE_OF if node.get(key) is not None]
    if len(given) != 1:
        seen = ", ".join(given) or "none of them"
        problems.append(Problem("a step does one thing", node.where, seen, f"one of {', '.join(_ONE_OF)}"))
    if step.aloud is not None and step.hear:
        problems.append(Problem("`aloud` is for words, `hear` is sound already", node.where))
    speakers = (*SPEAKERS, UNKNOWN_SPEAKER)
    alone = step.speaker.strip("{}") if step.speaker.startswith("{") else ""
    for seat in map(str, scenario.vary.get(alone, (step.speaker,))):
        if seat not in speakers:
            problems.append(Problem("no seat", node.where, repr(seat), ", ".join(speakers), nearest(seat, speakers)))
    for status in step.expect.status:
        if status not in STATUSES:
            problems.append(
                Problem("no status", node.where, repr(status), ", ".join(STATUSES), nearest(status, STATUSES))
            )
    for text in (step.say, *step.any_of):
        try:
            text.format(**{key: values[0] for key, values in scenario.vary.items()})
        except (KeyError, IndexError, ValueError) as error:
            known = ", ".join(scenario.vary) or "nothing: the scenario has no `vary`"
            problems.append(Problem("a name that `vary` lacks", node.where, str(error), known))
    return problems
