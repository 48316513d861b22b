"""The gate: whether what somebody begins to say at a time is meant for the car. Pure logic on one clock.

    asleep --phrase alone--> awake for window_s --something said--> asleep --reply--> awake for follow_up_s
           --button-------> awake for its time

While cabin itself speaks nothing opens it but the button: what is heard then may be its own voice.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Literal

from cabin.wake.config import WakeMode

__all__ = ["Decision", "WakeGate", "WokenBy"]

WokenBy = Literal["phrase", "push_to_talk", "follow_up"]

Decision = Literal["open", "ask", "closed"]
"""open: it is heard. ask: it is heard if it begins with the phrase. closed: it is not."""

ECHO_S = 0.3
"""So long after its end cabin's own voice may still be in the room, or on its way through buffers."""


@dataclass(frozen=True)
class _Window:
    by: WokenBy
    from_s: float
    until_s: float


class WakeGate:
    """Safe to use from several threads. All times in seconds on one clock of the caller's."""

    def __init__(self, mode: WakeMode, window_s: float = 6.0) -> None:
        self.mode = mode
        self.window_s = window_s
        self._lock = threading.Lock()
        self._windows: dict[WokenBy, _Window] = {}
        self._voice: tuple[float, float] | None = None
        """When cabin's own voice last began, and until when it may be heard."""
        self._follow_up_s = 0.0
        """What a window after the present reply lasts."""

    def decide(self, begun_s: float) -> Decision:
        """Return what becomes of speech that begins at a time."""
        if self.mode == "off":
            return "open"
        with self._lock:
            window = self._window(begun_s)
            if window is not None and (window.by == "push_to_talk" or not self._is_own(begun_s)):
                return "open"
            return "ask" if self.mode == "phrase" and not self._is_own(begun_s) else "closed"

    def awake_by(self, at_s: float) -> WokenBy | None:
        """Return what keeps it awake at a time; None: it is asleep, or mode is off."""
        with self._lock:
            window = self._window(at_s)
            return window.by if window is not None else None

    def open(self, by: WokenBy, from_s: float, seconds: float) -> None:
        """Be awake from a time on; one that was woken the same way is replaced.

        A follow-up that is asked for while cabin speaks begins when it has spoken.
        """
        with self._lock:
            if by == "follow_up" and self._is_speaking:
                self._follow_up_s = seconds
            elif seconds > 0:
                self._windows[by] = _Window(by, from_s, from_s + seconds)

    def woken(self, ended_s: float) -> None:
        """Note that the phrase was said alone, up to a time."""
        self.open("phrase", ended_s, self.window_s)

    def took(self, begun_s: float) -> None:
        """Note that what began at a time was heard as meant for the car: the windows that let it in are used up.

        A button's window is not: it is the button's to close it.
        """
        with self._lock:
            for window in list(self._windows.values()):
                if window.by != "push_to_talk" and window.from_s <= begun_s:
                    del self._windows[window.by]

    def close(self, by: WokenBy | None = None) -> None:
        """Fall asleep, or end one way of being awake."""
        with self._lock:
            self._follow_up_s = 0.0
            if by is None:
                self._windows.clear()
            else:
                self._windows.pop(by, None)

    def speaking(self, is_speaking: bool, at_s: float) -> None:
        """Note that cabin's own voice begins or ends."""
        with self._lock:
            if is_speaking:
                if not self._is_speaking:
                    self._voice = (at_s, math.inf)
                return
            if self._is_speaking and self._voice is not None:
                self._voice = (self._voice[0], at_s + ECHO_S)
            if self._follow_up_s > 0:
                self._windows["follow_up"] = _Window("follow_up", at_s, at_s + ECHO_S + self._follow_up_s)
                self._follow_up_s = 0.0

    def _window(self, at_s: float) -> _Window | None:
        found = [window for window in self._windows.values() if window.from_s <= at_s <= window.until_s]
        return max(found, key=lambda window: (window.by == "push_to_talk", window.until_s), default=None)

    @property
    def _is_speaking(self) -> bool:
        return self._voice is not None and self._voice[1] == math.inf

    def _is_own(self, begun_s: float) -> bool:
        """Whether what began at a time may be cabin's own voice."""
        return self._voice is not None and self._voice[0] <= begun_s < self._voice[1]
