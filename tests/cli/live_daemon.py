"""A real chain with the simulated car behind a control socket, for the tests of the commands that speak to it."""

from __future__ import annotations

import asyncio
import contextlib
import threading

from cabin.chain import Chain
from cabin.control.chain_target import ChainTarget
from cabin.control.server import serving
from cabin.control.settings import ControlConfig
from cabin.executor import Executor
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar

__all__ = ["LiveDaemon", "serve_live"]


class LiveDaemon:
    """Runs on a thread until somebody asks it to stop."""

    def __init__(self, catalog, path, listen=None, hearing=None, **config):
        self.fault = None
        """Raised when the configuration is read again."""
        self.car = SimulatedCar(catalog.signals)
        self._catalog, self._listen, self._hearing = catalog, listen, hearing
        self._config = ControlConfig(socket=path, **config)
        self._ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.thread.start()
        assert self._ready.wait(30)

    def _open(self, _vehicle):
        if self.fault is not None:
            raise self.fault
        return Chain(TemplateParser(self._catalog), Executor(self._catalog, load_policy(), self.car), self._hearing)

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        self.target = ChainTarget(self._open, self._listen)
        await self.target.start()
        async with serving(self.target, self._config, {}):
            self._ready.set()
            await self.target.stopped.wait()
        await self.target.close()

    def close(self):
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.target.stopped.set)
        self.thread.join(30)
        assert not self.thread.is_alive()


@contextlib.contextmanager
def serve_live(*arguments, **options):
    daemon = LiveDaemon(*arguments, **options)
    try:
        yield daemon
    finally:
        daemon.close()
