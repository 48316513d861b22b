"""Length-prefixed messages on a stream socket: a JSON object, and bytes beside it for sound.

    4 bytes length of the JSON | 4 bytes length of the body | JSON | body        (lengths big-endian)

What comes from a worker is read as data and nothing else: no pickle, nothing that could run.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["FrameError", "FrameReader", "encode_frame"]

_HEAD = struct.Struct("!II")
_LONGEST_JSON = 2**20
_LONGEST_BODY = 2**23
"""8 MiB: two minutes of float32 sound, more than any utterance."""


class FrameError(ValueError):
    """Bytes that are no message: whoever sent them is not spoken to any more."""


def encode_frame(message: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return one message as bytes. Raises FrameError when it is longer than the other end takes."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(text) > _LONGEST_JSON or len(body) > _LONGEST_BODY:
        raise FrameError(f"message of {len(text):,} + {len(body):,} bytes")
    return _HEAD.pack(len(text), len(body)) + text + body


class FrameReader:
    """Bytes as they come in, messages out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Take bytes and yield the messages that are whole. Raises FrameError."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            text_length, body_length = _HEAD.unpack_from(self._buffer)
            if text_length > _LONGEST_JSON or body_length > _LONGEST_BODY:
                raise FrameError(f"a message claims {text_length:,} + {body_length:,} bytes")
            end = _HEAD.size + text_length + body_length
            if len(self._buffer) < end:
                return
            text = bytes(self._buffer[_HEAD.size : _HEAD.size + text_length])
            body = bytes(self._buffer[_HEAD.size + text_length : end])
            del self._buffer[:end]
            try:
                message = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise FrameError(f"no JSON: {error}") from None
            if not isinstance(message, dict):
                raise FrameError("no JSON object")
            yield message, body
