from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin_moonshine import architecture as files
from cabin_moonshine.checkpoint import Checkpoint
from cabin_moonshine.model import MoonshineModel


def test_embeddings_are_the_rows_of_the_table(random_model_dir: Path, checkpoint: Checkpoint) -> None:
    model = MoonshineModel(random_model_dir)
    tokens = np.array([[1, 299], [0, 42]])
    np.testing.assert_allclose(model.embed(tokens), checkpoint.embedding.dequantize()[tokens], rtol=1e-6)
    model.close()


def test_log_probabilities_are_normalized(random_model_dir: Path, sound: np.ndarray) -> None:
    model = MoonshineModel(random_model_dir)
    log_probs, cache = model.step(np.array([[1]]), model.empty_cache(), model.encode(sound))
    assert np.exp(log_probs[0, 0]).sum() == pytest.approx(1.0, abs=1e-3)
    assert cache.length == 1


@pytest.mark.parametrize("name", [files.ENCODER_FILE, files.DECODER_WEIGHTS_FILE, files.EMBEDDING_FILE])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_folder_is_a_model_error(tmp_path: Path, random_model_dir: Path, name: str, damage: str) -> None:
    folder = tmp_path / "moonshine-base-en"
    shutil.copytree(random_model_dir, folder)
    if damage == "missing":
        (folder / name).unlink()
    else:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match="cabin models verify moonshine-base-en"):
        MoonshineModel(folder)
