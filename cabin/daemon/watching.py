"""Monitors in the daemon: what they say goes through the dialog when nobody speaks, what they report goes to policy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cabin.dialog.events import Dropped, Expired, Understood
from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.opening import open_monitors, watched_specs
from cabin.monitoring.pacer import Pacer, Waiting
from cabin.monitoring.service import MonitorService, Voice

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.daemon.daemon import Daemon
    from cabin.dialog.events import DialogEvent
    from cabin.monitoring.monitor import Answer

__all__ = ["Watching"]

logger = logging.getLogger(__name__)


class Watching:
    """The monitors of one daemon. All on the event loop but where it says otherwise."""

    def __init__(self, daemon: Daemon) -> None:
        """Raises ConfigError or PluginError for monitors that cannot be made."""
        config, plugins = daemon.app.config.monitoring, daemon.app.plugins
        names = [name for name in plugins.monitors.names() if name not in config.leave_out]
        self.monitors = open_monitors(plugins, names) if config.enabled and names else {}
        self._daemon = daemon
        self._service: MonitorService | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: tuple[Waiting, int] | None = None
        """What was asked last, and the question's number."""
        self._announcing: set[asyncio.Task[None]] = set()

    def with_watched(self, specs: Mapping[str, SignalSpec]) -> Mapping[str, SignalSpec]:
        """Return the signals that the car is asked for: those of the catalogs, and what monitors watch."""
        return watched_specs(self.monitors, specs)

    def start(self) -> None:
        """Begin to watch the car, once it and the conversation are there. Raises VehicleError."""
        parts = self._daemon.conductor.parts
        if not self.monitors or parts is None:
            return
        self._loop = asyncio.get_running_loop()
        pacer = Pacer(self._daemon.app.config.monitoring)
        board = MonitorBoard(self.monitors, pacer, self._report)
        self._service = MonitorService(board, parts.car, Voice(self._is_free, self._say))
        self._service.start()

    def look(self) -> None:
        """Leave a monitor behind that hangs. Called every half second."""
        hung = self._service.look_after() if self._service is not None else ""
        if hung:
            self._daemon.telling.fault(f"monitor {hung} hangs and is not asked any more", monitor=hung)

    def end(self) -> None:
        """Watch no more; a monitor that hangs is not waited for."""
        if self._service is not None:
            self._service.stop()

    def heard(self, event: DialogEvent) -> None:
        """Learn from the conversation what came of a question. On the chain's thread."""
        asked, service = self._asked, self._service
        if asked is None or service is None:
            return
        said, number = asked
        answer: Answer | None = None
        if isinstance(event, Understood) and event.by == "answer":
            answer = "yes"
        elif isinstance(event, Understood) and event.act in ("no", "cancel"):
            answer = "no"
        elif isinstance(event, Dropped | Expired) and event.question == number:
            answer = "none"
        if answer is not None:
            self._asked = None
            service.answer(said, answer)

    # From the monitors' thread

    def _is_free(self) -> bool:
        """Whether something can be said: nobody speaks, nothing is on its way, no question is open, no reply heard."""
        daemon = self._daemon
        parts = daemon.conductor.parts
        is_asking = parts is not None and parts.session.state.question is not None
        return daemon.phase == "ready" and daemon.conductor.is_idle and not is_asking and not daemon.beside.is_speaking

    def _say(self, said: Waiting) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._begin, said)

    def _report(self, source: str, condition: str, strictness: int, for_s: float) -> None:
        parts = self._daemon.conductor.parts
        if parts is not None:
            parts.chain.executor.driver.report(source, condition, strictness, for_s=for_s)

    # On the event loop

    def _begin(self, said: Waiting) -> None:
        task = asyncio.get_running_loop().create_task(self._announce(said))
        self._announcing.add(task)
        task.add_done_callback(self._announcing.discard)

    async def _announce(self, said: Waiting) -> None:
        daemon, notice = self._daemon, said.notice
        parts = daemon.conductor.parts
        assert parts is not None
        told = {"monitor": said.source, "key": notice.key, "level": notice.level, "text": notice.text}

        def announce() -> None:
            session = parts.session
            if notice.commands:
                number = session.ask("confirm", notice.text, commands=notice.commands, reason=("", "")).number
                self._asked = said, number
            session.remember((), notice.text)

        daemon.telling.tell("notice", told)
        try:
            await daemon.conductor.actor.do(announce)
        except Exception:
            logger.exception("a notice could not be said")
            daemon.telling.fault("a notice could not be said", monitor=said.source)
            return
        daemon.telling.reply(notice.text, "notice")
