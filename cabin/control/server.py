"""The control socket's server: lets peers in, hands their requests to the target, sends events to those who watch.

async with serving(target, config) as server:
    await stopped.wait()
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from cabin import __version__
from cabin.control.activation import BACKLOG, Listening, bind_socket, taken_over
from cabin.control.limits import Rates, TokenBucket
from cabin.control.location import bind_path
from cabin.control.metrics import CONTENT_TYPE, metrics_of, openmetrics
from cabin.control.peers import Access, Peer, PeerOf, peer_of
from cabin.control.protocol import (
    CancelRequest,
    CancelResult,
    ErrorData,
    ExplainRequest,
    ExplainResult,
    MetricsRequest,
    MetricsResult,
    PrivacyRequest,
    PurgeRequest,
    RecordRequest,
    ReloadRequest,
    ReloadResult,
    Request,
    SayRequest,
    StopRequest,
    StopResult,
    TalkRequest,
)
from cabin.control.session import Session
from cabin.control.settings import ControlConfig
from cabin.control.status import Clients, Status
from cabin.control.target import ControlEvent, ControlTarget
from cabin.control.turns import without_words
from cabin.control.wire import error_data
from cabin.errors import CabinError, ConfigError, Problem
from cabin.vehicle.explain import without_words as unsaid

__all__ = ["ControlServer", "Timeouts", "serving"]

logger = logging.getLogger(__name__)

CHECK_S = 0.5
"""How often sessions are looked at; never while there is none."""

FLUSH_S = 1.0
"""How long clients have, at the end, to read what was written to them."""


@dataclass(frozen=True)
class Timeouts:
    """How long the target may take to answer, in seconds, before the client is told `timeout`."""

    quick_s: float = 5.0
    """status, metrics, cancel, stop."""
    turn_s: float = 30.0
    """say; talk beyond the seconds that it listens: recognizing, acting and the car's own time."""
    reload_s: float = 120.0


@dataclass
class _Counts:
    accepted: int = 0
    requests: int = 0
    errors: int = 0
    refused: int = 0
    dropped: int = 0


