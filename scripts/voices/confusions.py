"""What was heard for what was said: words aligned, confusions counted, and the file of them for training text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import yaml

from cabin.slm.numbers import find_numbers
from cabin.slm.slips import DIRECTIONS

__all__ = ["Heard", "Row", "align", "collect", "render"]

_MOST_WORDS = 2
_ALIKE = 0.2
"""Words less alike than this (difflib's ratio of their letters) were not misheard, they were made up."""


@dataclass(frozen=True)
class Heard:
    """One utterance said in noise, and what the recognizer made of it."""

    said: str
    voice: str
    snr_db: float
    heard: str
    """Both normalized by cabin.slm.text.normalize."""


@dataclass(frozen=True)
class Row:
    """One or two words, and the one or two that were heard for them."""

    said: str
    heard: str
    count: int


def align(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str]]:
    """Return (said, heard) of each place of one or two words where the two differ.

    A longer place of as many words on both sides is taken word by word. Words that are not alike, words only said and
    words only heard are left out.
    """
    found = []
    for kind, i, j, k, n in SequenceMatcher(None, said, heard, autojunk=False).get_opcodes():
        if kind != "replace":
            continue
        if j - i <= _MOST_WORDS and n - k <= _MOST_WORDS and not j - i == n - k == 2:
            found.append((" ".join(said[i:j]), " ".join(heard[k:n])))
        elif j - i == n - k:
            found += list(zip(said[i:j], heard[k:n], strict=True))
    return [(a, b) for a, b in found if SequenceMatcher(None, a.replace(" ", ""), b.replace(" ", "")).ratio() >= _ALIKE]


def collect(utterances: Iterable[Heard], rejected: Iterable[tuple[str, str]] = ()) -> list[Row]:
    """Return the confusions met at least twice, the more frequent first; one sound in two noises counts twice.

    Left out are numbers, what makes another direction, and rows in `rejected`.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for each in utterances:
        counts.update(align(each.said.split(), each.heard.split()))
    unwanted = set(rejected)
    rows = [
        Row(*pair, count)
        for pair, count in counts.items()
        if count > 1 and pair not in unwanted and _keeps_sense(*pair)
    ]
    return sorted(rows, key=lambda row: (-row.count, row.said, row.heard))


def _keeps_sense(said: str, heard: str) -> bool:
    before, after = said.split(), heard.split()
    counts = find_numbers(before) or find_numbers(after) or any(letter.isdigit() for letter in said + heard)
    return not counts and not (set(after) - set(before)) & DIRECTIONS


def render(rows: Iterable[Row], rejected: Mapping[str, str], how: Sequence[str]) -> str:
    """Return the text of the file: `how` as comments, `misheard` as said -> heard -> count, and `rejected` with why."""
    by_said: dict[str, dict[str, int]] = {}
    for row in sorted(rows, key=lambda row: (row.said, -row.count, row.heard)):
        by_said.setdefault(row.said, {})[row.heard] = row.count
    head = "".join(f"# {line}\n" for line in how)
    words = "".join(
        f"  {_quoted(said)}: {{{', '.join(f'{_quoted(heard)}: {count}' for heard, count in heards.items())}}}\n"
        for said, heards in by_said.items()
    )
    return f"{head}misheard:\n{words}\n" + yaml.safe_dump({"rejected": dict(rejected)}, allow_unicode=True, width=120)


def _quoted(text: str) -> str:
    """Return a text as YAML reads it back: `no` and `off` are words here, not truth values."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=1000)
    return written.removesuffix("\n").removesuffix("\n...")
