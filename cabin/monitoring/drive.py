"""A recorded drive put before monitors, faster than real time and always alike: time is the recording's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cabin.messages import Signal
from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.monitor import Answer, Monitor
from cabin.monitoring.notice import Notice
from cabin.monitoring.pacer import Pacer, Waiting
from cabin.monitoring.settings import MonitoringConfig
from cabin.vehicle.recording import Event

__all__ = ["ANSWERS_AFTER_S", "Observed", "drive"]

ANSWERS_AFTER_S = 3.0
"""How long the driver of a recording takes to answer."""


@dataclass(frozen=True)
class Observed:
    """One thing that came of the drive."""

    at_s: float
    """From the beginning of the recording."""
    kind: Literal["said", "asked", "answered", "driver", "fault"]
    monitor: str
    what: str
    """The text, the answer, "drowsy 2 for 60 s", or what went wrong."""
    level: str = ""
    notice: Notice | None = None
    """Of what was said or asked."""


def drive(
    events: Iterable[Event],
    monitors: Mapping[str, Monitor],
    *,
    answers: Callable[[Notice], Answer] = lambda _notice: "none",
    settings: MonitoringConfig | None = None,
) -> Iterator[Observed]:
    """Yield what the monitors make of a recording, in order. `answers`: what the driver says to a question."""
    replay = _Replay(monitors, answers, settings)
    for event in events:
        if event.kind in ("state", "change"):
            yield from replay.advance(event.t / 1000)
            replay.board.take([Signal(event.path, event.value, event.t)], event.t / 1000)
    yield from replay.advance(replay.board.now_s + ANSWERS_AFTER_S)


class _Replay:
    """Monitors in the recording's time."""

    def __init__(
        self, monitors: Mapping[str, Monitor], answers: Callable[[Notice], Answer], settings: MonitoringConfig | None
    ) -> None:
        self.board = MonitorBoard(monitors, Pacer(settings), self._report)
        self._answers = answers
        self._due_s = 0.0
        self._question: tuple[Waiting, float] | None = None
        self._seen: list[Observed] = []
        self._reported: dict[tuple[str, str], int] = {}
        self._faults: Counter[str] = Counter()

    def advance(self, now_s: float) -> list[Observed]:
        """Let the monitors do what is due by `now_s`; return what came of it."""
        while self._due_s <= now_s:
            at_s = self._due_s
            self._due_s = max(self.board.advance(at_s), at_s + 0.01)
            self._speak(at_s)
        self._note_faults(now_s)
        seen, self._seen = self._seen, []
        return seen

    def _speak(self, now_s: float) -> None:
        if self._question is not None:
            asked, since_s = self._question
            if now_s - since_s < ANSWERS_AFTER_S:
                return  # nothing is said while a question is open
            answer = self._answers(asked.notice)
            self._question = None
            self._seen.append(Observed(now_s, "answered", asked.source, answer, notice=asked.notice))
            self.board.answer(asked, answer, now_s)
        said = self.board.next(now_s)
        if said is None:
            return
        notice = said.notice
        if notice.commands:
            self._question = said, now_s
        self._seen.append(
            Observed(now_s, "asked" if notice.commands else "said", said.source, notice.text, notice.level, notice)
        )

    def _report(self, source: str, condition: str, strictness: int, for_s: float) -> None:
        if self._reported.get((source, condition), 0) == strictness:
            return  # renewed, and nothing new
        self._reported[source, condition] = strictness
        what = f"{condition} {strictness} for {for_s:g} s" if strictness else f"{condition} no more"
        self._seen.append(Observed(self.board.now_s, "driver", source, what))

    def _note_faults(self, now_s: float) -> None:
        for name, runner in self.board.runners.items():
            if runner.faults > self._faults[name]:
                self._faults[name] = runner.faults
                self._seen.append(Observed(now_s, "fault", name, runner.fault))
