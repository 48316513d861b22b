from __future__ import annotations

from pathlib import Path

import pytest

from cabin.errors import ModelError
from cabin_moonshine.tokenizer import Tokenizer

from .conftest import VOCABULARY, tokenizer_bytes


@pytest.fixture
def tokenizer(tmp_path: Path) -> Tokenizer:
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(tokenizer_bytes() + bytes([0x80 | 72, 1]) + b"x" * 200 + bytes([8]) + b"<<ST_1>>")
    return Tokenizer(path)


def test_reads_every_piece_long_ones_too(tokenizer: Tokenizer) -> None:
    assert len(tokenizer) == VOCABULARY + 2
    assert tokenizer.pieces[VOCABULARY] == b"x" * 200


def test_spaces_bytes_and_silent_pieces(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode([1, 259, 260, 2]) == "word0 word1"
    euro = [3 + byte for byte in "\u20ac".encode()]
    assert tokenizer.decode([259, *euro]) == "word0\u20ac"
    assert tokenizer.decode([VOCABULARY + 1]) == ""
    assert tokenizer.decode([3 + 0xFF]) == "\ufffd"


@pytest.mark.parametrize("data", [b"", b"\x05<unk", b"\x01a\x01b\x01c", tokenizer_bytes()[:-3]])
def test_anything_else_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "tokenizer.bin").write_bytes(data)
    with pytest.raises(ModelError):
        Tokenizer(tmp_path / "tokenizer.bin")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Tokenizer(tmp_path / "none")


def test_the_published_tokenizer(base_model_dir: Path) -> None:
    tokenizer = Tokenizer(base_model_dir / "tokenizer.bin")
    assert len(tokenizer) == 32_000
    assert tokenizer.decode([32_767]) == ""  # the model has more tokens than the file has pieces
    assert sum(piece.startswith("\u2581".encode()) for piece in tokenizer.pieces) > 10_000
