"""The cases of a scenario: one for each combination of what varies, and each repetition."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from cabin.messages import SignalValue
from cabin.scenarios.reading import ScenarioFile
from cabin.scenarios.schema import Expect, Scenario, Step

__all__ = ["Case", "cases_of"]


@dataclass(frozen=True)
class Case:
    """One run of a scenario."""

    file: ScenarioFile
    values: Mapping[str, SignalValue]
    """What varies, as it is in this case."""
    number: int
    """Of the repetition, from 0."""
    scenario: Scenario
    """With the values put in."""
    seed: int
    run_seed: int = 0
    """The seed of the run that moved it."""

    @property
    def name(self) -> str:
        """As it is told and chosen by: "windows/open[side=driver]#2"."""
        told = ",".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.file.name}{f'[{told}]' if told else ''}{f'#{self.number}' if self.number else ''}"


def cases_of(file: ScenarioFile, seed: int = 0) -> Iterator[Case]:
    """Yield the cases. `seed` moves all seeds: another seed, other draws."""
    scenario = file.scenario
    for values in itertools.product(*scenario.vary.values()):
        chosen = dict(zip(scenario.vary, values, strict=True))
        steps = tuple(_filled(step, chosen) for step in scenario.steps)
        car = _put_in(scenario.car, chosen)
        for number in range(scenario.repeat):
            own = zlib.crc32(f"{file.name} {chosen} {number} {scenario.seed} {seed}".encode())
            yield Case(file, chosen, number, replace(scenario, steps=steps, car=car), own, seed)


def _filled(step: Step, values: Mapping[str, SignalValue]) -> Step:
    expect = step.expect
    made = {each.name: _put_in(getattr(expect, each.name), values) for each in fields(Expect)}
    own = {key: _put_in(getattr(step, key), values) for key in ("say", "any_of", "hear", "speaker", "set")}
    return replace(step, expect=replace(expect, **made), **own)


def _put_in(value: Any, values: Mapping[str, SignalValue]) -> Any:
    """Return the value with {name} replaced; a text that is {name} and no more becomes the value, number or not."""
    if isinstance(value, str):
        alone = value[1:-1] if value.startswith("{") and value.endswith("}") else ""
        return values[alone] if alone in values else value.format(**values) if values else value
    if isinstance(value, tuple):
        return tuple(_put_in(each, values) for each in value)
    if isinstance(value, Mapping):
        return {_put_in(key, values): _put_in(each, values) for key, each in value.items()}
    return value
