"""A reply cut into sentences: the first is heard while the next is made, and each is kept for the next time."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

__all__ = ["LONGEST", "is_echo", "sentences"]

LONGEST = 300
"""Characters of one sentence; a longer one is cut at a comma or a space."""

_WORD = re.compile(r"[a-z0-9']+")
_LEAST_WORDS, _SAME = 3, 6 / 7

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'A-Z0-9])")
_TITLE = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|[A-Z])\.$")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, none empty, none longer than LONGEST; joined by spaces they are the text."""
    found: list[str] = []
    for piece in _END.split(" ".join(text.split())):
        if found and _TITLE.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
    return [part for sentence in found for part in _short(sentence)]


def _short(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > LONGEST:
        at = max(sentence.rfind(", ", 0, LONGEST) + 1, 0) or sentence.rfind(" ", 0, LONGEST)
        at = at if at > 0 else LONGEST
        parts.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [part for part in (*parts, sentence) if part]


def is_echo(heard: str, said: str) -> bool:
    """Whether what was heard is a reply, or a piece of it, word for word: three words or more, one in seven misheard.

    "close the passenger window" is none of "Opening the passenger window.", nor is a short answer out of a question.
    """
    words, reply = _WORD.findall(heard.lower()), _WORD.findall(said.lower())
    if len(words) < _LEAST_WORDS:
        return False
    blocks = SequenceMatcher(None, words, reply, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= _SAME * len(words)
