"""The main process's side of waking: the worker's gate is told of buttons, replies and cabin's own voice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cabin.daemon.letters import Awake, OwnVoice

if TYPE_CHECKING:
    from cabin.config import CabinConfig
    from cabin.daemon.link import WorkerLink
    from cabin.messages import Turn

__all__ = ["Waking"]

EARLY_S = 1.0
"""So long before the button is pushed may speech have begun."""

VOICE_BEGINS, VOICE_ENDS = "speaking", frozenset(("spoken", "interrupted"))
"""Names of events, as whoever speaks replies tells them."""


class Waking:
    """All on the event loop. Times are time.monotonic."""

    def __init__(self, config: Callable[[], CabinConfig], worker: Callable[[], WorkerLink | None]) -> None:
        self._config, self._worker = config, worker
        self._until_s = float("-inf")

    @property
    def listens_always(self) -> bool:
        """Whether all sound is to be listened to, if only for the phrase."""
        return self._config().wake.mode != "push_to_talk"

    @property
    def is_awake(self) -> bool:
        """Whether something may follow what was answered."""
        return time.monotonic() <= self._until_s

    @contextmanager
    def pushed(self, seconds: float) -> Iterator[None]:
        """Somebody pushes to talk while this is open, for at most so long."""
        self._send(Awake("push_to_talk", time.monotonic() - EARLY_S, seconds + EARLY_S))
        try:
            yield
        finally:
            self._send(Awake("push_to_talk", time.monotonic(), 0.0))

    def answered(self, turn: Turn) -> None:
        """Note that a turn has ended; what was answered or asked may be followed by something without the phrase."""
        config = self._config()
        seconds = config.wake.follow_up_s
        if turn.pending is not None and not turn.pending.soft:
            seconds = max(seconds, config.dialog.question_s)
        is_open = turn.reply and (turn.outcomes or turn.pending is not None)
        if is_open and seconds > 0 and config.wake.mode != "off":
            self._until_s = time.monotonic() + seconds
            self._send(Awake("follow_up", time.monotonic(), seconds))

    def told(self, event: str) -> None:
        """Note what was told: where it is of cabin's own voice, the gate closes while it sounds."""
        if self._config().wake.mode != "off" and (event == VOICE_BEGINS or event in VOICE_ENDS):
            self._send(OwnVoice(event == VOICE_BEGINS, time.monotonic()))

    def _send(self, letter: Awake | OwnVoice) -> None:
        link = self._worker()
        if link is not None:
            link.send(letter)
