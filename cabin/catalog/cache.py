"""A checked catalog kept as JSON in the user's cache folder, so that starting need not read and check the YAML again.

The name of the file is a digest of everything it depends on: the folders, the name, size and time of each file, cabin's
version and its catalog code. A file that is missing, cut off or altered is no error: the YAML is read again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cabin
from cabin.catalog.schema import Case, Catalog, Intent, Place, SentenceGroup, SignalSpec, Slot, WordList
from cabin.paths import cache_dir

__all__ = ["cache_key", "decode", "encode", "read_cached", "write_cached"]

_log = logging.getLogger(__name__)

_FORMAT = 1
_PREFIX = "catalog-"
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
        digest, _, body = _file(key).read_text(encoding="utf-8").partition("\n")
        if digest != hashlib.sha256(body.encode()).hexdigest():
            return None
        return decode(json.loads(body))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.debug("catalog cache not used: %s", error)
        return None


def write_cached(key: str, catalog: Catalog) -> None:
    """Keep a catalog, whole or not at all; a folder that cannot be written is no error."""
    path = _file(key)
    body = json.dumps(encode(catalog), separators=(",", ":"))
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".catalog-", delete=False
        ) as file:
            temporary = file.name
            file.write(f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}")
        os.replace(temporary, path)  # a name, not a Path
        temporary = None
        kept = sorted(path.parent.glob(f"{_PREFIX}*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.debug("catalog cache not written: %s", error)
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _file(key: str) -> Path:
    return cache_dir() / f"{_PREFIX}{key[:32]}.json"


def encode(catalog: Catalog) -> dict[str, Any]:
    """Return a catalog without combinations and refusals as what JSON can hold."""
    return {
        "intents": [_encode_intent(intent) for intent in catalog.intents.values()],
        "signals": [{**spec.__dict__, "where": _encode_place(spec.where)} for spec in catalog.signals.values()],
        "lists": [[words.name, dict(words.entries), words.slot] for words in catalog.lists.values()],
    }


def decode(fields: Mapping[str, Any]) -> Catalog:
    """Read `encode`'s result. Raises KeyError, TypeError, AttributeError or ValueError for anything else."""
    intents = [_decode_intent(entry) for entry in fields["intents"]]
    signals = [
        SignalSpec(**{**entry, "allowed": tuple(entry["allowed"]), "where": _decode_place(entry["where"])})
        for entry in fields["signals"]
    ]
    lists = [WordList(name, {v: tuple(p) for v, p in entries.items()}, slot) for name, entries, slot in fields["lists"]]
    return Catalog(
        {intent.name: intent for intent in intents},
        {spec.path: spec for spec in signals},
        {words.name: words for words in lists},
    )


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
