"""Which plugins are loaded, from where."""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest

from cabin.plugins import DEFAULT_PLUGINS, GuardSettings, load_plugins
from cabin.plugins.loading import candidates

ROOT = Path(__file__).parents[2]
PATIENT = GuardSettings(load_budget_ms=60_000, call_budget_ms=60_000)


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A package of somebody else, found through its entry point."""
    (tmp_path / "cabin_wash.py").write_text(
        "from cabin.hookspecs import hookimpl\n\n\n@hookimpl\ndef compose_reply():\n    return 'washed'\n"
    )
    info = tmp_path / "cabin_wash-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cabin-wash\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[cabin]\nwash = cabin_wash\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cabin_wash", raising=False)  # of the test before, from its own folder
    importlib.invalidate_caches()
    return tmp_path


def states(manager):
    return {info.name: info.state for info in manager.infos()}


def test_first_party_plugins_come_first_in_their_order(stranger):
    names = [candidate.name for candidate in candidates()]
    assert tuple(names[: len(DEFAULT_PLUGINS)]) == DEFAULT_PLUGINS
    assert names[len(DEFAULT_PLUGINS) :].count("wash") == 1


def test_every_first_party_plugin_loads_without_a_fault():
    manager = load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}, PATIENT)
    assert [str(fault) for fault in manager.faults()] == []
    assert [name for name, state in states(manager).items() if state == "loaded"] == list(DEFAULT_PLUGINS)


def test_every_folder_of_plugins_is_listed():
    folders = {folder.name for folder in (ROOT / "plugins").iterdir() if (folder / "__init__.py").is_file()}
    assert folders == set(DEFAULT_PLUGINS)


def test_pyproject_lists_the_same_plugins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["cabin"] == {name: name for name in DEFAULT_PLUGINS}


def test_a_strangers_plugin_is_loaded_by_its_entry_point(stranger):
    manager = load_plugins({}, PATIENT)
    info = next(info for info in manager.infos() if info.name == "wash")
    assert (info.state, info.distribution, info.version) == ("loaded", "cabin-wash", "2.0")
    assert Path(info.file) == stranger / "cabin_wash.py"


def test_restricted(stranger):
    manager = load_plugins({"CABIN_LOAD_PLUGINS": "wash, cabin_simcar"}, PATIENT)
    loaded = [name for name, state in states(manager).items() if state == "loaded"]
    assert loaded == ["cabin_simcar", "wash"]
    assert states(manager)["cabin_body"] == "left out"


def test_safe_mode_loads_nothing(stranger):
    manager = load_plugins({"CABIN_LOAD_PLUGINS": ""}, PATIENT)
    assert set(states(manager).values()) == {"left out"}
    assert manager.catalog_dirs() == []


def test_a_name_that_nobody_brings_is_told():
    manager = load_plugins({"CABIN_LOAD_PLUGINS": "cabin_simcarr"}, PATIENT)
    (fault,) = manager.faults()
    assert fault.plugin == "cabin_simcarr"
    assert "Did you mean 'cabin_simcar'" in fault.what


def test_trace(stranger, capsys):
    load_plugins({"CABIN_LOAD_PLUGINS": "wash", "CABIN_TRACE_PLUGINS": "1"}, PATIENT).compose_reply("outcome")
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("cabin plugin wash: compose_reply() -> 'washed'") for line in lines)
