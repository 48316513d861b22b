"""When systemd's watchdog is fed: only while everything that should move has moved.

The main loop feeds it, no thread beside it: a main loop that hangs feeds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabin.daemon.keeper import MISSING_S, STARVED_TIMES

if TYPE_CHECKING:
    from cabin.daemon.daemon import Daemon

__all__ = ["Health", "Watchdog", "stuck"]

SILENT_SPARE_S = 1.0
"""How much later than the keeper, who kills a worker that leaves a question unanswered, the watchdog takes it ill."""

SOURCE_S = 5.0
"""How long a source that says it is open may give nothing."""

_PLUGINS_S = 5.0
"""How often plugins are looked at."""

_TELL_S = 5.0
"""How often it is told that the watchdog is not fed."""

_LONGEST_FEED_S = 10.0
_UNWATCHED_S = 60.0
"""Stands for WatchdogSec= where systemd does not ask."""


@dataclass(frozen=True)
class Health:
    """What moved, at one moment. Times are time.monotonic; None: not expected to move."""

    now_s: float
    worker_missing_since_s: float | None
    """Since when there is no worker that can work; None also while the one that loads is not let run."""
    worker_silent_since_s: float | None
    """Since when the worker leaves a question unanswered."""
    sound_at_s: float | None
    """When the source last gave sound; None when none is expected: there is no source, or it says what it lacks."""
    acting_since_s: float | None
    """Since when the car is at one utterance."""


def stuck(health: Health, act_s: float, answer_s: float) -> str:
    """Return what does not move though it should; empty when everything does."""
    now_s = health.now_s
    missing, silent = health.worker_missing_since_s, health.worker_silent_since_s
    if missing is not None and now_s - missing > MISSING_S:
        return f"no worker for {now_s - missing:.0f} s"
    if silent is not None and now_s - silent > STARVED_TIMES * answer_s + SILENT_SPARE_S:
        return f"the worker was silent for {now_s - silent:.1f} s and could not be replaced"
    if health.sound_at_s is not None and now_s - health.sound_at_s > SOURCE_S:
        return f"no sound for {now_s - health.sound_at_s:.0f} s from a source that says it is open"
    if health.acting_since_s is not None and now_s - health.acting_since_s > act_s:
        return f"the car is at one command for {now_s - health.acting_since_s:.0f} s"
    return ""


class Watchdog:
    """Feeds systemd's watchdog and keeps the status line. All on the event loop."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._missing_since_s: float | None = None
        self._fed_s = self._asked_plugins_s = 0.0
        self._lost = ""

    def look(self, now_s: float) -> None:
        """Look at everything; feed when it moves, tell when it does not. Called every half second."""
        daemon = self._daemon
        config, notifier = daemon.app.config.daemon, daemon.notifier
        why = daemon.tester.failed or self._rule_lost(now_s)
        why = why or stuck(self._health(now_s), config.act_s, config.answer_s)
        if why:
            notifier.status(f"stuck: {why}")
            if now_s - self._fed_s > _TELL_S:
                self._fed_s = now_s
                daemon.telling.fault(f"watchdog not fed: {why}")
            return
        notifier.status(self._status_text())
        wait_s = (notifier.watchdog_s or _UNWATCHED_S) / 4
        if now_s - self._fed_s >= min(wait_s, _LONGEST_FEED_S):
            self._fed_s = now_s
            notifier.feed()

    def _rule_lost(self, now_s: float) -> str:
        """Return which plugin that judges commands was quarantined: without its rules every command is refused."""
        if now_s - self._asked_plugins_s > _PLUGINS_S:
            self._asked_plugins_s = now_s
            infos = self._daemon.app.plugins.infos()
            lost = [each.name for each in infos if each.state == "quarantined" and "check_policy" in each.hooks]
            self._lost = f"plugin {lost[0]}, which judges commands, is quarantined" if lost else ""
        return self._lost

    def _health(self, now_s: float) -> Health:
        daemon = self._daemon
        pump, link = daemon.pump, daemon.keeper.ready
        if link is not None or daemon.keeper.is_starved:
            self._missing_since_s = None
        elif self._missing_since_s is None:
            self._missing_since_s = now_s
        gives = pump is not None and pump.source.state.status == "open"
        return Health(
            now_s,
            self._missing_since_s,
            link.pinged_s if link is not None else None,
            pump.moved_s if pump is not None and gives else None,
            daemon.conductor.actor.busy_since_s,
        )

    def _status_text(self) -> str:
        daemon = self._daemon
        counts, parts = daemon.meters.counts, []
        if daemon.keeper.ready is None:
            parts.append("the worker is being replaced")
        if daemon.pump is not None:
            state = daemon.pump.source.state
            parts.append(f"{state.device}: {state.status}")
        if daemon.beside.recorder.is_on:
            parts.append("RECORDING")
        if daemon.ladder.step != "normal":
            parts.append(f"{daemon.ladder.step}: {daemon.ladder.reason}")
        parts += [f"{counts.get(what, 0)} {what}" for what in ("heard", "done", "dropped")]
        return "; ".join(parts)
