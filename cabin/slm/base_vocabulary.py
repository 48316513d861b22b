"""Cutting a byte-level BPE to its first entries: merges are ordered by age, so those that remain still work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["cut_tokenizer"]


def cut_tokenizer(tokenizer_json: Path | str, size: int) -> Tokenizer:
    """Return the tokenizer with only the entries 0 .. size - 1 and the merges that make them; no added tokens.

    `tokenizer_json` is a file, or its text. Sennrich et al. 2016 (arXiv 1508.07909) describe the merges.
    """
    from tokenizers import Tokenizer

    text = tokenizer_json.read_text(encoding="utf-8") if isinstance(tokenizer_json, Path) else tokenizer_json
    fields = json.loads(text)
    vocab = {piece: at for piece, at in fields["model"]["vocab"].items() if at < size}
    merges = []
    for merge in fields["model"]["merges"]:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        if left + right in vocab and left in vocab and right in vocab:
            merges.append([left, right])
    fields["model"]["vocab"], fields["model"]["merges"] = vocab, merges
    fields["added_tokens"], fields["post_processor"] = [], None
    return Tokenizer.from_str(json.dumps(fields))
