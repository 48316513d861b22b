"""CabinClient: the running daemon for programs with asyncio.

    async with CabinClient() as cabin:
        print((await cabin.status()).phase)
        turn = await cabin.say("open the driver window")
        async for event in cabin.watch():
            print(event.event, event.data)

Nothing is tried again: a caller that wants to reconnect makes a new client. Every fault is a CabinError.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from cabin.control.binding import bind
from cabin.control.location import connect_paths
from cabin.control.protocol import (
    CancelRequest,
    CancelResult,
    Confirmation,
    ErrorData,
    EventMessage,
    ExplainRequest,
    ExplainResult,
    HelloData,
    MetricsRequest,
    MetricsResult,
    PrivacyRequest,
    PrivacyResult,
    PurgeRequest,
    PurgeResult,
    RecordRequest,
    ReloadRequest,
    ReloadResult,
    Request,
    RequestId,
    SayRequest,
    Speaker,
    StatusRequest,
    StopRequest,
    StopResult,
    TalkRequest,
    WatchRequest,
    WatchResult,
)
from cabin.control.settings import ControlConfig
from cabin.control.status import Status
from cabin.control.turns import TurnData
from cabin.control.wire import WireError, decode_answer, encode_request
from cabin.errors import CabinError, ConfigError, ControlError, Problem, UsageError
from cabin.vehicle.explanation import Explanation

__all__ = ["CabinClient"]

Result = TypeVar("Result")

LONGEST_ANSWER_BYTES = 4 * 2**20

BACKLOG_FULL_S = 0.02
"""How long to wait before trying again when too many connect at once."""

TURN_S = 40.0
"""Longer than the daemon itself waits for a turn, so that it is the one to tell that the time is up."""

RELOAD_S = 130.0


class CabinClient:
    """One connection to the daemon. `async with`, or `open` and `close`. Requests may be made at the same time."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        timeout_s: float = 10.0,
        config: ControlConfig | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`path`: the socket; None: where the configuration says, else where daemons put it."""
        self._paths = (path,) if path is not None else connect_paths(config or ControlConfig(), environ)
        self._timeout_s = timeout_s
        self._connection: _Connection | None = None

    @property
    def hello(self) -> HelloData:
        """What the daemon said at first: its version, and this program's rights."""
        return self._open_connection().hello

    async def open(self) -> None:
        """Connect. Raises ControlError when no daemon runs or it does not let this user in."""
        self._connection = await _Connection.open(self._paths, self._timeout_s)

    async def close(self) -> None:
        """Disconnect. What was asked and not begun is dropped by the daemon."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def __aenter__(self) -> CabinClient:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def status(self) -> Status:
        """Return how the daemon is."""
        return await self._ask(StatusRequest(), Status)

    async def metrics(self) -> str:
        """Return the status as OpenMetrics text."""
        return (await self._ask(MetricsRequest(), MetricsResult)).text

    async def say(self, text: str, confirm: Confirmation = "ask", speaker: Speaker = "unknown") -> TurnData:
        """Have a text acted on; return what became of it. Raises UsageError for a text that is no utterance."""
        try:
            request = SayRequest(text, confirm, speaker)
        except ValueError as error:
            raise UsageError(Problem(str(error))) from error
        return await self._ask(request, TurnData, TURN_S)

    async def talk(self, seconds: float = 8.0) -> TurnData:
        """Push to talk: wait at most `seconds` for speech. Cancelling this lets the button go with the connection."""
        return await self._ask(TalkRequest(seconds), TurnData, seconds + TURN_S)

    async def cancel(self) -> int:
        """Drop what is listened to, asked and waiting; return how many things were dropped."""
        return (await self._ask(CancelRequest(), CancelResult)).cancelled

    async def explain(self, count: int = 1) -> tuple[Explanation, ...]:
        """Return why the latest commands were judged as they were, the latest first."""
        return (await self._ask(ExplainRequest(count), ExplainResult)).explanations

    async def reload(self) -> tuple[str, ...]:
        """Have the configuration read anew; return what was loaded. Raises ConfigError when it is wrong."""
        return (await self._ask(ReloadRequest(), ReloadResult, RELOAD_S)).reloaded

    async def record(self, on: bool, seconds: float | None = None) -> PrivacyResult:
        """Switch the recording of utterances on, for `seconds` or as long as is allowed, or off."""
        return await self._ask(RecordRequest(on, seconds), PrivacyResult)

    async def privacy(self) -> PrivacyResult:
        """Return what of the driver is kept."""
        return await self._ask(PrivacyRequest(), PrivacyResult)

    async def purge(self) -> PurgeResult:
        """Remove all recordings; return what was removed."""
        return await self._ask(PurgeRequest(), PurgeResult, TURN_S)

    async def stop(self) -> None:
        """End the daemon; return when it has agreed. `wait_ended` waits until it has gone."""
        await self._ask(StopRequest(), StopResult)

    async def wait_ended(self) -> None:
        """Wait until the daemon ends the connection."""
        await self._open_connection().ended.wait()

    async def watch(self, events: Collection[str] = ()) -> AsyncIterator[EventMessage]:
        """Yield what happens (`events`: only these), over a connection of its own, until the daemon stops.

        The first is `hello`: from then on nothing is missed. Raises ControlError when the connection breaks.
        """
        connection = await _Connection.open(self._paths, self._timeout_s)
        try:
            await connection.ask(WatchRequest(tuple(events)), WatchResult, self._timeout_s)
            yield connection.hello_event
            while (event := await connection.next_event()) is not None:
                yield event
        finally:
            await connection.close()

    async def _ask(self, request: Request, kind: type[Result], timeout_s: float | None = None) -> Result:
        return await self._open_connection().ask(request, kind, timeout_s or self._timeout_s)

    def _open_connection(self) -> _Connection:
        if self._connection is None:
            raise ControlError(Problem("not connected", hint="Use `async with CabinClient() as cabin:`."))
        return self._connection


class _Connection:
    """A socket, the requests that wait on it, and the task that reads it."""

    def __init__(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ended = asyncio.Event()
        self.hello_event = EventMessage("hello", 0.0)
        self.hello = HelloData("", (), (), 0)
        self._path, self._reader, self._writer = path, reader, writer
        self._ids = itertools.count(1)
        self._waiting: dict[RequestId, asyncio.Future[Mapping[str, Any]]] = {}
        self._events: asyncio.Queue[EventMessage | None] = asyncio.Queue(64)
        self._fault: CabinError | None = None
        self._is_watching = self._is_stopping = False
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, paths: tuple[Path, ...], timeout_s: float) -> _Connection:
        """Connect to the first of `paths` where a daemon lives, and read its greeting. Raises ControlError."""
        path, (reader, writer) = await _connect(paths, timeout_s)
        connection = cls(path, reader, writer)
        try:
            async with asyncio.timeout(timeout_s):
                first = await connection._read()
        except TimeoutError:
            first = None
        if not isinstance(first, EventMessage):
            await connection.close()
            raise connection._fault or _no_answer(path)
        hello = bind(HelloData, dict(first.data), strict=False)
        if isinstance(hello, list):
            await connection.close()
            raise ControlError(hello)
        connection.hello_event, connection.hello = first, hello
        connection._task = asyncio.get_running_loop().create_task(connection._read_on())
        return connection

    async def ask(self, request: Request, kind: type[Result], timeout_s: float) -> Result:
        """Send a request and return its answer. Raises the error that the daemon tells, or ControlError."""
        if self.ended.is_set():
            raise self._fault or _gone(self._path)
        request_id = next(self._ids)
        future: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = future
        self._is_watching = self._is_watching or isinstance(request, WatchRequest)
        try:
            async with asyncio.timeout(timeout_s):
                self._writer.write(encode_request(request, request_id))
                await self._writer.drain()
                answer = await future
        except TimeoutError as error:
            problem = Problem(f"no answer to {request.name!r} within {timeout_s:g} s", str(self._path))
            raise ControlError(problem, "timeout") from error
        except OSError as error:
            raise self._fault or _gone(self._path) from error
        finally:
            self._waiting.pop(request_id, None)
        result = bind(kind, dict(answer), strict=False)
        if isinstance(result, list):
            raise ControlError(result)
        return result

    async def next_event(self) -> EventMessage | None:
        """Return the next event, or None when the daemon has stopped. Raises ControlError when the connection broke."""
        if not (self._events.empty() and self.ended.is_set()):
            event = await self._events.get()
            if event is not None:
                return event
        if not self._is_stopping:
            raise self._fault or _gone(self._path)
        return None

    async def close(self) -> None:
        """Close the socket."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read_on(self) -> None:
        try:
            while (message := await self._read()) is not None:
                self._is_stopping = self._is_stopping or message.event == "stopping"
                if self._is_watching:
                    await self._events.put(message)
        finally:
            self.ended.set()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(self._fault or _gone(self._path))
            with contextlib.suppress(asyncio.QueueFull):
                self._events.put_nowait(None)

    async def _read(self) -> EventMessage | None:
        """Return the next event, handing answers to whoever waits for them; None at the end."""
        while True:
            try:
                line = await self._reader.readline()
            except (OSError, ValueError):  # reset, or a line longer than any answer
                return None
            if not line.endswith(b"\n"):
                return None
            try:
                message = decode_answer(line)
            except WireError as error:
                hint = "Is it a cabin daemon, and of this version?"
                self._fault = ControlError(Problem("an answer that is none", str(self._path), hint=hint), error.code)
                return None
            if isinstance(message, EventMessage):
                return message
            future = self._waiting.get(message.request_id)
            fault = _error(message.error) if message.error is not None else None
            if future is None:
                # told to nobody: why the connection is about to end
                self._fault = fault or self._fault
                if self._task is None:
                    return None
            elif not future.done():
                if fault is not None:
                    future.set_exception(fault)
                else:
                    future.set_result(message.result or {})


