"""How much of a reply is heard now: the least of what is configured, the quiet hours and the step of the ladder."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from cabin.budget.allowed import allowance
from cabin.budget.steps import Step
from cabin.replies.earcons import Earcon
from cabin.replies.settings import Level, RepliesConfig, clock_time
from cabin.replies.sink import NO_SINK

__all__ = ["Heard", "heard_of", "is_quiet", "level_now", "tone_of"]

_ORDER: tuple[Level, ...] = ("text", "earcon", "speech")

_BAD = ("failed", "unconfirmed", "late")
_NOT_DONE = ("refused", "unavailable")

Heard = Literal["nothing", "earcon", "speech"]


def is_quiet(config: RepliesConfig, now: datetime.time) -> bool:
    """Whether a local time is within the quiet hours; their start belongs to them, their end does not."""
    begin, end = clock_time(config.quiet_from), clock_time(config.quiet_to)
    if begin is None or end is None:
        return False
    return begin <= now < end if begin <= end else now >= begin or now < end


def level_now(config: RepliesConfig, now: datetime.time, step: Step) -> Level:
    """Return at most how much is heard."""
    if config.sink == NO_SINK:
        return "text"
    levels = [config.level, allowance(step).replies]
    if is_quiet(config, now):
        levels.append(config.quiet_level)
    return min(levels, key=_ORDER.index)


def tone_of(kind: str, statuses: Sequence[str], asked: bool) -> Earcon:
    """Return the tone that tells how it went; `statuses` of the commands of a turn, `asked`: a question is open."""
    if kind == "fault" or any(status in _BAD for status in statuses):
        return "failed"
    if asked or kind == "notice" or "confirm" in statuses:
        return "question"
    if kind == "step" or not statuses or any(status in _NOT_DONE for status in statuses):
        return "refused"
    return "done"


def heard_of(config: RepliesConfig, level: Level, tone: Earcon, text: str, statuses: Sequence[str] = ()) -> Heard:
    """Return what is heard of one reply. What was answered is said even where a tone is enough for what was done."""
    if level == "text" or not (text or statuses):
        return "nothing"
    is_short = tone == "done" and config.done == "earcon" and "answered" not in statuses
    return "speech" if level == "speech" and text and not is_short else "earcon"
