from __future__ import annotations

import shutil

import pytest

from cabin.quantization.scheme import Scheme
from cabin.slm.package import read_info, verify
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="session")
def tiny_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def fp32_dir(tmp_path_factory, tiny_dir):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", tiny.load(tiny_dir))


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory, fp32_dir):
    folder = tmp_path_factory.mktemp("model") / "int8"
    OnnxQuantizer().quantize(fp32_dir, folder, Scheme())
    return folder


@pytest.fixture
def model(cabin):
    def run(*arguments):
        return cabin("model", *arguments, small=False)

    return run


@pytest.fixture
def models_dir(tmp_path, monkeypatch):
    """A models folder with a tiny base model, and a cache of the test's own."""
    monkeypatch.setenv("CABIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    tiny.write_gguf(tmp_path / "models" / "smollm2-135m" / "tiny.gguf")
    return tmp_path / "models"


def test_info(model, model_dir):
    code, (facts,), _ = model("info", "--model", model_dir, "--json")
    assert code == 0
    assert facts["number_format"] == "int8-channel"
    assert facts["parameters"] == read_info(model_dir).architecture.parameters
    assert facts["intents"] == 5
    assert facts["calibration"] == {"bias": 0.0, "weights": {}, "confirm": 0.0, "act": 0.0}
    assert "number_format\tint8-channel" in model("info", "--model", model_dir)[1]


def test_info_of_a_broken_model(model, model_dir, tmp_path):
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    (copy / "decoder.onnx").write_bytes(b"")
    code, _, err = model("info", "--model", copy)
    assert code == 1
    assert "decoder.onnx: model file is truncated" in err
    code, _, err = model("info", "--model", tmp_path / "none")
    assert (code, "no such model folder" in err) == (1, True)


def test_text(model, tiny_dir):
    code, rows, _ = model("text", "--catalog", tiny_dir, "--count", "30", "--json")
    assert (code, len(rows)) == (0, 30)
    assert all(list(row) == ["text", "calls", "refused", "template", "where"] for row in rows)
    assert {call[0].partition(".")[0] for row in rows for call in row["calls"]} <= {"window", "heat", "music"}
    held_back = model("text", "--catalog", tiny_dir, "--count", "5", "--held-back")[1].splitlines()
    assert len(held_back) == 6


def test_a_stranger_is_taught_the_first_party_refusals(model, tiny_dir):
    _, rows, _ = model("text", "--catalog", tiny_dir, "--count", "200", "--json")
    files = {row["where"].rpartition(":")[0] for row in rows if row["refused"]}
    assert any(str(tiny_dir) in file for file in files)
    assert any(str(tiny_dir) not in file for file in files)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["info", "--colour"],
        ["text", "--count", "0"],
        ["text", "--catalog", "/nowhere/at/all"],
        ["build"],
        ["build", "--out", "x", "--steps", "0"],
        ["build", "--out", "x", "--layers", "31"],
        ["build", "--out", "x", "--text-tokens", "5"],
    ],
)
def test_wrong_use(model, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = model(*arguments)
    assert code == 2
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_model_for_another_catalog(model, model_dir, cabin, tmp_path, tiny_dir):
    other = shutil.copytree(tiny_dir, tmp_path / "other")
    heat = (other / "heat.yaml").read_text().replace("words: [max, min]", "words: [max, min, medium]")
    (other / "heat.yaml").write_text(heat)
    code, _, err = cabin("parse", "--model", model_dir, "--catalog", other, "open the window", small=False)
    assert code == 2
    assert "built for another catalog" in err


def test_build(model, models_dir, tiny_dir, tmp_path):
    arguments = ["--catalog", tiny_dir, "--out", tmp_path / "out", "--steps", "3", "--layers", "1", "--batch", "8"]
    code, (result,), err = model("build", *arguments, "--threads", "1", "--max-loss", "100", "--quick", "--json")
    assert code == 0, err
    verify(tmp_path / "out")
    info = read_info(tmp_path / "out")
    assert (info.architecture.layers, info.provenance["steps"]) == (1, 3)
    assert result["bytes_on_disk"] == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert "sentence patterns" in err


def test_a_quick_build_goes_on_from_the_configured_model(model, models_dir, tiny_dir, fp32_dir, tmp_path, monkeypatch):
    """Quantized as it ships, without the base model; its calls keep what they know."""
    monkeypatch.setattr("cabin.cli.model_build.load_sentences", lambda app, catalogs: tiny.load(tiny_dir))
    shutil.rmtree(models_dir / "smollm2-135m")
    OnnxQuantizer().quantize(fp32_dir, models_dir / "intent", Scheme())
    arguments = ["--out", tmp_path / "out", "--quick", "--steps", "2", "--batch", "4", "--threads", "1"]
    code, _, err = model("build", *arguments, "--qat", "int4-group32", "--qat-steps", "1", "--max-loss", "100")
    assert code == 0, err
    info = read_info(tmp_path / "out")
    assert info.number_format == "int4-group32"
    assert info.provenance["went_on_from"] == read_info(fp32_dir).provenance
    assert info.provenance["quantization_aware"]["steps"] == 1
    assert "reading the base model" not in err


def test_build_tells_all_that_does_not_go_together(model, models_dir, fp32_dir, tmp_path):
    options = ["--from", fp32_dir, "--layers", "3", "--text-tokens", "1234", "--qat-steps", "5", "--qat-rate", "0.1"]
    code, _, err = model("build", "--out", tmp_path / "out", *options)
    assert code == 2
    assert [name for name in ("--layers", "--text-tokens", "--qat-steps", "--qat-rate") if f"{name}: " in err] == [
        "--layers", "--text-tokens", "--qat-steps", "--qat-rate"
    ]  # fmt: skip
    code, _, err = model("build", "--out", tmp_path / "out", "--qat", "fp16")
    assert (code, "nothing is learnt" in err) == (2, True)
    code, _, err = model("build", "--out", tmp_path / "out", "--qat", "int8-chanel")
    assert (code, "int8-channel" in err) == (2, True)


def test_build_without_the_base_model(model, models_dir, tmp_path):
    shutil.rmtree(models_dir / "smollm2-135m")
    code, _, err = model("build", "--out", tmp_path / "out")
    assert code == 1
    assert "cabin models get smollm2-135m" in err


def test_build_without_its_extra(model, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = model("build", "--out", tmp_path / "out")
    assert code == 2
    assert "torch, onnx, gguf is not installed" in err
    assert "cabin[build]" in err
