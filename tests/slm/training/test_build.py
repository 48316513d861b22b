from __future__ import annotations

import json

import pytest

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.slm.calibration import CALIBRATION_FILE, read_calibration
from cabin.slm.package import read_info, verify
from cabin.slm.parser import IntentParser
from cabin.slm.training.build import build_model
from cabin.slm.training.plan import BuildPlan, quick_plan
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer

PLAN = BuildPlan(layers=2, text_tokens=1000, steps=3, batch=8, held_back=60, max_loss=100.0, threads=1)


@pytest.fixture
def build(catalog, gguf, tmp_path):
    def run(plan=PLAN, base=gguf, **options):
        told = []
        result = build_model(
            catalog, base, tmp_path / "model", plan, work=tmp_path / "work", quantizer=OnnxQuantizer(),
            backend=OnnxBackend, tell=lambda what, progress: told.append((what, progress)), **options,
        )  # fmt: skip
        return result, told

    return run


def test_from_catalog_to_model(build, catalog, tmp_path):
    result, told = build(keep_fp32=tmp_path / "fp32")
    verify(result.folder)
    info = read_info(result.folder)
    assert (info.number_format, info.architecture.layers, info.provenance["steps"]) == ("int8-channel", 2, 3)
    assert info.provenance["base"]["file"] == "tiny.gguf"
    assert [progress.step for what, progress in told if progress] == [3]
    assert result.bytes_on_disk == sum(path.stat().st_size for path in result.folder.iterdir())
    assert (result.folder / CALIBRATION_FILE).is_file()
    assert 0 <= read_calibration(result.folder).confirm <= read_calibration(result.folder).act <= 1
    report = json.loads((result.folder / "quantization.json").read_text())
    assert report["measured"]["held_back_sentences"] == 30
    assert report["measured"]["before"] == result.figures_before
    card = (result.folder / "README.md").read_text()
    assert f"| function | {result.figures_before['function']} | {result.figures_after['function']} |" in card
    assert "3 steps of 8 samples, seed 1" in card
    assert "Apache" in (result.folder / "NOTICE").read_text()
    assert IntentParser.load(result.folder, catalog, backend=OnnxBackend).parse("open the window").confidence > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fp32", "model", "work"]


def test_the_same_build_gives_the_same_weights(build, tmp_path):
    build(keep_fp32=tmp_path / "a")
    (checkpoint,) = (tmp_path / "work").glob("*/checkpoint.pt")
    checkpoint.unlink()
    build(keep_fp32=tmp_path / "b")
    assert (tmp_path / "a" / "weights.npz").read_bytes() == (tmp_path / "b" / "weights.npz").read_bytes()


def test_it_goes_on_from_a_checkpoint_and_from_a_model(build, tmp_path):
    build(keep_fp32=tmp_path / "fp32")
    _, told = build()
    assert any(what.startswith("training: going on from step 3") for what, _ in told)
    result, _ = build(start=tmp_path / "fp32")
    assert read_info(result.folder).provenance["went_on_from"]["steps"] == 3


def test_losing_more_than_allowed_fails_and_leaves_nothing(build, tmp_path):
    with pytest.raises(ModelError, match=r"quantizing loses too much.*--max-loss"):
        build(PLAN.changed(max_loss=-100.1))
    assert not (tmp_path / "model").exists()
    assert not list((tmp_path / "work").glob("*/*-measure"))


def test_plans():
    assert BuildPlan().scheme == Scheme("int8", "channel")
    assert quick_plan().steps < BuildPlan().steps
    assert quick_plan().changed(steps=7).steps == 7


def test_the_same_training_is_shared_by_other_schemes(build, tmp_path):
    build()
    _, told = build(PLAN.changed(scheme=Scheme("int4", "group", 32), threads=2, held_back=80))
    assert any(what.startswith("training: going on from step 3") for what, _ in told)
    _, told = build(PLAN.changed(average=0.5))
    assert not any("going on" in what for what, _ in told)
    assert len(list((tmp_path / "work").glob("*/checkpoint.jsonl"))) == 2


def test_taught_and_made_aware_from_a_quantized_model_on(build, tmp_path):
    """No base model is needed then; what is kept in FP32 is what was trained before the last stage."""
    first, _ = build(keep_fp32=tmp_path / "fp32")
    plan = PLAN.changed(scheme=Scheme("int4", "group", 32), steps=2, qat_steps=2)
    result, told = build(plan, base=None, start=first.folder, teacher=tmp_path / "fp32", keep_fp32=tmp_path / "second")
    stages = [(what, progress.step) for what, progress in told if progress]
    assert stages == [("training", 2), ("training in int4-group32", 2)]
    info, kept = read_info(result.folder), read_info(tmp_path / "second")
    assert info.number_format == "int4-group32"
    assert info.provenance["quantization_aware"]["steps"] == 2
    assert "quantization_aware" not in kept.provenance
    assert (kept.provenance["taught_by"]["steps"], kept.provenance["went_on_from"]["steps"]) == (3, 3)
    assert kept.provenance["base"]["file"] == "tiny.gguf"
    assert "then 2 steps in int4-group32" in (result.folder / "README.md").read_text()
    (ready,) = (tmp_path / "work").glob("*/fp32-qat/weights.npz")
    assert ready.read_bytes() != (tmp_path / "second" / "weights.npz").read_bytes()
    with pytest.raises(ValueError, match="base model"):
        build(base=None)
