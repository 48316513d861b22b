"""One daemon to break for all quick faults of a test process, with the shipped models."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from cabin.bench.faults.running import SharedRig, run_on, wrapped_factories
from cabin.cli.app import App
from cabin.errors import CabinError
from cabin.paths import models_dir


@pytest.fixture(scope="session")
def shared():
    """Gives rigs; a fault that breaks one gets the next a new one."""
    app = App()
    try:
        wrapped = wrapped_factories(app)
    except CabinError as error:
        pytest.skip(str(error))
    for name in (app.config.recognizer.model, "silero-vad"):
        if not models_dir(name).is_dir():
            pytest.skip(f"the model {name} is not there: cabin models get {name}")
    with tempfile.TemporaryDirectory(prefix="cabinf") as short, SharedRig(Path(short), wrapped) as made:
        yield made


@pytest.fixture
def holds(shared):
    """Run a fault and assert that everything held."""

    def run(fault):
        result = run_on(fault, shared)
        assert not result.skipped
        assert [f"{claim.what} ({claim.seen})" for claim in result.broken] == []
        assert result.held

    return run
