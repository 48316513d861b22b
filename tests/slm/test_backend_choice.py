"""The rule by numbers; the trial with real engines, each in its own process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cabin.quantization.scheme import Scheme
from cabin.slm import backend_choice
from cabin.slm.backend_choice import Choice, TimedBackend, choose_backend, known_choice, pick
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory, catalog):
    made = tmp_path_factory.mktemp("choice")
    OnnxQuantizer().quantize(tiny.write_fp32(made / "fp32", catalog), made / "model", Scheme())
    return made / "model"


@pytest.fixture
def environ(tmp_path):
    return {**os.environ, "CABIN_CACHE": str(tmp_path / "cache"), "CABIN_LOAD_PLUGINS": "cabin_onnx,cabin_numpy"}


def timed(**engines: tuple[float, float]) -> list[TimedBackend]:
    return [TimedBackend(name, *figures) for name, figures in engines.items()]


@pytest.mark.parametrize(
    ("engines", "taken"),
    [
        ({"a": (20, 90), "b": (30, 80)}, "a"),
        ({"a": (20, 90), "b": (17, 250)}, "a"),  # 15 % faster, 160 MiB more
        ({"a": (20, 90), "b": (15, 250)}, "b"),  # 25 % faster
        ({"a": (20, 90), "b": (17, 180)}, "b"),  # 90 MiB more
        ({"a": (20, 90), "b": (19, 190), "c": (18, 300)}, "b"),  # of the leaner ones, the fastest
        ({"a": (20, 300)}, "a"),
    ],
)
def test_the_rule(engines, taken):
    name, why = pick(timed(**engines))
    assert (name, bool(why)) == (taken, True)


def test_exactly_20_percent_is_enough():
    assert pick(timed(a=(20, 90), b=(16, 290)))[0] == "b"


def test_every_engine_that_can_load_the_model_is_tried_once(folder, environ, monkeypatch):
    candidates = {"onnx": "cabin", "numpy": "cabin", "none": ""}
    choice = choose_backend(folder, candidates, 1, environ)
    assert {each.name for each in choice.timed} == {"onnx", "numpy"}
    assert "unknown inference backend 'none'" in choice.left_out["none"]
    assert choice.name == pick(choice.timed)[0]
    assert all(each.utterance_ms > 0 and each.resident_mib > 20 for each in choice.timed)
    assert choice.name in str(choice)

    monkeypatch.setattr(backend_choice, "_try_all", lambda *_: pytest.fail("tried again"))
    assert choose_backend(folder, candidates, 1, environ) == choice
    assert known_choice(folder, candidates, 2, environ) is None
    assert known_choice(folder, {"onnx": "cabin"}, 1, environ) is None


def test_another_model_another_version_and_a_damaged_file_are_tried_anew(folder, environ, monkeypatch):
    made = Choice("numpy", "the fastest", tuple(timed(numpy=(1.0, 60.0))))
    monkeypatch.setattr(backend_choice, "_try_all", lambda *_: (made.timed, {}))
    candidates = {"numpy": "cabin"}
    choose_backend(folder, candidates, 1, environ)
    assert known_choice(folder, candidates, 1, environ) is not None
    (kept,) = Path(environ["CABIN_CACHE"]).iterdir()

    with monkeypatch.context() as other:
        other.setattr(backend_choice, "_versions", lambda _: {"numpy": "0"})
        assert known_choice(folder, candidates, 1, environ) is None
    with monkeypatch.context() as other:
        other.setattr(backend_choice, "_processor", lambda: "another")
        assert known_choice(folder, candidates, 1, environ) is None
    for damaged in ("", "{}", '{"name": "numpy", "why": "", "timed": [1], "left_out": {}}'):
        kept.write_text(damaged, encoding="utf-8")
        assert known_choice(folder, candidates, 1, environ) is None


def test_when_none_can_be_tried_the_first_tells_what_is_wrong(tmp_path, environ, caplog):
    choice = choose_backend(tmp_path / "no-model", {"onnx": "cabin", "numpy": "cabin"}, 1, environ)
    assert (choice.name, set(choice.left_out)) == ("onnx", {"onnx", "numpy"})
    assert "none could be tried" in caplog.text
    assert not (tmp_path / "cache").exists()


def test_versions_are_of_what_the_engines_need():
    found = backend_choice._versions(["cabin", "no-such-distribution"])
    assert {"python", "numpy", "onnxruntime"} <= found.keys()


def test_the_processor_is_told_without_what_changes():
    assert backend_choice._processor() == backend_choice._processor()
    assert "MHz" not in backend_choice._processor()
