"""A daemon on a thread of its own, spoken to over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading

import pytest

from cabin.control.activation import bind_socket
from cabin.control.chain_target import ChainTarget
from cabin.control.server import ControlServer
from cabin.control.settings import ControlConfig
from cabin.control.status import Status
from cabin.control.target import ControlEvent
from cabin.control.turns import TurnData

WAIT_S = 20


class Raw:
    """A client that may misbehave."""

    def __init__(self, path, receive_bytes=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.connect(str(path))  # without a time limit: with one, a full backlog is an error
        self.socket.settimeout(WAIT_S)
        self._rest = b""

    def send(self, *messages):
        """Send objects as lines, bytes as they are."""
        for each in messages:
            data = each if isinstance(each, bytes) else json.dumps({"v": 1, **each}).encode() + b"\n"
            self.socket.sendall(data)
        return self

    def line(self):
        """The next message, or None at the end."""
        while b"\n" not in self._rest:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def answer(self, *messages):
        """Send, and return the next answer: events are passed over."""
        self.send(*messages)
        while (told := self.line()) is not None and "event" in told:
            pass
        return told

    def rest(self):
        """Everything until the end."""
        return list(iter(self.line, None))

    def code(self, *messages):
        """The error code that comes back, or "ok"."""
        told = self.answer(*messages)
        return "ok" if told["ok"] else told["error"]["code"]

    def close(self):
        self.socket.close()


class Scripted:
    """A target that does what a test wants; every request is noted."""

    def __init__(self):
        self.asked = []
        self.cancelled = []
        self.hold = None
        """Set it to an asyncio.Event made on the loop: say and talk wait for it."""
        self.fault = None
        self.queue = None

    async def status(self):
        if self.fault:
            raise self.fault
        return Status("0", 1, 0.0, 1.0, "ready", counts={"heard": 3})

    async def events(self):
        self.queue = asyncio.Queue()
        while True:
            yield await self.queue.get()

    async def say(self, text, confirm, speaker="unknown"):
        self.asked.append(("say", text, confirm))
        return await self._turn(text)

    async def talk(self, seconds):
        self.asked.append(("talk", seconds))
        return await self._turn("open the window")

    async def _turn(self, text):
        try:
            if self.hold is not None:
                await self.hold.wait()
        except asyncio.CancelledError:
            self.cancelled.append(text)
            raise
        if self.fault:
            raise self.fault
        return TurnData(text=text, transcript=text, reply="Right.")

    async def cancel(self):
        return 2

    async def explain(self, count):
        return ()

    async def reload(self):
        if self.hold is not None:
            await self.hold.wait()
        if self.fault:
            raise self.fault
        self.asked.append(("reload",))
        return ("configuration",)

    async def stop(self):
        self.asked.append(("stop",))


class Daemon:
    """A control server on a loop in its own thread."""

    def __init__(self, path, target=None, config=None, **options):
        self.path, self.loop = path, asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.listening = bind_socket(path, 0o666)
        self.target = self.run(target()) if target is not None else Scripted()
        self.server = self.run(self._serve(config or ControlConfig(), options))
        self.clients = []

    async def _serve(self, config, options):
        server = ControlServer(self.target, config, **options)
        await server.start([self.listening.socket])
        return server

    def run(self, coroutine):
        """Run something on the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(WAIT_S)

    def do(self, function, *arguments):
        """Call a function on the loop's thread."""

        async def call():
            return function(*arguments)

        return self.run(call())

    def connect(self, receive_bytes=None):
        """A client that was let in."""
        client = self.raw(receive_bytes)
        assert client.line()["event"] == "hello"
        return client

    def raw(self, receive_bytes=None):
        client = Raw(self.path, receive_bytes)
        self.clients.append(client)
        return client

    def publish(self, name, data=None, private=()):
        self.do(self.target.queue.put_nowait, ControlEvent(name, 1000.0, data or {}, frozenset(private)))

    def until(self, condition):
        """Let the loop run until the condition holds."""

        async def wait():
            async with asyncio.timeout(WAIT_S):
                while not condition():
                    await asyncio.sleep(0.005)

        self.run(wait())

    def close(self):
        for client in self.clients:
            client.close()
        self.run(self.server.close())
        close = getattr(self.target, "close", None)
        if close is not None:
            self.run(close())
        self.listening.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(WAIT_S)
        self.loop.close()


@pytest.fixture
def daemon(tmp_path):
    """Make daemons on sockets in tmp_path; all end with the test."""
    with contextlib.ExitStack() as stack:
        count = iter(range(100))

        def daemon(target=None, config=None, **options):
            made = Daemon(tmp_path / f"{next(count)}.sock", target, config, **options)
            stack.callback(made.close)
            return made

        yield daemon


@pytest.fixture
def open_small_chain(small_catalog):
    """Open chains over the small catalog and a simulated car, by templates."""
    from cabin.chain import Chain
    from cabin.executor import Executor
    from cabin.template_parser import TemplateParser
    from cabin.vehicle.policy_file import load_policy
    from cabin_simcar.car import SimulatedCar

    def open_chain(vehicle=None, hearing=None):
        car = vehicle or SimulatedCar(small_catalog.signals)
        return Chain(TemplateParser(small_catalog), Executor(small_catalog, load_policy(), car), hearing)

    return open_chain


@pytest.fixture
def chain_daemon(daemon, open_small_chain):
    """Serve a real chain with a simulated car."""

    def serve(config=None, listen=None, open_chain=open_small_chain, **options):
        async def target():
            made = ChainTarget(open_chain, listen, **options)
            await made.start()
            return made

        return daemon(target, config)

    return serve