class ControlServer:
    """Serves one target on listening sockets. All on one event loop."""

    version = __version__

    def __init__(
        self,
        target: ControlTarget,
        config: ControlConfig,
        *,
        access: Access | None = None,
        who: PeerOf = peer_of,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Raises ConfigError for users or groups of the configuration that do not exist."""
        self.config = config
        self.rates = Rates(config.requests_per_s, config.burst)
        self.counts = _Counts()
        self._target = target
        self._access = access or Access(config)
        self._who = who
        self._timeouts = timeouts or Timeouts()
        self._sessions: set[Session] = set()
        self._servers: list[asyncio.Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._shielded: set[asyncio.Task[Any]] = set()
        self._told = TokenBucket(2.0, 20)
        """Events about clients: hostile ones must not fill the lines of those who watch."""
        self._someone = asyncio.Event()
        self._is_stopping = False

    async def start(self, listeners: Sequence[socket.socket]) -> None:
        """Begin to serve on sockets that listen."""
        loop = asyncio.get_running_loop()
        for listener in listeners:
            self._servers.append(await loop.create_unix_server(lambda: Session(self), sock=listener, backlog=BACKLOG))
        self._tasks = [loop.create_task(self._pump()), loop.create_task(self._look_after())]

    async def close(self) -> None:
        """Tell everybody, let them read what was written, and end every connection."""
        self._is_stopping = True
        for server in self._servers:
            server.close()
        self._publish(ControlEvent("stopping", time.time() * 1000))
        answers = [task for session in self._sessions for task in session.pending]
        if answers:  # whoever asked to stop hears that it was done
            await asyncio.wait(answers, timeout=FLUSH_S)
        for task in (*self._tasks, *self._shielded):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._shielded, return_exceptions=True)
        for session in list(self._sessions):
            session.end()
        deadline_s = time.monotonic() + FLUSH_S
        while self._sessions and time.monotonic() < deadline_s:
            await asyncio.sleep(0.01)
        for session in list(self._sessions):
            session.abort()
        await asyncio.sleep(0)

    # What sessions ask

    def admit(self, session: Session, connection: socket.socket) -> ErrorData | None:
        """Let a session in and return None, or return why not."""
        try:
            peer = self._who(connection)
        except OSError as error:
            logger.warning("a client's credentials cannot be read: %s", error)
            return self._refusal(None, error_data("forbidden", Problem("the kernel does not tell who you are")))
        session.peer = peer
        session.rights = self._access.rights(peer)
        if not session.rights:
            hint = "cabin.yaml, section control, says who may do what."
            return self._refusal(peer, error_data("forbidden", Problem("no rights", f"uid {peer.uid}", hint=hint)))
        if self._is_stopping:
            return error_data("stopping")
        wait_s = self.rates.take(peer.uid)
        if wait_s:
            problem = Problem("too many connections in a short time")
            return self._refusal(peer, error_data("rate-limited", problem, round(wait_s * 1000, 1)))
        of_user = sum(1 for each in self._sessions if each.peer is not None and each.peer.uid == peer.uid)
        if len(self._sessions) >= self.config.max_clients or of_user >= self.config.max_clients_of_user:
            problem = Problem("all connections are taken", seen=f"{len(self._sessions)} clients")
            return self._refusal(peer, error_data("too-many-clients", problem))
        self.counts.accepted += 1
        self._sessions.add(session)
        self._someone.set()
        return None

    def forget(self, session: Session) -> None:
        """Forget a session that has ended."""
        self._sessions.discard(session)

    def note_dropped(self, peer: Peer | None, why: str) -> None:
        """Count a client that was dropped, and tell those who watch."""
        self.counts.dropped += 1
        self._tell("client-dropped", peer, why)

    async def dispatch(self, request: Request, session: Session) -> Any:
        """Return what the target answers, or ErrorData. Raises only CancelledError, when the client is gone."""
        if self._is_stopping:
            return error_data("stopping")
        try:
            return await self._ask(request, session)
        except ConfigError as error:
            return error_data("wrong-configuration", error)
        except CabinError as error:  # before TimeoutError: some are both
            return error_data("failed", error)
        except TimeoutError:
            return error_data("timeout", Problem(f"no answer to {request.name!r} in time"))
        except Exception:
            logger.exception("%s over the control socket failed", request.name)
            return error_data("internal", Problem(f"{request.name!r} failed", hint="The daemon's log tells more."))

    async def _ask(self, request: Request, session: Session) -> Any:
        target, limits = self._target, self._timeouts
        if isinstance(request, SayRequest):
            self._log(request, session)
            return await asyncio.wait_for(target.say(request.text, request.confirm, request.speaker), limits.turn_s)
        if isinstance(request, TalkRequest):
            self._log(request, session)
            turn = await asyncio.wait_for(target.talk(request.seconds), request.seconds + limits.turn_s)
            return turn if "transcripts" in session.rights else without_words(turn)
        if isinstance(request, CancelRequest):
            return CancelResult(await asyncio.wait_for(target.cancel(), limits.quick_s))
        if isinstance(request, ExplainRequest):
            told = await asyncio.wait_for(target.explain(request.count), limits.quick_s)
            return ExplainResult(told if "transcripts" in session.rights else tuple(map(unsaid, told)))
        if isinstance(request, ReloadRequest):
            self._log(request, session)
            return ReloadResult(tuple(await self._even_if_gone(target.reload, limits.reload_s)))
        if isinstance(request, RecordRequest):
            self._log(request, session)
            return await self._even_if_gone(lambda: target.record(request.on, request.seconds), limits.quick_s)
        if isinstance(request, PrivacyRequest):
            return await asyncio.wait_for(target.privacy(), limits.quick_s)
        if isinstance(request, PurgeRequest):
            self._log(request, session)
            return await self._even_if_gone(target.purge, limits.turn_s)
        if isinstance(request, StopRequest):
            self._log(request, session)
            await self._even_if_gone(target.stop, limits.quick_s)
            return StopResult()
        status = await asyncio.wait_for(self.status(), limits.quick_s)
        if isinstance(request, MetricsRequest):
            return MetricsResult(CONTENT_TYPE, openmetrics(metrics_of(status)))
        return status

    async def status(self) -> Status:
        """Return the target's status with the socket's own counts."""
        status = await self._target.status()
        clients = Clients(
            len(self._sessions),
            sum(1 for each in self._sessions if each.watched is not None),
            **dataclasses.asdict(self.counts),
        )
        shared = dataclasses.replace(status.privacy, transcripts_shared=self._access.shares_transcripts)
        return dataclasses.replace(status, clients=clients, privacy=shared)

    async def _even_if_gone(self, ask: Callable[[], Awaitable[Any]], timeout_s: float) -> Any:
        """Ask something that is carried through when the client does not wait for the answer."""

        async def asked() -> Any:
            return await ask()

        task = asyncio.get_running_loop().create_task(asked())
        self._shielded.add(task)
        task.add_done_callback(self._shielded_done)
        return await asyncio.wait_for(asyncio.shield(task), timeout_s)

    def _shielded_done(self, task: asyncio.Task[Any]) -> None:
        self._shielded.discard(task)
        if not task.cancelled():
            task.exception()  # told to the client, if there still is one

    # Events

    async def _pump(self) -> None:
        try:
            async for event in self._target.events():
                self._publish(event)
        except Exception:
            logger.exception("events have ended")

    def _publish(self, event: ControlEvent) -> None:
        for session in list(self._sessions):
            try:
                session.send_event(event)
            except Exception:
                logger.exception("an event could not be sent")
                session.abort()

    def _tell(self, name: str, peer: Peer | None, why: str) -> None:
        who = {"uid": peer.uid, "pid": peer.pid} if peer is not None else {}
        if self._told.take() == 0:
            logger.info("%s: %s %s", name, why, who)
            self._publish(ControlEvent(name, time.time() * 1000, {"why": why, **who}))

    def _refusal(self, peer: Peer | None, error: ErrorData) -> ErrorData:
        self.counts.refused += 1
        self._tell("client-refused", peer, error.code)
        return error

    def _log(self, request: Request, session: Session) -> None:
        peer = session.peer
        logger.info("%s asked by uid %s, process %s", request.name, *((peer.uid, peer.pid) if peer else ("?", "?")))

    async def _look_after(self) -> None:
        """Look at the sessions while there are any."""
        while True:
            if not self._sessions and not len(self.rates):
                self._someone.clear()
                await self._someone.wait()
            await asyncio.sleep(CHECK_S)
            now_s = time.monotonic()
            for session in list(self._sessions):
                session.check(now_s)
            self.rates.forget()


@contextlib.asynccontextmanager
async def serving(
    target: ControlTarget,
    config: ControlConfig,
    environ: MutableMapping[str, str] = os.environ,
    timeouts: Timeouts | None = None,
) -> AsyncIterator[ControlServer]:
    """Serve on systemd's sockets, or on one of our own, while the block runs.

    Raises ConfigError for a configuration that cannot be used, ControlError when another daemon has the socket.
    """
    access = Access(config)
    server = ControlServer(target, config, access=access, timeouts=timeouts)
    listening: list[Listening] = taken_over(environ)
    if not listening:
        listening = [bind_socket(bind_path(config, environ), 0o666 if access.lets_others_in else 0o600)]
    try:
        await server.start([each.socket for each in listening])
        try:
            yield server
        finally:
            await server.close()
    finally:
        for each in listening:
            each.close()
