from __future__ import annotations

import pytest

from cabin.slm.package import read_info, verify
from tests.slm import tiny


@pytest.fixture(scope="module")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def fp32_dir(tmp_path_factory, catalog_dir):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", tiny.load(catalog_dir))


@pytest.fixture
def prune(cabin, fp32_dir, catalog_dir, tmp_path, monkeypatch):
    """Run the command on the small catalog's sentences alone (reading the first-party refusals takes long)."""
    monkeypatch.setattr("cabin.cli.model_prune.load_sentences", lambda app, catalogs: tiny.load(catalog_dir))

    def run(*arguments, source=fp32_dir):
        return cabin("model", "prune", "--from", source, "--out", tmp_path / "out", *arguments, small=False)

    return run


def test_neurons_and_layers_go(prune, fp32_dir, tmp_path):
    options = ["--feed-forward", "64", "--layers", "1", "--sentences", "32"]
    code, (found,), err = prune(*options, "--json")
    assert code == 0, err
    verify(tmp_path / "out")
    shape, before = read_info(tmp_path / "out").architecture, read_info(fp32_dir).architecture
    assert (shape.layers, shape.feed_forward, found["feed_forward"]) == (1, 64, 64)
    assert (found["parameters_before"], found["parameters_after"]) == (before.parameters, shape.parameters)
    assert "without layer" in err
    code, out, _ = prune(*options)
    assert code == 0
    assert "loss on held-back text" in out


def test_wrong_use(prune, tmp_path):
    code, _, err = prune()
    assert code == 2
    assert "--feed-forward, --layers or both" in err
    code, _, err = prune("--feed-forward", "128", "--sentences", "32")
    assert code == 2
    assert "fewer than the 128" in err
    code, _, err = prune("--layers", "1", source=tmp_path / "none")
    assert code == 1
    assert "no such model folder" in err
    assert not (tmp_path / "out").exists()
