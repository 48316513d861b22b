"""Moonshine's pieces: tokenizer.bin read, and tokens turned into text.

Layout of the file, observed: one piece after another, each its length in bytes (one byte below 128, else two: low
seven bits with the top bit set, then the rest) and its bytes. Pieces 0 to 2 are <unk>, <s> and </s>; 3 to 258 are the
single bytes; "\u2581" stands for a space; pieces of the form <<...>> say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cabin.errors import ModelError, Problem

__all__ = ["END", "START", "Tokenizer"]

START, END = 1, 2
_SPACE = "\u2581".encode()
_FIRST_BYTE, _LAST_BYTE = 3, 258
_SILENT = re.compile(rb"<<.*>>|<unk>|<s>|</s>")


class Tokenizer:
    """The pieces by their number."""

    def __init__(self, path: Path) -> None:
        """Read tokenizer.bin. Raises ModelError when it is missing or cut short."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(Problem("cannot be read", str(path), error.strerror or str(error))) from error
        self.pieces: list[bytes] = []
        position = 0
        while position < len(data):
            size = data[position]
            position += 1
            if size >= 128 and position < len(data):
                size = (size & 0x7F) | data[position] << 7
                position += 1
            if position + size > len(data):
                raise ModelError(Problem("cut short", str(path), seen=f"{len(data):,} bytes"))
            self.pieces.append(data[position : position + size])
            position += size
        if len(self.pieces) <= _LAST_BYTE or self.pieces[END] != b"</s>":
            raise ModelError(Problem("no Moonshine tokenizer", str(path), seen=f"{len(self.pieces):,} pieces"))

    def __len__(self) -> int:
        return len(self.pieces)

    def piece(self, token: int) -> bytes:
        """Return the bytes that a token says, with real spaces; empty for what says nothing.

        The base model has 768 tokens more than its file has pieces; they are the silent ones that the tiny model's
        lists.
        """
        if token >= len(self.pieces):
            return b""
        piece = self.pieces[token]
        if token <= END or (token > _LAST_BYTE and _SILENT.fullmatch(piece)):
            return b""
        return piece.replace(_SPACE, b" ")

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of tokens, without the space before the first word."""
        return b"".join(map(self.piece, tokens)).decode("utf-8", "replace").strip()
