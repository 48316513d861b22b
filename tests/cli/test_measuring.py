from __future__ import annotations

import pytest

from cabin.cli.app import App
from cabin.cli.measuring import check_source, held_back, measure_bench, progress, sensitivity_of
from cabin.errors import CabinError, ModelError
from cabin.quantization.scheme import Scheme
from tests.slm import tiny


@pytest.fixture(scope="module")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def app(catalog_dir, tmp_path, monkeypatch):
    monkeypatch.setattr("cabin.cli.measuring.load_sentences", lambda app, catalogs: tiny.load(catalog_dir))
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    return App()


def test_held_back_sentences_are_the_same_each_time(app):
    first, again, other = (held_back(app, (), 5, seed) for seed in (1, 1, 2))
    assert len(first) == 5
    assert first == again
    assert first != other


def test_progress_in_a_log_tells_each_step_once(capsys):
    with progress() as tell:
        for done in range(3):
            tell("measuring", done, 3)
        tell("writing", 0, 1)
    assert capsys.readouterr().err.splitlines() == ["measuring (0 of 3)", "writing"]


def test_a_source_without_weights(tmp_path, catalog_dir):
    with pytest.raises(ModelError, match="no such model folder"):
        check_source(tmp_path / "none")
    source = tiny.write_fp32(tmp_path / "fp32", tiny.load(catalog_dir))
    check_source(source)
    (source / "weights.npz").unlink()
    with pytest.raises(ModelError, match="--keep-fp32"):
        check_source(source)


def test_the_bench_of_a_backend(app, tmp_path):
    bench = measure_bench(app, [], "onnx", lambda *_: None)
    assert (bench.quantizer.name, bench.backend) == ("onnx", "onnx")
    assert bench.work == tmp_path / "cache" / "quantization"
    with pytest.raises(CabinError, match="onx"):
        measure_bench(app, [], "onx", lambda *_: None)


def test_sentences_of_another_catalog_cannot_be_written(app, tmp_path, catalog_dir):
    source = tiny.write_fp32(tmp_path / "fp32", tiny.load(catalog_dir))
    bench = measure_bench(app, [], "onnx", lambda *_: None)
    with pytest.raises(ModelError, match="no sentence can be written"):
        sensitivity_of(app, source, [], Scheme(), Scheme("int4", "group", 32), bench)
    assert not bench.work.exists()
