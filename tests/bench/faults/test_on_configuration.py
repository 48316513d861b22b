"""Faults of files that people write; what they do to a daemon is in tests/daemon/test_daemon.py and the full run."""

from __future__ import annotations

import pytest
import yaml

from cabin.bench.faults.on_configuration import FAULTS, WRONG
from cabin.config import load_budgets, load_config
from cabin.errors import CabinError


def test_each_says_what_must_hold():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 2 * len(WRONG) + 1
    assert all(fault.holds and fault.family and callable(fault.run) for fault in FAULTS)


@pytest.mark.parametrize(
    ("name", "load"), [("cabin.yaml", lambda file: load_config(file, {})), ("budgets/headunit.yaml", load_budgets)]
)
def test_what_is_called_wrong_is_yaml_and_refused(tmp_path, name, load):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG[name], encoding="utf-8")
    assert yaml.safe_load(WRONG[name])
    with pytest.raises(CabinError):
        load(file)
