"""All monitors and what they want to say. Pure: time is an argument. service.py has a thread, drive.py a recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cabin.messages import Signal
from cabin.monitoring.monitor import Answer, Monitor
from cabin.monitoring.notice import Notice
from cabin.monitoring.pacer import Pacer, Waiting
from cabin.monitoring.runner import MonitorRunner, Outlet

__all__ = ["MonitorBoard"]

Report = Callable[[str, str, int, float], None]


class MonitorBoard:
    """Not thread-safe: one thread owns it."""

    def __init__(self, monitors: Mapping[str, Monitor], pacer: Pacer, report: Report) -> None:
        """`report` takes monitor, condition, strictness, seconds: where policy learns how the driver is."""
        self.pacer = pacer
        self.now_s = 0.0
        """Of the latest call."""
        outlet = Outlet(self._tell, report)
        self.runners = {name: MonitorRunner(name, monitor, outlet) for name, monitor in monitors.items()}
        by_path: defaultdict[str, list[MonitorRunner]] = defaultdict(list)
        for runner in self.runners.values():
            for path in runner.paths:
                by_path[path].append(runner)
        self._by_path = dict(by_path)

    @property
    def paths(self) -> frozenset[str]:
        """Every signal that any monitor watches."""
        return frozenset(self._by_path)

    def take(self, signals: Iterable[Signal], now_s: float) -> None:
        """Take changes of signals, in order."""
        self.now_s = now_s
        for signal in signals:
            for runner in self._by_path.get(signal.path, ()):
                runner.take(signal, now_s)

    def advance(self, now_s: float) -> float:
        """Let every monitor do what is due by now; return when to come again at the latest."""
        self.now_s = now_s
        return min((runner.advance(now_s) for runner in self.runners.values()), default=now_s + 1.0)

    def next(self, now_s: float) -> Waiting | None:
        """Return what is to be said now; call it only when it can be said."""
        return self.pacer.next(now_s)

    def answer(self, said: Waiting, answer: Answer, now_s: float) -> None:
        """Tell the monitor that asked what came of it."""
        self.now_s = now_s
        if answer == "no":
            self.pacer.decline(said.source, said.notice, now_s)
        runner = self.runners.get(said.source)
        if runner is not None:
            runner.answer(said.notice.key, answer, now_s)

    def leave_behind(self, name: str) -> None:
        """Go on without a monitor whose call does not come back. The one method for another thread than the owner's."""
        runner = self.runners[name]
        runner.note_fault("a call did not come back")
        runner.is_abandoned = True
        self.runners = {other: each for other, each in self.runners.items() if other != name}
        self._by_path = {
            path: [each for each in watching if each is not runner] for path, watching in self._by_path.items()
        }

    def _tell(self, source: str, notice: Notice) -> None:
        self.pacer.offer(source, notice, self.now_s)
