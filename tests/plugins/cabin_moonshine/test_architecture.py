from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.errors import ModelError
from cabin_moonshine.architecture import ARCHITECTURE_FILE, load_architecture


def test_reads_back_what_was_written(random_model_dir: Path) -> None:
    shape = load_architecture(random_model_dir)
    assert shape.hidden == shape.heads * shape.head_dim
    assert json.loads(shape.to_json()) == json.loads((random_model_dir / ARCHITECTURE_FILE).read_text())


def test_missing_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cabin models get moonshine-tiny-en"):
        load_architecture(tmp_path / "moonshine-tiny-en")


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 3}', "\x00"])
def test_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / ARCHITECTURE_FILE).write_text(text)
    with pytest.raises(ModelError):
        load_architecture(tmp_path)
