"""What can be configured."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cabin.config import load_config
from cabin.config.fields import fields_of, walk
from cabin.config.sections import MISPLACED_KEYS, OBSOLETE_KEYS, Budgets, CabinConfig, VehicleConfig
from cabin.errors import ConfigError


@pytest.mark.parametrize("section", [CabinConfig, VehicleConfig, Budgets])
def test_sections_are_frozen_and_have_defaults(section):
    value = section()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, fields_of(section)[0].name, None)


@pytest.mark.parametrize("key", [*OBSOLETE_KEYS, *MISPLACED_KEYS])
def test_keys_that_are_elsewhere_say_where(key, tmp_path):
    known = {path for path, _ in walk(CabinConfig)}
    assert key not in known
    file = Path(tmp_path / "cabin.yaml")
    file.write_text("".join(f"{'  ' * depth}{part}:\n" for depth, part in enumerate(key.split("."))))
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert {**MISPLACED_KEYS, **OBSOLETE_KEYS}[key] in str(caught.value)
