"""Names that only the running car knows, out of files: the contacts of a telephone, stations received, places visited.

A file holds a phrase a line; lines that begin with # are left out. Whoever synchronizes a telephone writes the file
anew, and the next utterance is heard with it: nothing is restarted and nothing else compiled.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.errors import ConfigError, Problem, nearest

if TYPE_CHECKING:
    from cabin.speech.bias_language import Language

__all__ = ["MOST_PHRASES", "ListFiles", "read_phrases"]

MOST_PHRASES = 5000
"""Of one list; what comes after is left out and logged."""
_LONGEST = 100
"""Characters of a phrase: what is longer is no name."""
_MOST_BYTES = 2**20

_log = logging.getLogger(__name__)

_Seen = tuple[int, int] | None
"""Time of change in nanoseconds and size; None: there is no file."""


class ListFiles:
    """Keeps lists of a language as their files are. Not thread-safe."""

    def __init__(self, language: Language, files: Mapping[str, Path], where: str = "recognizer.bias.lists") -> None:
        """`files` is list name -> file. Raises ConfigError for lists that no sentence of the catalogs has."""
        known = language.class_names
        problems = [
            Problem(f"no sentence of the catalogs has a list {name!r}", where, hint=nearest(name, known))
            for name in files
            if name not in known
        ]
        if problems:
            raise ConfigError(problems)
        self._language = language
        self._files = dict(files)
        self._seen: dict[str, _Seen] = dict.fromkeys(files)

    def refresh(self) -> None:
        """Read the files that have changed; one that is missing or cannot be read is an empty list, and is logged."""
        for name, path in self._files.items():
            seen = _look(path)
            if seen != self._seen[name]:
                self._seen[name] = seen
                phrases = read_phrases(path) if seen is not None else []
                self._language.extend(name, phrases)
                _log.info("list %s: %d phrases from %s", name, len(phrases), path)


def read_phrases(path: Path) -> list[str]:
    """Return the phrases of a file as utterances are normalized, each once; none when it cannot be read."""
    from cabin.slm.text import normalize

    try:
        with path.open("rb") as file:
            lines = file.read(_MOST_BYTES).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("the list cannot be read: %s: %s", path, error)
        return []
    found = dict.fromkeys(normalize(line) for line in lines if not line.startswith("#"))
    phrases = [phrase for phrase in found if phrase and len(phrase) <= _LONGEST]
    if len(phrases) > MOST_PHRASES:
        _log.warning("%s: %d phrases, only the first %d are used", path, len(phrases), MOST_PHRASES)
    return phrases[:MOST_PHRASES]


def _look(path: Path) -> _Seen:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
