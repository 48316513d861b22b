"""What the doctor looks at, each check by itself."""

from __future__ import annotations

import importlib.metadata
import types

import pytest

from cabin.cli import checkup
from cabin.cli.app import App


@pytest.fixture
def app(monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar")
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    monkeypatch.setenv("CABIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    return App()


def levels(findings):
    return [finding.level for finding in findings]


def test_python(app, monkeypatch):
    assert levels(checkup.python(app)) == ["ok"]
    monkeypatch.setattr(checkup, "LEAST_PYTHON", (9, 0))
    assert levels(checkup.python(app)) == ["fail"]


def test_packages(app, monkeypatch):
    assert levels(checkup.packages(app)) == ["ok"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: ["click>=8", "no-such-package>=1; x == 'y'"])
    (finding,) = checkup.packages(app)
    assert (finding.level, finding.what) == ("fail", "missing: no-such-package")
    assert finding.hint == "pip install no-such-package"


def test_configuration(app, tmp_path, monkeypatch):
    assert levels(checkup.configuration(app)) == ["ok"]
    (tmp_path / "vehicle.yaml").write_text("interface: simulated\n")
    assert levels(checkup.configuration(app)) == ["ok"]
    (tmp_path / "vehicle.yaml").write_text("interface: simulatd\nfoo: 1\n")
    (finding, *_) = checkup.configuration(app)
    assert finding.level == "fail"
    monkeypatch.setenv("CABIN_RECOGNISER_NAME", "vosk")
    assert "CABIN_RECOGNISER_NAME" in list(checkup.configuration(App()))[-1].what


def test_plugins(app, monkeypatch):
    assert levels(checkup.plugins(app)) == ["ok", "warn"]
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_simcar,nonesuch")
    told = list(checkup.plugins(App()))
    assert "nonesuch is failed" in told[0].what


def test_catalogs(app, monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_phone")
    (finding,) = checkup.catalogs(App())
    assert (finding.level, "intents" in finding.what) == ("ok", True)
    (tmp_path / "bad.yaml").write_text("devise: x\n")
    broken = types.SimpleNamespace(plugins=types.SimpleNamespace(catalog_dirs=lambda: [("p", tmp_path)]))
    assert set(levels(checkup.catalogs(broken))) == {"fail"}


def test_models_that_are_not_there(app, tmp_path):
    assert levels(checkup.intent_model(app)) == ["fail"]
    told = [(finding.level, finding.hint) for finding in checkup.speech_models(app)]
    assert told == [("fail", f"Run `cabin models get {name}`.") for name in ("moonshine-base-en", "silero-vad")]


def test_a_model_that_nobody_lists_is_told(app, monkeypatch, tmp_path):
    monkeypatch.setenv("CABIN_RECOGNIZER_MODEL", "my-own")
    assert levels(checkup.speech_models(App()))[0] == "fail"
    (tmp_path / "models" / "my-own").mkdir(parents=True)
    assert levels(checkup.speech_models(App()))[0] == "warn"


def test_a_model_that_was_altered_is_told(app, tmp_path):
    folder = tmp_path / "models" / "silero-vad"
    folder.mkdir(parents=True)
    (folder / "silero_vad_16k_op15.onnx").write_bytes(b"not the model")
    assert levels(checkup.speech_models(app))[1] == "warn"
    (folder / "LICENSE").write_bytes(b"not the licence")
    finding = list(checkup.speech_models(app))[1]
    assert finding.level == "fail"
    assert "silero-vad is damaged" in finding.what


def test_folders(app, tmp_path, monkeypatch):
    assert levels(checkup.folders(app)) == ["ok", "ok"]
    assert not (tmp_path / "cache").exists()
    monkeypatch.setattr(checkup, "LEAST_FREE_MIB", 10**9)
    assert levels(checkup.folders(app)) == ["warn", "warn"]
    monkeypatch.setattr(checkup.os, "access", lambda *_: False)
    assert "CABIN_CACHE" in list(checkup.folders(app))[1].hint


def test_microphone_is_never_a_failure(app):
    assert set(levels(checkup.microphone(app))) <= {"ok", "warn"}


def test_the_engine_chosen_is_told_without_a_trial(app, tmp_path, monkeypatch):
    from cabin.slm import backend_choice
    from cabin.slm.backend_choice import Choice, TimedBackend

    assert checkup._engine(app, tmp_path) == "chosen at the first start"
    monkeypatch.setattr(backend_choice, "_try_all", lambda *_: pytest.fail("tried"))
    candidates = {"onnx": "cabin"}
    choice = Choice("onnx", "the fastest", (TimedBackend("onnx", 17.25, 98.4),))
    monkeypatch.setattr("cabin.assembly.engines", lambda _: candidates)
    backend_choice._keep(backend_choice._file(tmp_path, candidates, 1, app.environ), choice)
    assert checkup._engine(app, tmp_path) == "chosen onnx: the fastest (onnx 17.2 ms, 98 MiB)"
