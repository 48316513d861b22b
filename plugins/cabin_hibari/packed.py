"""Big dictionaries as sorted bytes in a file that is mapped, not read: a word is looked up where it lies.

hibari's lexicons and tagger hold some 350,000 entries; as Python objects they take 100 MB and a second to read.

    8 bytes magic | 8 bytes length of the head | head: JSON {name: [offset, count, bytes of keys, bytes of values]}
    a table: count + 1 offsets of keys, count + 1 offsets of values (uint32), keys in the order of their UTF-8, values

Values are JSON.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Packed", "PackedTable", "pack"]

_MAGIC = b"cabinpk1"
_HEAD = struct.Struct("<8sQ")


class PackedTable:
    """One read-only dictionary. `get` and `in`; nothing else is needed."""

    def __init__(self, data: mmap.mmap | bytes, offset: int, count: int, key_bytes: int) -> None:
        self._data, self._count = memoryview(data), count
        width = 4 * (count + 1)
        self._keys = np.frombuffer(data, "<u4", count + 1, offset)
        self._values = np.frombuffer(data, "<u4", count + 1, offset + width)
        self._first_key = offset + 2 * width
        self._first_value = self._first_key + key_bytes

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: str) -> bool:
        return self._find(key) >= 0

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key."""
        at = self._find(key)
        if at < 0:
            return default
        begin, end = self._first_value + int(self._values[at]), self._first_value + int(self._values[at + 1])
        return json.loads(bytes(self._data[begin:end]))

    def _find(self, key: str) -> int:
        """Return the number of a key, or -1. Binary search."""
        wanted = key.encode("utf-8", "surrogatepass")
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._key(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < self._count and self._key(low) == wanted else -1

    def _key(self, number: int) -> bytes:
        begin, end = self._first_key + int(self._keys[number]), self._first_key + int(self._keys[number + 1])
        return bytes(self._data[begin:end])


class Packed:
    """Several tables in one piece."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        """Raises ValueError for bytes that `pack` did not make, or half of them."""
        if len(data) < _HEAD.size:
            raise ValueError("too short")
        magic, length = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError("no packed tables")
        head = json.loads(bytes(memoryview(data)[_HEAD.size : _HEAD.size + length]))
        self.tables: dict[str, PackedTable] = {}
        """Name -> table."""
        for name, (offset, count, key_bytes, value_bytes) in head.items():
            if offset + 8 * (count + 1) + key_bytes + value_bytes > len(data):
                raise ValueError("cut short")
            self.tables[name] = PackedTable(data, offset, count, key_bytes)

    @classmethod
    def open(cls, path: Path) -> Packed:
        """Map a file. Raises OSError when it is not there, ValueError when it is not whole."""
        with path.open("rb") as file:
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def pack(tables: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return tables as bytes."""
    bodies = {name: _table(entries) for name, entries in tables.items()}
    room = 64 * (len(bodies) + 1) + sum(
        len(name) for name in bodies
    )  # for the head; offsets count from the file's start
    offset, head = _HEAD.size + room, {}
    for name, (body, key_bytes, value_bytes) in bodies.items():
        head[name] = (offset, len(tables[name]), key_bytes, value_bytes)
        offset += len(body)
    text = json.dumps(head).encode()
    assert len(text) <= room
    parts = [_HEAD.pack(_MAGIC, room), text.ljust(room)]
    return b"".join([*parts, *(body for body, _, _ in bodies.values())])


def _table(entries: Mapping[str, Any]) -> tuple[bytes, int, int]:
    keys = sorted((key.encode("utf-8", "surrogatepass"), key) for key in entries)
    values = [json.dumps(entries[key], ensure_ascii=False, separators=(",", ":")).encode() for _, key in keys]
    encoded = [key for key, _ in keys]
    key_blob, value_blob = b"".join(encoded), b"".join(values)
    body = _offsets(encoded) + _offsets(values) + key_blob + value_blob
    padding = -len(body) % 4  # the next table's offsets are read where they lie
    return body + bytes(padding), len(key_blob), len(value_blob)


def _offsets(pieces: list[bytes]) -> bytes:
    ends = np.cumsum([0, *map(len, pieces)], dtype=np.uint64)
    return ends.astype("<u4").tobytes()
