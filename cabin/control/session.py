"""One connection: its lines taken under limits, its requests answered, its events sent. Harms nobody but itself.

Memory of a session is bounded: input by the longest line, output by `max_output_bytes`, requests by MAX_PENDING.
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import time
from typing import TYPE_CHECKING, cast

from cabin.control.limits import LineBuffer
from cabin.control.protocol import (
    PROTOCOL,
    ErrorCode,
    ErrorData,
    EventMessage,
    HelloData,
    Request,
    RequestId,
    WatchRequest,
    WatchResult,
)
from cabin.control.wire import (
    WireError,
    decode_request,
    encode_answer,
    encode_error,
    encode_event,
    error_data,
    id_of,
    plain,
)
from cabin.errors import Problem

if TYPE_CHECKING:
    from cabin.control.peers import Peer
    from cabin.control.server import ControlServer
    from cabin.control.settings import Right
    from cabin.control.target import ControlEvent

__all__ = ["MAX_MISTAKES", "MAX_PENDING", "Session"]

logger = logging.getLogger(__name__)

MAX_PENDING = 8
"""Requests of one connection that wait for their answers."""

MAX_MISTAKES = 10
"""Lines that are no request, after which a client is sent away."""


LAST_WORDS_S = 1.0
"""How long a client that is sent away has to read why."""


class Session(asyncio.BufferedProtocol):
    """A client. Everything runs on the event loop's thread."""

    def __init__(self, server: ControlServer) -> None:
        self.server = server
        self.peer: Peer | None = None
        self.rights: frozenset[Right] = frozenset()
        self.watched: frozenset[str] | None = None
        """None: no events; empty: all; else their names."""
        self._lines = LineBuffer(server.config.max_line_bytes)
        self._transport: asyncio.Transport | None = None
        self.pending: set[asyncio.Task[None]] = set()
        """Requests that wait for their answers."""
        self._throttle: asyncio.TimerHandle | None = None
        self._mistakes = 0
        self._is_ended = self._has_no_more = False
        self._ended_s: float | None = None
        self._line_begun_s: float | None = None
        self._last_asked_s = time.monotonic()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the peer in, or send it away with the reason."""
        self._transport = cast("asyncio.Transport", transport)
        connection = transport.get_extra_info("socket")
        refusal = self.server.admit(self, connection)
        if refusal is not None:
            self.send(encode_error(None, refusal))
            self.end()
            return
        hello = HelloData(
            self.server.version, (PROTOCOL,), tuple(sorted(self.rights)), self.server.config.max_line_bytes
        )
        self.send(encode_event(EventMessage("hello", time.time() * 1000, plain(hello))))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the size is ours to choose
        """Return where the next bytes go."""
        return self._lines.room()

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came."""
        self._lines.took(nbytes)
        self._read_lines()

    def eof_received(self) -> bool:
        """Answer what was asked; the client asks nothing more, and may still read."""
        self._has_no_more = True
        self.end_if_done()
        return not self._is_ended

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Drop what was asked and not begun."""
        self._is_ended = True
        if self._throttle is not None:
            self._throttle.cancel()
        for task in self.pending:
            task.cancel()
        self.server.forget(self)

    # What the server calls

    def send(self, line: bytes) -> None:
        """Send a line; a client that leaves too much unread is dropped instead. Never waits."""
        transport = self._transport
        if transport is None or self._is_ended or transport.is_closing():
            return
        unread = transport.get_write_buffer_size()
        if unread and unread + len(line) > self.server.config.max_output_bytes:
            self.drop("it does not read what it is sent")
            return
        transport.write(line)

    def send_event(self, event: ControlEvent) -> None:
        """Send an event, if it is wanted, without what this peer may not see."""
        if self.watched is None or (self.watched and event.name not in self.watched):
            return
        data = event.data
        if event.private and "transcripts" not in self.rights:
            data = {key: value for key, value in data.items() if key not in event.private}
        self.send(encode_event(EventMessage(event.name, event.at_ms, plain(data))))

    def check(self, now_s: float) -> None:
        """Send away who is too slow or asks nothing, and notice who is gone. Called about twice a second."""
        config = self.server.config
        if self._is_ended:
            if self._ended_s is not None and now_s - self._ended_s > LAST_WORDS_S:
                self.abort()  # it does not even read why it is sent away
        elif self._has_no_more:
            if self._is_gone():
                self.abort()
        elif self._line_begun_s is not None and now_s - self._line_begun_s > config.line_timeout_s:
            self._refuse("too-slow", Problem(f"a line was not ended within {config.line_timeout_s:g} s"))
        elif (
            not self.pending
            and self.watched is None
            and self._throttle is None
            and now_s - self._last_asked_s > config.idle_timeout_s
        ):
            self._refuse("too-slow", Problem(f"nothing was asked for {config.idle_timeout_s:g} s"), is_harmless=True)

    def end(self) -> None:
        """Send what is written, then close."""
        self._is_ended = True
        self._ended_s = time.monotonic()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close now, whatever is unsent."""
        self._is_ended = True
        if self._transport is not None:
            self._transport.abort()

    def drop(self, why: str) -> None:
        """Close on a client that broke a limit, and tell those who watch."""
        if not self._is_ended:
            self.abort()
            self.server.note_dropped(self.peer, why)

    def end_if_done(self) -> None:
        """Close when the client asks nothing more and nothing more will be sent."""
        if self._has_no_more and not self.pending and self.watched is None and self._throttle is None:
            self.end()

    # Lines

    def _read_lines(self) -> None:
        while not self._is_ended and self._throttle is None:
            line = self._lines.next_line()
            if line is None:
                break
            self._line_begun_s = None
            self._take(line)
        if self._is_ended or self._throttle is not None:
            return
        if self._lines.is_full:
            self._too_long()
        elif len(self._lines) and self._line_begun_s is None:
            self._line_begun_s = time.monotonic()

    def _take(self, line: bytes) -> None:
        self._last_asked_s = time.monotonic()
        assert self.peer is not None
        wait_s = self.server.rates.take(self.peer.uid)
        if wait_s:
            problem = Problem("too many requests", expected=f"{self.server.config.requests_per_s:g} a second")
            retry = error_data("rate-limited", problem, retry_after_ms=round(wait_s * 1000, 1))
            self._answer_error(id_of(line), retry)
            self._pause(wait_s)
            return
        self.server.counts.requests += 1
        try:
            request_id, request = decode_request(line)
        except WireError as error:
            self._answer_error(error.request_id, error_data(error.code, error.problems))
            self._mistakes += 1
            if self._mistakes >= MAX_MISTAKES:
                self.end()
                self.server.note_dropped(self.peer, "too many lines that are no requests")
            return
        self._begin(request_id, request)

    def _begin(self, request_id: RequestId, request: Request) -> None:
        if self.rights.isdisjoint(request.rights):
            needed = " or ".join(request.rights)
            hint = f"cabin.yaml, section control, says who may: {needed}."
            problem = Problem(f"you may not {request.name}", f"uid {self.peer.uid if self.peer else '?'}", hint=hint)
            self._answer_error(request_id, error_data("forbidden", problem))
        elif isinstance(request, WatchRequest):
            self.watched = frozenset(request.events)
            self.send(encode_answer(request_id, WatchResult("transcripts" in self.rights)))
        elif len(self.pending) >= MAX_PENDING:
            problem = Problem(f"{MAX_PENDING} requests wait for their answers already")
            self._answer_error(request_id, error_data("busy", problem))
        else:
            task = asyncio.get_running_loop().create_task(self._answer(request_id, request))
            self.pending.add(task)
            task.add_done_callback(self._finished)

    async def _answer(self, request_id: RequestId, request: Request) -> None:
        result = await self.server.dispatch(request, self)
        if isinstance(result, ErrorData):
            self._answer_error(request_id, result)
        else:
            self.send(encode_answer(request_id, result))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.pending.discard(task)
        self._last_asked_s = time.monotonic()
        if not task.cancelled() and task.exception() is not None:
            logger.error("answering a client failed", exc_info=task.exception())
        if not self._is_ended:
            self.end_if_done()

    def _answer_error(self, request_id: RequestId, error: ErrorData) -> None:
        self.server.counts.errors += 1
        self.send(encode_error(request_id, error))

    def _pause(self, wait_s: float) -> None:
        """Read nothing more for a while: what the client sends waits at the client."""
        if self._transport is not None and not self._has_no_more:
            self._transport.pause_reading()
        self._throttle = asyncio.get_running_loop().call_later(wait_s, self._resume)

    def _resume(self) -> None:
        self._throttle = None
        if self._is_ended or self._transport is None:
            return
        self._read_lines()
        if self._throttle is None and not self._is_ended:
            if not self._has_no_more:
                self._transport.resume_reading()
            self.end_if_done()

    def _too_long(self) -> None:
        self._refuse("too-long", Problem("the line is too long", expected=f"{self.server.config.max_line_bytes} bytes"))

    def _refuse(self, code: ErrorCode, problem: Problem, is_harmless: bool = False) -> None:
        self._answer_error(None, error_data(code, problem))
        self.end()
        if not is_harmless:
            self.server.note_dropped(self.peer, problem.what)

    def _is_gone(self) -> bool:
        """Whether the client closed its end altogether, not only for writing."""
        connection: socket.socket | None = self._transport.get_extra_info("socket") if self._transport else None
        if connection is None or connection.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(connection, 0)
        return any(told & (select.POLLHUP | select.POLLERR) for _, told in poll.poll(0))
