"""A checked catalog kept as JSON in the user's cache folder, so that starting need not read and check the YAML again.

The name of the file is a digest of everything it depends on: the folders, the name, size and time of each file, cabin's
version and its catalog code. A file that is missing, cut off or altered is no error: the YAML is read again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import cabin
from cabin.cache_file import keep
from cabin.catalog.schema import Case, Catalog, Intent, Place, SentenceGroup, SignalSpec, Slot, WordList
from cabin.paths import cache_dir

__all__ = ["cache_key", "decode", "encode", "read_cached", "write_cached"]

_log = logging.getLogger(__name__)

_FORMAT = 2
_PREFIX = "catalog-"
_LIST = b'["list",'
_KEPT = 8
"""How many catalogs stay in the cache: one for each set of plugins that is in use."""


def cache_key(named: Iterable[tuple[str, Path]], files: Iterable[Path]) -> str:
    """Return a digest of the folders and of each file's path, size and time. Raises OSError when one is gone."""
    code = Path(__file__).parent
    parts = [f"{_FORMAT} {cabin.__version__}", *(f"{plugin}\t{folder.resolve()}\t{folder}" for plugin, folder in named)]
    for path in (*files, *sorted(code.glob("*.py")), code.parent / "yamlfile.py"):
        stat = path.stat()
        parts.append(f"{path}\t{stat.st_mtime_ns}\t{stat.st_size}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_cached(key: str) -> Catalog | None:
    """Return the catalog kept under a key, or None."""
    try:
        with _file(key).open("rb") as file:
            first = file.readline()
            if first.strip().decode() != hashlib.file_digest(file, "sha256").hexdigest():
                return None
            file.seek(len(first))
            return decode(file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.debug("catalog cache not used: %s", error)
        return None


def write_cached(key: str, catalog: Catalog) -> None:
    """Keep a catalog, whole or not at all; a folder that cannot be written is no error."""
    body = b"\n".join(encode(catalog))
    try:
        keep(_file(key), hashlib.sha256(body).hexdigest().encode() + b"\n" + body, f"{_PREFIX}*.json", _KEPT)
    except OSError as error:
        _log.debug("catalog cache not written: %s", error)


def _file(key: str) -> Path:
    return cache_dir() / f"{_PREFIX}{key[:32]}.json"


def encode(catalog: Catalog) -> list[bytes]:
    """Return a catalog without combinations and refusals as lines of JSON: [kind, entry].

    A line at a time is read, so that the whole never stands in memory as text and as JSON beside the catalog itself.
    """
    rows: list[tuple[str, Any]] = [("intent", _encode_intent(intent)) for intent in catalog.intents.values()]
    rows += [("signal", {**s.__dict__, "where": _encode_place(s.where)}) for s in catalog.signals.values()]
    rows += [("list", [words.name, dict(words.entries), words.slot]) for words in catalog.lists.values()]
    return [json.dumps(row, separators=(",", ":")).encode() for row in rows]


def decode(lines: Iterable[bytes]) -> Catalog:
    """Read `encode`'s lines. Raises KeyError, TypeError, AttributeError or ValueError for anything else."""
    intents: dict[str, Intent] = {}
    signals: dict[str, SignalSpec] = {}
    lists: list[bytes] = []
    for line in lines:
        if line.startswith(_LIST):
            lists.append(line)
            continue
        kind, entry = json.loads(line)
        if kind == "intent":
            intents[entry["name"]] = _decode_intent(entry)
        else:
            place = _decode_place(entry["where"])
            signals[entry["path"]] = SignalSpec(**{**entry, "allowed": tuple(entry["allowed"]), "where": place})
    return Catalog(intents, signals, _LateLists(lists))


class _LateLists(Mapping[str, WordList]):
    """Word lists that stay JSON until one is asked for: more than half of a catalog, and parsing needs none."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    @cached_property
    def _lists(self) -> dict[str, WordList]:
        rows = [json.loads(line)[1] for line in self._lines]
        self._lines = []
        return {name: WordList(name, {v: tuple(p) for v, p in entries.items()}, slot) for name, entries, slot in rows}

    def __getitem__(self, name: str) -> WordList:
        return self._lists[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)


def _encode_place(place: Place | None) -> list[Any] | None:
    return None if place is None else [str(place.file), place.line]


def _decode_place(entry: list[Any] | None) -> Place | None:
    return None if entry is None else Place(Path(entry[0]), entry[1])


def _encode_intent(intent: Intent) -> dict[str, Any]:
    return {
        **intent.__dict__,
        "slots": [slot.__dict__ for slot in intent.slots.values()],
        "cases": [case.__dict__ for case in intent.cases],
        "sentences": [{**group.__dict__, "where": _encode_place(group.where)} for group in intent.sentences],
        "where": _encode_place(intent.where),
        "zones": dict(intent.zones),
    }


def _decode_intent(entry: Mapping[str, Any]) -> Intent:
    slots = [Slot(**{**slot, "values": tuple(slot["values"])}) for slot in entry["slots"]]
    cases = tuple(Case(**{**case, "read": tuple(case["read"])}) for case in entry["cases"])
    groups = tuple(
        SentenceGroup(group["slots"], tuple(group["templates"]), _need_place(group["where"]))
        for group in entry["sentences"]
    )
    zones = {value: tuple(places) for value, places in entry["zones"].items()}
    made = {
        "slots": {s.name: s for s in slots},
        "cases": cases,
        "sentences": groups,
        "zones": zones,
        "where": _need_place(entry["where"]),
    }
    return Intent(**{**entry, **made})


def _need_place(entry: list[Any]) -> Place:
    place = _decode_place(entry)
    if place is None:
        raise ValueError("no place")
    return place
