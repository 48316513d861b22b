"""`cabin plugins new`: the package it makes is whole, checked, and its own test passes."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cabin.errors import UsageError
from cabin.plugins.scaffold import make_plugin

ROOT = Path(__file__).parents[2]


def test_the_package_made_passes_its_own_test(tmp_path):
    folder = make_plugin("ice-maker", tmp_path)
    assert folder == tmp_path / "cabin-ice-maker"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["cabin"] == {"ice-maker": "cabin_ice_maker"}
    assert "$" not in "".join(file.read_text() for file in folder.rglob("*") if file.is_file())
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 passed" in run.stdout


def test_nothing_is_overwritten(tmp_path):
    make_plugin("lamp", tmp_path)
    (tmp_path / "cabin-lamp" / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="already there"):
        make_plugin("lamp", tmp_path)
    assert (tmp_path / "cabin-lamp" / "README.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "Lamp", "2lamps", "a b", "../up", "lamp/", "-lamp", "lamp-", "lämp", "x" * 41])
def test_what_is_no_name(tmp_path, name):
    with pytest.raises(UsageError, match="not a name"):
        make_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_half_a_package_is_never_left(tmp_path, monkeypatch):
    written = []

    def failing(self, *_, **__):
        written.append(self)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises(OSError, match="No space left"):
        make_plugin("lamp", tmp_path)
    assert list(tmp_path.iterdir()) == []
