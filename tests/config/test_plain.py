from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest

from cabin.config.fields import Bounds
from cabin.config.plain import bind_plain, find_file
from cabin.errors import ConfigError


@dataclass(frozen=True)
class Wash:
    """A section."""

    cycles: Annotated[int, Bounds(1, 5)] = 2
    """How often."""
    file: Path | None = None
    """Where."""
    names: dict[str, str] = field(default_factory=dict)
    """Which."""
    soaps: tuple[str, ...] = ()
    """What with."""


def test_values_and_defaults():
    found = bind_plain(Wash, {"file": "x.dbc", "names": {"a": "b"}, "soaps": ["green"]}, "interfaces.wash")
    assert (found.cycles, found.file, dict(found.names), found.soaps) == (2, Path("x.dbc"), {"a": "b"}, ("green",))


def test_mistakes_are_told_all_at_once_with_key_and_value():
    with pytest.raises(ConfigError) as caught:
        bind_plain(Wash, {"cycels": 1, "cycles": 9, "soaps": "green"}, "interfaces.wash")
    told = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "'cycles'" in told and "1 to 5" in told and "interfaces.wash.soaps" in told


def test_a_file_is_looked_for_here_and_in_the_folder_of_configuration(tmp_path, monkeypatch):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "car.dbc").touch()
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    assert find_file(Path("car.dbc")).name == "car.dbc"
    (tmp_path / "car.dbc").touch()
    assert find_file(Path("car.dbc")) == Path("car.dbc")
    assert find_file(tmp_path / "none") == tmp_path / "none"
