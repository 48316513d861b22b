"""Replies in the daemon: what happens there becomes something that is heard, or is not.

It listens to what cabin.daemon.telling tells and to nothing else: nobody who acts knows that it is there.
"""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from cabin.budget.steps import Step
from cabin.replies.earcons import Earcon
from cabin.replies.levels import heard_of, level_now, tone_of
from cabin.replies.opening import RepliesSettings
from cabin.replies.performer import Job, Performer
from cabin.replies.sentences import is_echo

if TYPE_CHECKING:
    from cabin.daemon.sources import SourceBlock

__all__ = ["CANCELLERS", "SILENCERS", "Replies", "TellsEvents"]

SILENCERS = frozenset(
    {
        *("stop", "stop it", "stop talking", "stop that", "be quiet", "quiet", "silence", "shut up", "hush", "enough"),
        *("that's enough", "okay stop", "ok stop"),
    }
)
"""Said over a reply, these end it and mean nothing else."""

CANCELLERS = frozenset({"cancel", "cancel that", "cancel it", "abort", "never mind", "nevermind", "forget it"})
"""These end it too, and the dialog takes them for what they are."""

_RECENT_S = 0.5

_UNASKED = ("step", "notice")
"""Kinds of what nobody asked for: it waits for what is in the air and for who speaks, but not longer than LATE_S."""

LATE_S = 10.0

_PAUSE_S = 1.0
"""After somebody spoke, a reply to that may be about to come."""


class TellsEvents(Protocol):
    """What replies tell with; cabin.daemon.telling.Telling is one."""

    def tell(self, name: str, data: Mapping[str, Any] | None = None) -> None:
        """Tell that something happened."""
        ...

    def fault(self, what: str, **data: Any) -> None:
        """Tell of something that broke and was survived."""
        ...


