from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.slm.package import read_info
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="module")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def fp32_dir(tmp_path_factory, catalog_dir):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", tiny.load(catalog_dir))


@pytest.fixture
def quantize(cabin, fp32_dir, catalog_dir, tmp_path, monkeypatch):
    """Run the command on the small catalog's sentences alone (reading the first-party refusals takes long)."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("cabin.cli.aware.load_sentences", lambda app, catalogs: tiny.load(catalog_dir))

    def run(*arguments, source=fp32_dir):
        options = ("--from", source, "--out", tmp_path / "out", "--sentences", "0", *arguments)
        return cabin("model", "quantize", *options, small=False)

    return run


def test_weights_are_trained_for_the_scheme_first(quantize, fp32_dir, tmp_path):
    options = ["--scheme", "int4", "--method", "qat", "--steps", "2", "--batch", "4", "--threads", "1"]
    code, (report,), err = quantize(*options, "--teacher", fp32_dir, "--json")
    assert code == 0, err
    assert report["scheme"]["name"] == "int4-group32"
    info = read_info(tmp_path / "out")
    assert info.provenance["quantization_aware"]["steps"] == 2
    (ready,) = (tmp_path / "cache" / "qat").glob("*/fp32")
    with np.load(ready / "weights.npz") as trained, np.load(fp32_dir / "weights.npz") as before:
        assert any(not np.array_equal(trained[name], before[name]) for name in before.files)
    OnnxQuantizer().quantize(ready, tmp_path / "again", _scheme(report))
    assert (tmp_path / "again" / "weights.bin").read_bytes() == (tmp_path / "out" / "weights.bin").read_bytes()


def _scheme(report):
    from cabin.quantization.scheme import parse_scheme

    return parse_scheme(report["scheme"]["name"])


def test_wrong_use(quantize, tmp_path):
    code, _, err = quantize("--scheme", "fp16", "--method", "qat")
    assert code == 2
    assert "nothing is learnt for floats" in err
    code, _, err = quantize("--steps", "5", "--peak-rate", "0.1")
    assert code == 2
    assert "--steps: nothing is trained" in err
    assert "--peak-rate: nothing is trained" in err
    code, _, err = quantize("--method", "qat", "--teacher", tmp_path / "none")
    assert code == 1
    assert "no such model folder" in err
    assert not (tmp_path / "out").exists()


def test_it_needs_its_extra(quantize, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "torch" else found(name))
    code, _, err = quantize("--method", "qat")
    assert code == 2
    assert "torch is not installed" in err


def test_rounding_is_what_is_done_unless_told(quantize, fp32_dir, tmp_path):
    code, _, _ = quantize("--scheme", "int8", "--json")
    assert code == 0
    assert json.loads((tmp_path / "out" / "model.json").read_text())["provenance"] == read_info(fp32_dir).provenance
    assert not (tmp_path / "cache" / "qat").exists()
