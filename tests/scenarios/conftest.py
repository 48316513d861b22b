from __future__ import annotations

import pytest

from cabin.cli.app import App
from cabin.scenarios.cases import cases_of
from cabin.scenarios.reading import read_scenario
from cabin.scenarios.stage import Stage

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


@pytest.fixture(scope="session")
def stage():
    """A stage with all first-party plugins, that understands sentences by the catalogs' templates alone."""
    from pathlib import Path

    return Stage(App(), Path("none"))


@pytest.fixture
def scenario(tmp_path):
    """Write a scenario and read it."""

    def write(text, name="test"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return read_scenario(path)

    return write


@pytest.fixture
def play(stage, scenario):
    """Play a scenario's text; return the results of its cases."""
    return lambda text, seed=0: [stage.play(case) for case in cases_of(scenario(text), seed)]


@pytest.fixture
def two_results(stage, scenario):
    """One case that passed and one that failed."""
    opens = scenario("about: a <b>\nsteps:\n  - say: open the driver window\n    expect: {status: [done]}\n", "opens")
    fails = scenario("about: c\nsteps:\n  - say: open the trunk\n    expect: {status: [refused]}\n", "fails")
    return [stage.play(case) for file in (opens, fails) for case in cases_of(file)]
