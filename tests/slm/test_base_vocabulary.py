from __future__ import annotations

import json

import pytest

from cabin.slm.base_vocabulary import cut_tokenizer


@pytest.fixture
def tokenizer_json():
    """A byte-level BPE of eight entries whose last merges need the ones before."""
    pieces = ["o", "p", "e", "n", "op", "en", "open", "opens"]
    merges = ["o p", "e n", "op en"]
    model = {"type": "BPE", "vocab": {piece: at for at, piece in enumerate(pieces)}, "merges": merges}
    added = [
        {
            "id": 8,
            "content": "<end>",
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
    ]
    return json.dumps({"version": "1.0", "model": model, "added_tokens": added, "post_processor": None})


def test_the_first_entries_stay_what_they_were(tokenizer_json):
    cut = cut_tokenizer(tokenizer_json, 7)
    assert cut.get_vocab_size() == 7
    assert cut.encode("open").ids == [6]


def test_what_is_cut_off_is_written_with_what_is_left(tokenizer_json):
    cut = cut_tokenizer(tokenizer_json, 6)
    assert cut.encode("open").tokens == ["op", "en"]
    assert cut_tokenizer(tokenizer_json, 4).encode("open").tokens == ["o", "p", "e", "n"]


def test_no_added_token_is_left(tokenizer_json):
    assert cut_tokenizer(tokenizer_json, 8).token_to_id("<end>") is None


def test_from_a_file(tokenizer_json, tmp_path):
    file = tmp_path / "tokenizer.json"
    file.write_text(tokenizer_json, encoding="utf-8")
    assert cut_tokenizer(file, 5).encode("op").ids == [4]
