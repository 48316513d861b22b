"""A compiled language kept in the user's cache folder, beside the catalogs; a file that is missing or altered is made
again.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from cabin.cache_file import keep
from cabin.catalog.cache import cache_key
from cabin.catalog.loader import COMMON_LISTS, CatalogDir, catalog_files, load_catalog, named_dirs
from cabin.catalog.schema import Catalog
from cabin.paths import cache_dir
from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_graph import WordClass, WordGraph

__all__ = ["decode_graph", "encode_graph", "load_language_graph"]

_log = logging.getLogger(__name__)

_PREFIX, _ENDING = "language-", ".npz"
_KEPT = 8
_ARRAYS = ("first", "labels", "targets", "final")


def load_language_graph(dirs: Sequence[CatalogDir], catalog: Catalog | None = None) -> WordGraph:
    """Return the compiled language of catalog folders, from the cache where nothing has changed since.

    `catalog` is what the folders hold, when it is loaded already. Raises CatalogError.
    """
    named = named_dirs(dirs)
    files = [COMMON_LISTS, *(path for _, folder in named for path in catalog_files(folder, False))]
    own = Path(__file__).parent
    code = [*sorted(own.glob("bias_*.py")), *sorted(own.glob("lexicon.*")), own.parent / "slm" / "misheard.yaml"]
    try:
        path = cache_dir() / f"{_PREFIX}{cache_key(named, [*files, *code])[:32]}{_ENDING}"
        return decode_graph(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        _log.debug("language cache not used: %s", error)
    graph = compile_language(catalog if catalog is not None else load_catalog(dirs))
    try:
        key = cache_key(named, [*files, *code])
    except OSError:
        return graph
    _write(cache_dir() / f"{_PREFIX}{key[:32]}{_ENDING}", encode_graph(graph))
    return graph


def encode_graph(graph: WordGraph) -> bytes:
    """Return a graph as bytes: a digest, then a .npz of its arrays and of its words and classes as JSON."""
    head = {"words": graph.words, "classes": [asdict(each) for each in graph.classes], "start": graph.start}
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(head, separators=(",", ":")).encode(), np.uint8)
    np.savez_compressed(buffer, head=text, **{name: getattr(graph, name) for name in _ARRAYS})
    body = buffer.getvalue()
    return hashlib.sha256(body).digest() + body


def decode_graph(data: bytes) -> WordGraph:
    """Read `encode_graph`'s bytes. Raises ValueError for anything else."""
    digest, body = data[:32], data[32:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("cut off or altered")
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        head = json.loads(stored["head"].tobytes())
        arrays = {name: stored[name] for name in _ARRAYS}
    classes = tuple(WordClass(**each) for each in head["classes"])
    return WordGraph(tuple(head["words"]), classes, head["start"], **arrays)


def _write(path: Path, data: bytes) -> None:
    """Keep a file; a folder that cannot be written is no error."""
    try:
        keep(path, data, f"{_PREFIX}*{_ENDING}", _KEPT)
    except OSError as error:
        _log.debug("language cache not written: %s", error)
