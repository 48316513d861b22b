"""`cabin wake build` on the command line; what it builds is tested in tests/wake/training."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.bench.noise import spoken
from cabin.cli import wake_build
from cabin.wake.package import WakeModelInfo
from cabin.wake.training import build as training
from cabin.wake.training.build import WakeBuild


@pytest.fixture
def built(monkeypatch, tmp_path):
    """Stand in for the hour of work; keep what it was asked for."""
    asked = {}

    def build(phrase, catalog, store, out, plan, work, tell, recognize):
        asked.update(phrase=phrase.text, plan=plan, out=out, intents=len(catalog.intents))
        tell("speaking", 3, 10)
        tell("training, loss 0.2", 20, 100)
        info = WakeModelInfo(phrase.text, 0.25, 1.4, (45, 64), "0" * 64, parameters=92801, steps=plan.steps)
        return WakeBuild(out, info, {"threshold": 0.25, "missed": 0.02, "false_pieces": 0.001}, 123_456)

    monkeypatch.setattr(training, "build_detector", build)
    monkeypatch.setattr(spoken, "default_folder", lambda: tmp_path)
    monkeypatch.setattr(wake_build, "_reader", lambda _app: None)
    return asked


def options(small_catalog_dir, out: Path):
    return ("build", "Hey, car", "--out", out, "--catalog", small_catalog_dir)


def test_what_was_built_is_told(cabin, built, small_catalog_dir, tmp_path):
    code, out, err = cabin("wake", *options(small_catalog_dir, tmp_path / "d"), "--steps", "7", small=False)
    assert code == 0
    assert (built["phrase"], built["plan"].steps, built["plan"].batch) == ("hey car", 7, 96)
    for part in ("2.0 %", "0.25", "92,801", "0.12 MB", "cabin wake measure"):
        assert part in out
    assert "speaking: 3 of 10" in err
    assert "training, loss 0.2: 20 of 100" in err


def test_as_json(cabin, built, small_catalog_dir, tmp_path):
    code, (told,), _ = cabin(
        "wake", *options(small_catalog_dir, tmp_path / "d"), "--quick", "--seed", "5", "--json", small=False
    )
    assert (code, told["info"]["threshold"], built["plan"].voices, built["plan"].seed) == (0, 0.25, ("hibari",), 5)


@pytest.mark.parametrize("phrase", ["hi", "", "hey 5"])
def test_a_phrase_that_wakes_nothing(cabin, built, small_catalog_dir, tmp_path, phrase):
    code, _, err = cabin("wake", "build", phrase, "--out", tmp_path / "d", small=False)
    assert code == 2
    assert "PHRASE" in err
    assert built == {}
