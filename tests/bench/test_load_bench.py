from __future__ import annotations

import time
from pathlib import Path

import pytest

from cabin.bench.load_bench import busy_bus, load_more_plugins, measure_load, open_loaded
from cabin.demo.script import load_script
from cabin.errors import ModelError
from cabin.messages import Command

FEW = 3


def test_the_plugins_are_loaded_and_their_hooks_are_called():
    plugins = load_more_plugins(FEW)
    assert [name for name in plugins.monitors.names() if name.startswith("load")] == ["load0", "load1", "load2"]
    assert plugins.check_policy(Command("window.open"), None).decision == "allow"
    infos = {info.name: info for info in plugins.infos()}
    assert all(infos[f"load{number}"].calls >= 2 for number in range(FEW))
    assert plugins.faults() == []


def test_the_bus_is_busy_and_the_monitors_see_it():
    chain, plugins = open_loaded(Path("none"), FEW) if _has_models() else pytest.skip("no recognizer is here")
    try:
        with busy_bus(chain.vehicle, plugins, 200) as rate:
            time.sleep(1.0)
            assert rate() > 20  # on a machine that does nothing else it is 200
        assert chain.vehicle.read("Vehicle.Bench.Load0").value > 0
    finally:
        chain.close()


def test_the_recordings_are_timed_with_and_without():
    if not _has_models():
        pytest.skip("no recognizer is here")
    bare, _ = open_loaded(Path("none"), 0)
    loaded, plugins = open_loaded(Path("none"), FEW)
    try:
        figures = measure_load(bare, loaded, plugins, load_script()[:2], 100, 1)
    finally:
        bare.close()
        loaded.close()
    assert (figures.plugins, figures.utterances) == (FEW, 2)
    assert 0 < figures.bare_ms["p50"] <= figures.bare_ms["p95"]


def _has_models():
    try:
        chain, _ = open_loaded(Path("none"), 0)
    except ModelError:
        return False
    chain.close()
    return True