async def _connect(
    paths: tuple[Path, ...], timeout_s: float
) -> tuple[Path, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    forbidden: Path | None = None
    for path in paths:
        try:
            async with asyncio.timeout(timeout_s):
                connected = await _connected(path)
                return path, await asyncio.open_unix_connection(sock=connected, limit=LONGEST_ANSWER_BYTES)
        except PermissionError:
            forbidden = forbidden or path
        except TimeoutError as error:
            raise _no_answer(path) from error
        except OSError:
            continue
    if forbidden is not None:
        hint = "Ask as the user that the daemon runs as, or list yourself in section control of cabin.yaml."
        raise ControlError(Problem("you may not speak to the daemon", str(forbidden), hint=hint), "forbidden")
    looked = ", ".join(map(str, paths))
    hint = "Start it: `cabin run`, or `systemctl start cabin`."
    raise ControlError(Problem("no daemon runs", seen=f"nobody listens at {looked}", hint=hint))


async def _connected(path: Path) -> socket.socket:
    """Return a connected socket. Waits while the daemon's backlog is full, which asyncio takes for connected."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        while True:
            try:
                connection.connect(str(path))
            except BlockingIOError:
                await asyncio.sleep(BACKLOG_FULL_S)
            else:
                return connection
    except BaseException:
        connection.close()
        raise


def _no_answer(path: Path) -> ControlError:
    hint = "It hangs, or is no cabin daemon; `systemctl status cabin` tells more."
    return ControlError(Problem("the daemon does not answer", str(path), hint=hint), "timeout")


def _gone(path: Path) -> ControlError:
    hint = "It was stopped or crashed; its log tells more (`journalctl -u cabin`)."
    return ControlError(Problem("the daemon closed the connection", str(path), hint=hint))


def _error(error: ErrorData) -> CabinError:
    problems = [Problem(each.what, each.where, each.seen, each.expected, each.hint) for each in error.problems]
    if error.code == "wrong-configuration":
        return ConfigError(problems or [Problem("the configuration cannot be used")])
    return ControlError(problems or [Problem(f"the daemon refuses: {error.code}")], error.code)
