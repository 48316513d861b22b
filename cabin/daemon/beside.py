"""What stands beside the chain and never holds it up: replies that are heard, recordings that are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cabin import paths
from cabin.control.protocol import PrivacyResult, PurgeResult
from cabin.control.turns import turn_data
from cabin.control.wire import plain
from cabin.daemon.spawn import worker_environ
from cabin.privacy.recorder import Recorder
from cabin.replies.opening import replies_settings
from cabin.replies.replies import Replies

if TYPE_CHECKING:
    from cabin.cli.app import App
    from cabin.daemon.daemon import Daemon
    from cabin.daemon.flights import Flight
    from cabin.daemon.letters import Understood
    from cabin.daemon.sources import SourceBlock
    from cabin.messages import Turn

__all__ = ["Beside"]


class Beside:
    """Replies and recordings of one daemon. All on the event loop."""

    def __init__(self, daemon: Daemon) -> None:
        """Raises ConfigError when section `replies` names what is not there."""
        app, telling = daemon.app, daemon.telling
        self._daemon = daemon
        self.replies = Replies(
            replies_settings(app.plugins, app.config),
            telling,
            lambda: daemon.ladder.step,
            worker_environ(app.environ),
        )
        folder = paths.state_dir(app.environ) / "recordings"
        telling.listeners.append(self.replies.listen)
        self.recorder = Recorder(app.config.privacy, folder, telling.tell, telling.fault)
        daemon.conductor.heed, daemon.conductor.keep = self._heed, self._keep

    @property
    def is_speaking(self) -> bool:
        """Whether a reply is being heard."""
        return self.replies.is_speaking

    def pids(self) -> list[int]:
        """Return the processes that are there."""
        return self.replies.pids()

    def through(self, blocks: Sequence[SourceBlock]) -> Sequence[SourceBlock]:
        """Return what is to be heard of the microphone's sound."""
        self.recorder.take(blocks)
        return self.replies.through(blocks)

    def look(self, now_s: float) -> None:
        """Look after both. Called every half second."""
        self.replies.look(now_s)
        self.recorder.look(now_s)

    def change(self, app: App) -> None:
        """Go on as another configuration says; `replies_settings` found no fault with it."""
        self.replies.change(replies_settings(app.plugins, app.config))
        self.recorder.change(app.config.privacy)

    def end(self) -> None:
        """Fall silent, keep nothing more."""
        self.replies.end()
        self.recorder.end()

    # For the control socket

    async def record(self, on: bool, seconds: float | None) -> PrivacyResult:
        """Switch recording on or off. Raises UsageError."""
        self.recorder.switch(on, seconds)
        return await self.privacy()

    async def privacy(self) -> PrivacyResult:
        """Return what of the driver is kept."""
        recorder, config = self.recorder, self.recorder.config
        usage = await asyncio.to_thread(recorder.usage)
        oldest_ms = usage.oldest_s * 1000 if usage.oldest_s is not None else None
        return PrivacyResult(
            recorder.is_on,
            recorder.until_ms,
            config.recording,
            str(recorder.recordings.folder),
            usage.utterances,
            usage.size_bytes,
            oldest_ms,
            config.keep_days,
            config.keep_mb,
            self._daemon.telling.log_words,
        )

    async def purge(self) -> PurgeResult:
        """Remove all recordings."""
        usage = await asyncio.to_thread(self.recorder.purge)
        self._daemon.telling.tell("purged", {"utterances": usage.utterances})
        return PurgeResult(usage.utterances, usage.size_bytes)

    # For the conductor

    def _heed(self, flight: Flight, understood: Understood) -> str:
        return self.replies.heed(understood.transcript.text, flight.begun_s, flight.ended_s)

    def _keep(self, flight: Flight, turn: Turn) -> None:
        if self.recorder.is_on:
            self.recorder.keep(flight.begun_s, flight.ended_s, {"turn": plain(turn_data(turn))})
