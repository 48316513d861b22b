"""The daemon as the control socket sees it (cabin.control.target.ControlTarget)."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from cabin import __version__
from cabin.control.protocol import Confirmation, PrivacyResult, PurgeResult, Speaker
from cabin.control.status import Memory, Microphone, MicrophoneState, Privacy, Status, Worker
from cabin.daemon.processes import proportional_mib, resident_mib
from cabin.errors import Problem, SoundError

if TYPE_CHECKING:
    from cabin.control.target import ControlEvent
    from cabin.control.turns import TurnData
    from cabin.daemon.daemon import Daemon
    from cabin.vehicle.explanation import Explanation

__all__ = ["DaemonTarget"]

_MICROPHONE: dict[str, MicrophoneState] = {
    "open": "open",
    "waiting": "absent",
    "lost": "failed",
    "silent": "failed",
    "stopped": "none",
}
"""How a source is -> what the status says of the microphone."""


class DaemonTarget:
    """Hands what clients ask on to the daemon's parts."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def status(self) -> Status:
        """Return how the daemon is."""
        daemon = self._daemon
        keeper, ladder = daemon.keeper, daemon.ladder
        pid = keeper.link.pid if keeper.link is not None else None
        worker = Worker("ears and mind", keeper.state, pid, keeper.restarts, resident_mib(pid) if pid else None)
        return Status(
            __version__,
            os.getpid(),
            daemon.since_s * 1000,
            time.monotonic() - daemon.begun_s,
            daemon.phase,
            ladder.step,
            ladder.reason,
            stages=tuple(
                dataclasses.replace(each, overruns=each.overruns + ladder.overruns(each.name))
                for each in daemon.meters.stages()
            ),
            workers=(worker,),
            memory=Memory(sum(map(proportional_mib, daemon.pids())), ladder.budgets.resident_mib),
            microphone=self._microphone(),
            privacy=Privacy(daemon.beside.recorder.is_on, daemon.telling.log_words),
            counts=daemon.meters.counts,
        )

    def events(self) -> AsyncIterator[ControlEvent]:
        """Yield what happens."""
        return self._daemon.feed.events()

    async def say(self, text: str, confirm: Confirmation, speaker: Speaker = "unknown") -> TurnData:
        """Act on a text."""
        return await self._daemon.conductor.say(text, confirm == "yes", speaker)

    async def talk(self, seconds: float) -> TurnData:
        """Listen to what is said next. Raises SoundError when there is nothing to listen with."""
        if self._daemon.pump is None:
            raise SoundError(Problem("no microphone is configured", "daemon.source", hint="Say it with `cabin say`."))
        return await self._daemon.talk(seconds)

    async def cancel(self) -> int:
        """Drop what is on its way."""
        return await self._daemon.cancel()

    async def explain(self, count: int) -> tuple[Explanation, ...]:
        """Return why the latest commands were judged as they were."""
        parts = self._daemon.conductor.parts
        return parts.chain.executor.judge.latest(count) if parts is not None else ()

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration anew."""
        return await self._daemon.reload()

    async def record(self, on: bool, seconds: float | None) -> PrivacyResult:
        """Switch recording on or off."""
        return await self._daemon.beside.record(on, seconds)

    async def privacy(self) -> PrivacyResult:
        """Return what of the driver is kept."""
        return await self._daemon.beside.privacy()

    async def purge(self) -> PurgeResult:
        """Remove all recordings."""
        return await self._daemon.beside.purge()

    async def stop(self) -> None:
        """Begin to end."""
        self._daemon.stop("asked over the control socket")

    def _microphone(self) -> Microphone:
        pump = self._daemon.pump
        if pump is None:
            return Microphone()
        state = pump.source.state
        return Microphone(_MICROPHONE.get(state.status, "failed"), state.device, state.overflows)
