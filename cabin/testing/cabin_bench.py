"""A pytest plugin: scenarios as tests, and a car to talk to in tests of one's own.

    def test_the_trunk_stays_shut(cabin_bench):
        car = cabin_bench(speed=80)
        assert car.say("open the trunk").statuses == ["refused"]
        assert car.writes == []

    pytest --cabin-scenarios scenarios        # every case is a test

Registered through the entry-point group `pytest11`; nothing of cabin is loaded before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cabin.messages import SignalValue, Turn
    from cabin.scenarios.cases import Case
    from cabin.scenarios.result import CaseResult
    from cabin.scenarios.stage import Scene, Stage

__all__ = ["BenchCar", "Said", "cabin_bench", "pytest_addoption", "pytest_collect_file"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("cabin")
    group.addoption("--cabin-scenarios", action="append", default=[], metavar="DIR", help="Scenarios to run as tests.")
    group.addoption("--cabin-model", default=None, metavar="DIR", help="The intent model; none: templates alone.")


def pytest_configure(config: pytest.Config) -> None:
    """Take the folders of scenarios among what is collected."""
    for folder in config.getoption("--cabin-scenarios"):
        if folder not in config.args:
            config.args.append(folder)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect YAML below the folders that were named, and no other."""
    folders = [Path(folder).resolve() for folder in parent.config.getoption("--cabin-scenarios")]
    if file_path.suffix != ".yaml" or not any(file_path.resolve().is_relative_to(folder) for folder in folders):
        return None
    made: pytest.Collector = _ScenarioFile.from_parent(parent, path=file_path)
    return made


class _ScenarioFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each case."""
        from cabin.scenarios.cases import cases_of
        from cabin.scenarios.reading import read_scenario

        for case in cases_of(read_scenario(self.path)):
            yield _ScenarioCase.from_parent(self, name=case.name, case=case)


class _ScenarioCase(pytest.Item):
    def __init__(self, *, case: Case, **rest: Any) -> None:
        super().__init__(**rest)
        self._case = case

    def runtest(self) -> None:
        """Play the case."""
        result = _stage(self.config).play(self._case)
        if not result.has_passed:
            raise _NotHeldError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Tell what did not hold, without a traceback: the scenario is no code."""
        if isinstance(excinfo.value, _NotHeldError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the case stands."""
        return self.path, 0, self.name


class _NotHeldError(AssertionError):
    def __init__(self, result: CaseResult) -> None:
        super().__init__("\n".join([result.about, *map(str, result.failures)]))


def _stage(config: pytest.Config) -> Stage:
    stage: Stage | None = config.stash.get(_STAGE, None)
    if stage is None:
        from cabin.cli.app import App
        from cabin.scenarios.stage import Stage

        model = config.getoption("--cabin-model")
        stage = config.stash[_STAGE] = Stage(App(), Path(model) if model else None)
    return stage


_STAGE = pytest.StashKey[Any]()


@dataclass(frozen=True)
class Said:
    """What came of one sentence."""

    turn: Turn

    @property
    def statuses(self) -> list[str]:
        """Of each command in order: done, refused, confirm, ..."""
        return [outcome.status for outcome in self.turn.outcomes]

    @property
    def intents(self) -> list[str]:
        """What was understood, in order."""
        return [command.intent for command in (self.turn.resolved or self.turn.parse.commands)]

    @property
    def reply(self) -> str:
        """What the driver is told."""
        return self.turn.reply

    @property
    def refused(self) -> str | None:
        """The refusal; None when something was understood."""
        return self.turn.parse.refused


class BenchCar:
    """A simulated car and a conversation, in the car's own time."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def say(self, words: str, speaker: str = "unknown") -> Said:
        """Say something in the car."""
        return Said(self._scene.say(words, speaker))

    def wait(self, seconds: float) -> None:
        """Let the car's time pass."""
        self._scene.car.car.advance(seconds * 1000)

    def set(self, path: str, value: SignalValue) -> None:
        """Have a signal change by itself. Raises UnknownSignalError."""
        self._scene.car.car.place(path, value)

    def __getitem__(self, path: str) -> SignalValue | None:
        """Return what a signal holds. Raises UnknownSignalError."""
        value: SignalValue | None = self._scene.car.read(path).value
        return value

    @property
    def writes(self) -> list[tuple[str, SignalValue]]:
        """Every write that the car took, in order."""
        return [(path, value) for _, path, value in self._scene.car.writes]


@pytest.fixture
def cabin_bench(request: pytest.FixtureRequest) -> Iterator[Callable[..., BenchCar]]:
    """Make cars: `cabin_bench(speed=80)`, `cabin_bench({"Vehicle.Speed": 80}, drive="city", seed=3)`."""
    made: list[Scene] = []

    def make(
        car: dict[str, SignalValue] | None = None, *, speed: float | None = None, drive: str = "", seed: int = 0
    ) -> BenchCar:
        signals = dict(car or {})
        if speed is not None:
            signals["Vehicle.Speed"] = speed
        made.append(_stage(request.config).scene(signals, drive=drive, seed=seed))
        return BenchCar(made[-1])

    yield make
    for scene in made:
        scene.car.close()
