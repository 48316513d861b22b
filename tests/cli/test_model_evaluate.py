from __future__ import annotations

import shutil

import pytest

from cabin.quantization.scheme import Scheme
from cabin.slm.calibration import EVIDENCE, read_calibration
from cabin.slm.package import change_folder, verify
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="module")
def tiny_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory, tiny_dir):
    root = tmp_path_factory.mktemp("model")
    OnnxQuantizer().quantize(tiny.write_fp32(root / "fp32", tiny.load(tiny_dir)), root / "int8", Scheme())
    return root / "int8"


@pytest.fixture
def model(cabin):
    def run(*arguments):
        return cabin("model", *arguments, small=False)

    return run


def test_evaluate(model, model_dir, tiny_dir, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"text": "open the window", "calls": [{"intent": "window.open"}]}\n'
        '{"text": "hm", "calls": [], "refuse": "unclear"}\n'
    )
    options = ["--model", model_dir, "--catalog", tiny_dir]
    code, (found,), _ = model(
        "evaluate", *options, "--gold", gold, "--errors", "5", "--html", tmp_path / "page.html", "--json"
    )
    assert (code, found["figures"]["sentences"]) == (0, 2)
    assert 0 <= found["figures"]["calibration_error"] <= 1
    assert "<h1>" in (tmp_path / "page.html").read_text()
    wrong = found["figures"].get("function") != 100 or found["figures"]["false_act"] != 0
    assert bool(found["confusions"]) == wrong
    code, out, _ = model("evaluate", *options, "--gold", gold, "--errors", "1")
    assert code == 0
    assert "sentences\t2" in out


def test_a_gold_file_with_mistakes(model, model_dir, tiny_dir, tmp_path):
    (tmp_path / "gold.jsonl").write_text("{\n\n[]\n")
    code, _, err = model("evaluate", "--model", model_dir, "--catalog", tiny_dir, "--gold", tmp_path / "gold.jsonl")
    assert code == 2
    assert [line for line in (1, 3) if f"gold.jsonl:{line}: not a gold line" in err] == [1, 3]


def test_calibrate(model, model_dir, tiny_dir, tmp_path):
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    options = ["--model", copy, "--catalog", tiny_dir, "--count", "60", "--json"]
    code, (told,), _ = model("calibrate", *options)
    assert code == 0
    assert told["sentences"] == 60
    assert told["calibration_error_after"] <= told["calibration_error_before"]
    found = read_calibration(copy)
    assert found.weights.keys() == told["weights"].keys() == set(EVIDENCE)
    assert 0 <= found.confirm <= found.act <= 1
    verify(copy)
    _, (again,), _ = model("calibrate", *options)
    assert {**again, "calibration_error_before": 0} == {
        **told,
        "calibration_error_before": 0,
    }  # not on its own verdicts


def test_a_calibration_of_another_form_is_replaced(model, model_dir, tiny_dir, tmp_path):
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    change_folder(copy, lambda folder: (folder / "calibration.json").write_text('{"temperature": 1.0, "act": 0.2}'))
    assert model("evaluate", "--model", copy, "--catalog", tiny_dir, "--count", "5")[0] == 1
    code, (told,), _ = model("calibrate", "--model", copy, "--catalog", tiny_dir, "--count", "60", "--json")
    assert (code, told["calibration_error_before"]) == (0, None)
    assert model("evaluate", "--model", copy, "--catalog", tiny_dir, "--count", "5")[0] == 0


def test_calibrating_needs_a_model(model, tmp_path):
    code, _, err = model("calibrate", "--model", tmp_path / "none")
    assert (code, "no such model folder" in err) == (1, True)
    assert model("calibrate")[0] == 2
