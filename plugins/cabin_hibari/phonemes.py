"""hibari's text to phonemes, its dictionaries packed into one mapped file of the cache folder.

The file is made once, in the first process that speaks; where the cache folder cannot be written it is made in memory
each time. The phonemes are the same, symbol for symbol.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from cabin import cache_file, paths
from cabin_hibari.packed import Packed, pack

__all__ = ["open_phonemes", "packed_dictionaries"]

logger = logging.getLogger(__name__)

_GOLD, _SILVER, _TAGGER = "lexicon_us_gold.json.gz", "lexicon_us_silver.json.gz", "tagger.json.gz"
_KEPT = 2
"""Files of so many versions of hibari stay."""


def open_phonemes(cache: Path | None = None) -> Any:
    """Return what hibari takes as `g2p`; `cache`: the folder for the packed file, by default cabin's own."""
    import hibari.g2p
    from hibari.g2p import G2P, Lexicon, Tagger, Tokenizer

    packed = packed_dictionaries(Path(hibari.g2p.ASSETS), cache or paths.cache_dir() / "hibari")
    tables = packed.tables

    class LeanG2P(G2P):  # type: ignore[misc]
        """Its own dictionaries are not read."""

        def __init__(self) -> None:
            self.lexicon = Lexicon(tables["gold"], tables["silver"], False)
            self.tokenizer = Tokenizer(hibari.g2p._load_json("tokenizer_exceptions.json"))
            tags = tables["tagger"].get("tags")
            self.tagger = Tagger({"tagdict": tables["tagdict"], "tags": tags, "weights": tables["weights"]})
            self.tagger.vocab = tables["vocab"] if tables["tagger"].get("has_vocab") else None
            self._oov, self.unk, self.british = None, "", False

    return LeanG2P()


def packed_dictionaries(assets: Path, cache: Path) -> Packed:
    """Return the dictionaries in `assets`, from the file in `cache` if it is whole, else made anew and put there."""
    digest = hashlib.sha256()
    for name in (_GOLD, _SILVER, _TAGGER):
        stat = (assets / name).stat()
        digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    path = cache / f"{digest.hexdigest()[:16]}.packed"
    try:
        return Packed.open(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        logger.warning("%s is made again: %s", path, error)
    data = _made(assets)
    try:
        cache_file.keep(path, data, "*.packed", _KEPT)
        return Packed.open(path)
    except (OSError, ValueError) as error:
        logger.warning("the dictionaries are kept in memory: %s cannot be written (%s)", path, error)
        return Packed(data)


def _made(assets: Path) -> bytes:
    tagger = _read(assets / _TAGGER)
    known = {"tags": tagger["tags"], "has_vocab": "vocab" in tagger}
    return pack(
        {
            "gold": _read(assets / _GOLD),
            "silver": _read(assets / _SILVER),
            "tagdict": tagger["tagdict"],
            "weights": tagger["weights"],
            "vocab": dict.fromkeys(tagger.get("vocab", ()), 1),
            "tagger": known,
        }
    )


def _read(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
