from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cabin.errors import DownloadError, ModelError
from cabin.modelstore import fetch_files, load_models, models_file
from cabin_moonshine import architecture as files
from cabin_moonshine import rebuild as rebuilding
from cabin_moonshine.architecture import load_architecture
from cabin_moonshine.model import MoonshineModel


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    try:
        fetch_files(load_models(models_file())["moonshine-tiny-en"], folder / "files", folder / "downloads")
    except DownloadError as error:
        pytest.skip(f"the published model cannot be fetched: {error}")
    return folder / "files"


def test_rebuilds_the_published_model(published: Path, tmp_path: Path) -> None:
    said: list[str] = []
    target = tmp_path / "moonshine-tiny-en"
    rebuilding.rebuild(published, target, said.append)
    shape = load_architecture(target)
    assert (shape.hidden, shape.encoder_layers, shape.decoder_layers, shape.vocabulary) == (288, 6, 6, 32_768)
    assert any("agrees" in line for line in said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moonshine-tiny-en"]  # nothing half-made is left
    model = MoonshineModel(target)
    model.step(np.array([[1]]), model.empty_cache(), model.encode(np.zeros(16_000, np.float32)))
    model.close()


def test_graphs_that_disagree_are_refused(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "_ROTARY_DIM", 16)  # a wrong idea of the architecture
    with pytest.raises(ModelError, match="disagree"):
        rebuilding.rebuild(published, tmp_path / "moonshine-tiny-en")


def test_files_of_something_else_are_refused(tmp_path: Path) -> None:
    download = tmp_path / "download"
    download.mkdir()
    for name in ("encoder_model.ort", "decoder_model_merged.ort", files.TOKENIZER_FILE):
        (download / name).write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"encoder_model\.ort"):
        rebuilding.rebuild(download, tmp_path / "moonshine-base-en")


def test_without_the_package_onnx_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install onnx"):
        rebuilding.rebuild(tmp_path, tmp_path / "moonshine-base-en")


def test_command_line_knows_the_precisions(tmp_path: Path) -> None:
    done = CliRunner().invoke(rebuilding.main, ["moonshine-tiny-en", str(tmp_path), "--precision", "int3"])
    assert done.exit_code == 2
    assert "fp32" in done.output
