"""docs/quantization-measured.md holds what docs/quantization.json says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.slm import tiny

ROOT = Path(__file__).parents[2]
NAMES = ("weights", "activations", "sensitivity", "schemes")


@pytest.fixture
def script(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("quantization_tables", ROOT / "scripts" / "quantization_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(module, "TABLES", tmp_path / "tables.json")
    module.PAGE.write_text("x\n" + "".join(f"<!-- {n}: -->\nold\n<!-- end of {n} -->\n" for n in NAMES))
    module.TABLES.write_text("{}")
    return module


def run(script, *arguments):
    return CliRunner().invoke(script.main, [str(each) for each in arguments])


def test_the_page_of_the_repository_is_up_to_date(script):
    page = (ROOT / "docs" / "quantization-measured.md").read_text(encoding="utf-8")
    assert script.updated(page, json.loads((ROOT / "docs" / "quantization.json").read_text(encoding="utf-8"))) == page


def test_the_weights_are_measured_and_written(script, tmp_path, monkeypatch):
    source = tiny.write_fp32(tmp_path / "fp32", tiny.load(tiny.write_catalog(tmp_path / "catalog")))
    monkeypatch.setattr(script, "WEIGHT_SCHEMES", ("fp16", "int8-channel", "int4-group32"))
    assert run(script, "--check").exit_code == 1
    result = run(script, "--measure", source, "--only", "weights")
    assert result.exit_code == 0, result.output
    rows = json.loads(script.TABLES.read_text())["weights"]["rows"]
    assert [row[:2] for row in rows] == [["fp16", 16.0], ["int8-channel", 8.56], ["int4-group32", 5.0]]
    assert rows[0][2] > rows[1][2] > rows[2][2]
    page = script.PAGE.read_text()
    assert "| int4-group32 | 5 |" in page
    assert page.startswith("x\n")
    assert "old" not in page
    assert run(script, "--check").exit_code == 0


def test_the_activations_are_measured(script, tmp_path, monkeypatch):
    folder = tiny.write_catalog(tmp_path / "catalog")
    source = tiny.write_fp32(tmp_path / "fp32", tiny.load(folder))
    monkeypatch.setattr("cabin.cli.measuring.load_sentences", lambda app, catalogs: tiny.load(folder))
    result = run(script, "--measure", source, "--only", "activations")
    assert result.exit_code == 0, result.output
    rows = json.loads(script.TABLES.read_text())["activations"]["rows"]
    assert {row[0] for row in rows} == {"`qkv`", "`o`", "`gate_up`", "`down`"}
    assert all(row[1] >= 1 and row[3] >= row[2] - 0.5 for row in rows)


def test_an_outlier_takes_the_steps_of_all_rows(script):
    x = np.random.default_rng(0).normal(size=(10, 64)).astype(np.float32)
    x[0] *= 100
    ratio, flat, levelled = script._outliers(x)
    assert ratio > 50
    assert levelled > flat + 20


def test_a_page_without_marks(script):
    with pytest.raises(ValueError, match="0 blocks 'weights'"):
        script.updated("nothing", {})
