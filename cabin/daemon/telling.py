"""What happens in the daemon, told in one place: to those who watch, to the log, and in counts.

What was said and answered is private: only peers with the right `transcripts` see it, and the log only when
`daemon.log_transcripts` is set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from cabin.control.chain_target import COUNTED_AS
from cabin.daemon.journal import fields_text
from cabin.dialog.events import Asked, DialogEvent, Dropped, Expired, Finished, Heard, Understood

if TYPE_CHECKING:
    from cabin.control.feed import EventFeed
    from cabin.daemon.meters import Meters

__all__ = ["PRIVATE", "Telling"]

logger = logging.getLogger("cabin.daemon")

PRIVATE = frozenset({"text", "slots", "reply", "changes", "readings", "choices", "reason"})
"""Keys of events that tell what was said or answered."""

_LEVELS = {"fault": logging.WARNING, "dropped": logging.WARNING, "degraded": logging.WARNING}
_UNLOGGED = frozenset({"speech"})


class Telling:
    """Tells. From any thread; never waits."""

    def __init__(self, feed: EventFeed, meters: Meters, log_words: bool = False) -> None:
        self.log_words = log_words
        """Whether what was said is logged."""
        self.observe: Callable[[str], None] = lambda _event: None
        """Told the name of each event, on the thread that tells it."""
        self.listeners: list[Callable[[str, Mapping[str, Any]], None]] = []
        """Told each event with its data, on the thread that tells it."""
        self._feed, self._meters = feed, meters

    def tell(self, name: str, data: Mapping[str, Any] | None = None, private: Collection[str] = PRIVATE) -> None:
        """Tell that something happened."""
        data = data or {}
        self._feed.publish(name, data, frozenset(private) & data.keys())
        self.observe(name)
        for listen in self.listeners:
            listen(name, data)
        if name not in _UNLOGGED:
            shown = data if self.log_words else {key: value for key, value in data.items() if key not in private}
            logger.log(_LEVELS.get(name, logging.INFO), "%s", fields_text(name, shown))

    def fault(self, what: str, **data: Any) -> None:
        """Tell of something that broke and was survived."""
        self._meters.count("fault")
        self.tell("fault", {"what": what, **data})

    def dropped(self, why: str, **data: Any) -> None:
        """Tell of something that was not done."""
        self._meters.count("dropped")
        self.tell("dropped", {"why": why, **data})

    def reply(self, text: str, kind: str = "answer") -> None:
        """Tell the driver something; whoever speaks replies or shows them takes it from here."""
        if text:
            self.tell("reply", {"kind": kind, "text": text})

    def dialog(self, event: DialogEvent) -> None:
        """Take what happened in the conversation."""
        if isinstance(event, Heard):
            self._meters.count("heard")
            self.tell("heard", {"text": event.text})
        elif isinstance(event, Understood):
            self._understood(event)
        elif isinstance(event, Asked):
            self._meters.count("asked")
            told: dict[str, Any] = {
                "question": event.question,
                "kind": event.kind,
                "text": event.text,
                "choices": event.choices,
            }
            self.tell("asked", {**told, "seconds": round(event.expires_s - event.at_s, 1)})
        elif isinstance(event, Finished):
            if event.status != "confirm":  # the question is counted as one
                self._meters.count(COUNTED_AS[event.status])
            told = {"intent": event.command.intent, "status": event.status, "slots": dict(event.command.slots)}
            self.tell("done", {**told, "reply": event.reply, "changes": event.changes})
        elif isinstance(event, Dropped):
            self.tell("dropped", {"why": event.why, "question": event.question})
        elif isinstance(event, Expired):
            self.tell("expired", {"what": event.what, "question": event.question})

    def _understood(self, event: Understood) -> None:
        if event.refused is not None:
            self._meters.count("refused")
            self.tell("refused", {"refusal": event.refused, "by": event.by})
            return
        self._meters.count("understood")
        told: dict[str, Any] = {"by": event.by, "intents": [each.intent for each in event.commands]}
        if event.act:
            told["act"] = event.act
        self.tell("understood", {**told, "slots": [dict(each.slots) for each in event.commands]})