class Replies:
    """Says what the driver is told. On the event loop, but for `listen`."""

    def __init__(
        self,
        settings: RepliesSettings,
        telling: TellsEvents,
        step: Callable[[], Step],
        environ: Mapping[str, str],
        now: Callable[[], datetime.time] = lambda: datetime.datetime.now().time(),
    ) -> None:
        """`now`: the local time of day, for quiet hours."""
        self._telling, self._step, self._environ, self._now = telling, step, environ, now
        self._loop = asyncio.get_running_loop()
        self._performer = self._performer_of(settings)
        self._statuses: tuple[str, ...] = ()
        self._said = ("", "")
        self._asked = self._is_due = False
        self._somebody_speaks = False
        self._after: Job | None = None
        self._spoke_s = 0.0
        """When somebody was last heard."""

    @property
    def settings(self) -> RepliesSettings:
        """What replies are heard with."""
        return self._performer.settings

    @property
    def is_speaking(self) -> bool:
        """Whether something is heard or on its way."""
        return self._performer.job is not None

    def pids(self) -> list[int]:
        """Return the processes that are there."""
        return self._performer.pids()

    def change(self, settings: RepliesSettings) -> None:
        """Go on with other settings; what is in the air is cut short if they differ."""
        if settings != self.settings:
            self._performer.end("the configuration changed")
            self._performer = self._performer_of(settings)

    def end(self) -> None:
        """Fall silent for good."""
        self._performer.end()

    # What happens in the daemon

    def listen(self, name: str, data: Mapping[str, Any]) -> None:
        """Take an event, from any thread."""
        if name in ("speech", "asked", "turn", "reply", "listening", "recording", "understood", "refused"):
            self._loop.call_soon_threadsafe(self._take, name, data)

    def _take(self, name: str, data: Mapping[str, Any]) -> None:
        if name == "speech":
            self._note_speech(data.get("state") == "began")
        elif name == "asked":
            self._asked = True
        elif name == "turn":
            self._statuses = tuple(data.get("statuses", ()))
            self._answer_soon()
        elif name == "reply":
            self._said = (str(data.get("text", "")), str(data.get("kind", "")))
            self._answer_soon()
        elif name in ("listening", "recording"):
            self.tone(name, name)  # type: ignore[arg-type]  # both are tones
        else:
            self._performer.gate.confirm(name == "understood")

    def tone(self, name: Earcon, kind: str) -> None:
        """Have a tone heard, if anything is."""
        if level_now(self.settings.config, self._now(), self._step()) != "text" and not self._somebody_speaks:
            self._performer.begin(Job(kind, name))

    def silence(self, why: str) -> bool:
        """Fall silent; return whether there was anything to hear."""
        return self._performer.silence(why)

    def look(self, now_s: float) -> None:
        """End processes that are not wanted, kill those that hang. Called every half second."""
        self._performer.look(now_s, voice=self._level() == "speech")
        if not self.is_speaking and now_s - self._spoke_s > _PAUSE_S:
            self._go_on()

    # The microphone

    def through(self, blocks: Sequence[SourceBlock]) -> Sequence[SourceBlock]:
        """Return what is to be heard of the microphone's sound: not our own voice."""
        return self._performer.gate.through(blocks)

    def heed(self, text: str, begun_s: float, ended_s: float) -> str:
        """Return why an utterance counts for nothing; empty: it counts. One that means silence brings it about."""
        gate, said = self._performer.gate, " ".join(text.lower().split())
        is_over = gate.is_speaking(begun_s) or self.is_speaking
        if is_echo(said, self._performer.last_text) and self._performer.was_heard(begun_s):
            gate.confirm(False)
            return "it was cabin's own voice"
        if is_over and said in SILENCERS:
            self.silence("told to stop")
            return "it ended a reply"
        if is_over and said in CANCELLERS:
            self.silence("told to cancel")
            return ""
        return "" if gate.was_loud(begun_s, ended_s) else "it was said under a reply"

    def _note_speech(self, began: bool) -> None:
        self._somebody_speaks, self._spoke_s = began, time.monotonic()
        if not began:
            return
        gate, now_s = self._performer.gate, time.monotonic()
        if not gate.is_speaking(now_s) or gate.is_loud(now_s - _RECENT_S):
            self.silence("somebody speaks")
        level = self._level()
        if level != "text":
            self._performer.warm(voice=level == "speech")

    # What is heard

    def _level(self) -> str:
        return level_now(self.settings.config, self._now(), self._step())

    def _answer_soon(self) -> None:
        """A turn and its reply are told one after the other: answer when both have been."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._answer)

    def _answer(self) -> None:
        (text, kind), statuses, asked = self._said, self._statuses, self._asked
        self._said, self._statuses, self._asked, self._is_due = ("", ""), (), False, False
        config = self.settings.config
        level = level_now(config, self._now(), self._step())
        tone = tone_of(kind, statuses, asked)
        heard = heard_of(config, level, tone, text, statuses)
        if heard == "nothing":
            return
        job = Job(kind or "answer", tone, text if heard == "speech" else "")
        if kind in _UNASKED and (self._somebody_speaks or self.is_speaking):
            self._after = job
        elif self._somebody_speaks:
            self._telling.tell("interrupted", {"kind": job.kind, "why": "somebody speaks", "heard_s": 0.0})
        else:
            self._performer.begin(job)

    def _go_on(self) -> None:
        """Begin with what waited, unless it has waited too long."""
        job = self._after
        if job is None or self._somebody_speaks:
            return
        self._after = None
        if time.monotonic() - job.asked_s <= LATE_S:
            self._performer.begin(job)
        else:
            self._telling.tell("interrupted", {"kind": job.kind, "why": "it waited too long", "heard_s": 0.0})

    def _performer_of(self, settings: RepliesSettings) -> Performer:
        made = Performer(settings, self._environ, self._telling.tell, self._telling.fault)
        made.on_end = self._go_on
        return made
