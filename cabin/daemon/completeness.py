"""Does what was said so far sound finished? After a whole command the endpointer waits shorter, in a half one longer.

Judged at the first short pause, from the guess that is made there anyway. What sounds neither way is waited for as
configured: "open the window" may go on with "halfway", and "twenty" with "two".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cabin.slm.text import normalize

if TYPE_CHECKING:
    from cabin.audio.endpoint import EndpointConfig
    from cabin.messages import Parse

__all__ = ["Completeness", "completeness", "window_s"]

Completeness = Literal["", "complete", "unfinished"]
"""Empty: neither can be told."""

SURE = 0.9
"""Confidence from which on a reading counts as a whole command."""

_OPEN_ENDED = frozenset(
    word
    for line in (
        "to the a an at of my your by for from with into and or then",
        "some point please set",
    )
    for word in line.split()
)
"""Nobody ends a command with these; "on", "in", "up" and "down" end many. English: other languages are waited for as
configured."""

_NUMBERS = frozenset(
    word
    for line in (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
        "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred half",
    )
    for word in line.split()
)
"""After these more of the number may come."""


def completeness(text: str, parse: Parse) -> Completeness:
    """Return how what was heard so far sounds."""
    words = normalize(text).split()
    if not words:
        return ""
    last = words[-1]
    if last in _OPEN_ENDED and not (last == "please" and parse.commands):
        return "unfinished"
    is_open = last in _NUMBERS or last[-1].isdigit()
    is_whole = parse.refused is None and bool(parse.commands) and parse.confidence >= SURE
    return "complete" if is_whole and not is_open else ""


def window_s(config: EndpointConfig, guessed: Completeness) -> float:
    """Return the silence after which an utterance that sounds so has ended."""
    if guessed == "complete":
        return min(config.end_s, max(config.pause_s, config.complete_end_s))
    return max(config.end_s, config.unfinished_end_s) if guessed == "unfinished" else config.end_s
