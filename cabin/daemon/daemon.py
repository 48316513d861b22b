"""The daemon: all parts together, from start to stop. The main process; it loads no model and acts on the car.

1. the socket is bound, or another daemon is told of     2. the worker loads, meanwhile catalog, policy and car
3. the self-test goes through the whole chain            4. READY; sound is brought; every half second a look at all
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from cabin.control.feed import EventFeed
from cabin.control.metrics import metrics_of, openmetrics, write_textfile
from cabin.control.server import ControlServer, Timeouts, serving
from cabin.daemon.beside import Beside
from cabin.daemon.conductor import Conductor
from cabin.daemon.keeper import Keeper
from cabin.daemon.ladder import DaemonLadder
from cabin.daemon.letters import Allow, Forget, Letter, Listened, Loaded
from cabin.daemon.meters import Meters
from cabin.daemon.model_guard import start_worker, test_at_start, try_out
from cabin.daemon.notify import Notifier
from cabin.daemon.opening import again, open_budgets, open_parts, open_source, setup_of, source_name
from cabin.daemon.pump import Pump
from cabin.daemon.remote import Desk, RemoteParser
from cabin.daemon.selftest import SelfTester
from cabin.daemon.target import DaemonTarget
from cabin.daemon.telling import Telling
from cabin.daemon.waking import Waking
from cabin.daemon.watchdog import Watchdog
from cabin.daemon.watching import Watching
from cabin.errors import BudgetError, CabinError, ConfigError, ControlError, Problem, UsageError
from cabin.replies.opening import replies_settings

if TYPE_CHECKING:
    from cabin.budget.ladder import LadderEvent
    from cabin.cli.app import App
    from cabin.control.status import Phase, Step
    from cabin.control.turns import TurnData
    from cabin.daemon.link import WorkerLink
    from cabin.daemon.options import RunOptions
    from cabin.dialog.events import DialogEvent
    from cabin.messages import Turn

__all__ = ["Daemon"]

logger = logging.getLogger("cabin.daemon")

TURN_SPARE_S = 5.0
"""Beyond the deadline of an utterance and `daemon.act_s`, how long a client is kept waiting for a turn."""

LOOK_S = 0.5
"""How often everything is looked at."""

END_S = 1.9
"""From being told to stop to the end, whatever hangs."""

FINISH_S = 1.2
"""How long of it a command that is being acted on has."""

_MEMORY_LOOKS = 10


class Daemon:
    """One run. `run` returns at its end."""

    def __init__(self, app: App, options: RunOptions, notifier: Notifier | None = None) -> None:
        """Raises ConfigError when cabin.yaml cannot be used."""
        self.app, self.options = app, options
        config = app.config.daemon
        self.since_s, self.begun_s = time.time(), time.monotonic()
        self.phase: Phase = "starting"
        self.notifier = notifier or Notifier()
        self.feed, self.meters = EventFeed(), Meters()
        self.telling = Telling(self.feed, self.meters, config.log_transcripts)
        self.keeper = Keeper(config, self._hear, self._lose)
        budgets = open_budgets(app)
        self.answer_s = budgets.deadlines.utterance_ms / 1000
        self.desk = Desk(lambda: self.keeper.ready, self.answer_s)
        self.ladder = DaemonLadder(budgets, self.pids, self._change_step)
        self.conductor = Conductor(budgets.deadlines, self.telling, self.meters, self.desk)
        self.conductor.observe, self.conductor.observe_late = self._note_turn, self.ladder.note_late
        self.waking = Waking(lambda: self.app.config, lambda: self.keeper.ready)
        self.telling.observe = self.waking.told
        self.beside = Beside(self)
        self.watching = Watching(self)
        self.pump: Pump | None = None
        self._stopped = asyncio.Event()
        self._server: ControlServer | None = None
        self._metrics_s = 0.0
        self.tester = SelfTester(self.desk, self.conductor, self.keeper, self.telling)
        self.watchdog = Watchdog(self)
        self._reloading = asyncio.Lock()
        self._restart_why = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Run until told to stop. Raises CabinError when it cannot be started; UsageError: another one runs."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop, f"signal {number.name}")
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self._reload_quietly()))
        async with contextlib.AsyncExitStack() as stack:
            target, timeouts = DaemonTarget(self), Timeouts(turn_s=self.turn_s)
            try:
                serve = serving(target, self.app.config.control, timeouts=timeouts)
                self._server = await stack.enter_async_context(serve)
            except ControlError as error:
                raise UsageError(error.problems) from error
            stack.callback(self.feed.close)
            stack.push_async_callback(self.keeper.end)
            if await self._start():
                await self._stay()
            await self._end()
        if self._restart_why:
            raise BudgetError(Problem("the budget cannot be kept", seen=self._restart_why))

    def stop(self, why: str) -> None:
        """Begin to end."""
        if not self._stopped.is_set():
            logger.info("stopping why=%s", why)
            self._stopped.set()

    async def cancel(self) -> int:
        """Drop what is on its way, what is being said included."""
        link = self.keeper.ready
        count = int(self.conductor.in_speech) + int(self.beside.replies.silence("cancelled"))
        if link is not None:
            link.send(Forget())
            self.conductor.in_speech = False
        return count + await self.conductor.cancel()

    async def talk(self, seconds: float) -> TurnData:
        """Return what became of what is said next; what was heard before the button was pushed is forgotten."""
        if self.keeper.ready is not None and not self._is_wanted():
            self.keeper.ready.send(Forget())
        self.telling.tell("listening", {"seconds": seconds})
        with self.waking.pushed(seconds):
            return await self.conductor.talk(seconds)

    @property
    def turn_s(self) -> float:
        """How long a client waits for a turn at most: its deadline and the car's time are in it."""
        return self.answer_s + self.app.config.daemon.act_s + TURN_SPARE_S

    def pids(self) -> list[int]:
        """Return all processes of the daemon."""
        worker = self.keeper.link.pid if self.keeper.link is not None else None
        source = getattr(self.pump.source.state, "pid", None) if self.pump is not None else None
        return [os.getpid(), *(pid for pid in (worker, source) if pid is not None), *self.beside.pids()]

    # Starting

    async def _start(self) -> bool:
        """Load everything, test it, and say so; return whether nobody said stop meanwhile."""
        loading = asyncio.get_running_loop().create_task(self._load())
        stopped = asyncio.get_running_loop().create_task(self._stopped.wait())
        self.notifier.status("loading")
        while not (loading.done() or stopped.done()):
            self.notifier.extend(10.0)
            await asyncio.wait({loading, stopped}, timeout=2.0, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not loading.done():
            loading.cancel()
            with contextlib.suppress(asyncio.CancelledError, CabinError):
                await loading
            return False
        await loading
        self.phase = "ready"
        self.notifier.ready()
        self.telling.tell("ready", {"seconds": round(time.monotonic() - self.begun_s, 2)})
        return True

    async def _load(self) -> None:
        setup = setup_of(self.app, self.options)
        source = open_source(self.app, self.options)
        worker = asyncio.get_running_loop().create_task(start_worker(self, setup))
        parser = RemoteParser(self.desk, asyncio.get_running_loop(), self.answer_s)
        self._parser = parser
        try:
            with_watched = self.watching.with_watched
            arguments = (self.app, self.options, parser, self._converse, self._step, None, with_watched)
            parts = await asyncio.to_thread(open_parts, *arguments)
        except BaseException:
            worker.cancel()
            raise
        setup = await worker
        self.conductor.parts = parts
        result = await test_at_start(self, setup, parts)
        logger.info("self-test passed ms=%.0f wrote=%s", result.ms, result.wrote)
        if source is not None:
            source.start()
            self.pump = Pump(source, lambda: self.keeper.ready, self._is_wanted)
            self.pump.through = self.beside.through
            self.pump.start()
        self.watching.start()

    # Running

    async def _stay(self) -> None:
        """Look at everything every half second, until told to stop."""
        looks = 0
        while not self._stopped.is_set():
            looks += 1
            try:
                self._look(looks)
            except Exception:
                logger.exception("looking after the daemon failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), LOOK_S)

    def _look(self, looks: int) -> None:
        now_s, config = time.monotonic(), self.app.config.daemon
        self.keeper.look_after(now_s)
        link = self.keeper.ready
        self.conductor.look_after(now_s, link.busy if link is not None else None)
        if looks % 2 == 0:
            self.ladder.tick(now_s)
        if looks % _MEMORY_LOOKS == 0:
            self.keeper.check_memory()
        self.watchdog.look(now_s)
        self.beside.look(now_s)
        self.watching.look()
        if self.pump is not None:
            self.tester.look(now_s, config.self_test_s)
        self._write_metrics(now_s)
        self._end_after_once(now_s)

    def _write_metrics(self, now_s: float) -> None:
        config = self.app.config.daemon
        if config.metrics_file is not None and now_s - self._metrics_s >= config.metrics_s:
            self._metrics_s = now_s
            self._spawn(self._metrics_out())

    async def _metrics_out(self) -> None:
        file = self.app.config.daemon.metrics_file
        if self._server is not None and file is not None:
            text = openmetrics(metrics_of(await self._server.status()))
            try:
                await asyncio.to_thread(write_textfile, file, text)
            except OSError as error:
                self.telling.fault(f"metrics cannot be written ({error.strerror})", file=str(file))

    def _end_after_once(self, now_s: float) -> None:
        pump = self.pump
        if not self.options.once or pump is None or pump.source.state.status not in ("stopped", "lost"):
            return
        if now_s - pump.moved_s > 1.0 and pump.is_drained and self.conductor.is_idle:
            self.stop("the source has ended")

    def _is_wanted(self) -> bool:
        if self.phase != "ready":
            return False
        is_open = (self.waking.listens_always or self.waking.is_awake) and self.ladder.allowance.listens
        return is_open or self.conductor.is_pushed or self.conductor.in_speech

    def _note_turn(self, turn: Turn) -> None:
        self.ladder.note(turn)
        self.waking.answered(turn)

    def _hear(self, link: WorkerLink, letter: Letter) -> None:
        if isinstance(letter, Listened):
            if self.pump is not None:
                self.pump.note_heard(letter.in_speech, letter.number)
            return
        if isinstance(letter, Loaded):
            self._send_allowance(link)
        self.conductor.hear(link, letter)

    def _lose(self, link: WorkerLink, why: str) -> None:
        self.meters.count("worker-lost")
        self.telling.fault(f"the worker is gone: {why}; it is being replaced", worker=link.generation)
        self.conductor.lose(link)
        if self.pump is not None:
            self.pump.note_heard(False)

    def _converse(self, event: DialogEvent) -> None:
        self.telling.dialog(event)
        self.watching.heard(event)

    def _step(self) -> Step:
        return self.ladder.step

    def _change_step(self, event: LadderEvent) -> None:
        told = {"step": event.after, "before": event.before, "figure": event.reason, "what": event.what}
        self.telling.tell("degraded", told)
        self.telling.reply(event.sentence, "step")
        if self.keeper.ready is not None:
            self._send_allowance(self.keeper.ready)
        if event.after == "restart":
            self._restart_why = event.what
            self.stop("the budget cannot be kept; a restart is asked of systemd")

    def _send_allowance(self, link: WorkerLink) -> None:
        allowed = self.ladder.allowance
        link.send(Allow(self.app.config.daemon.speculate and allowed.speculates, allowed.n_best))

    # Reloading

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration anew. Raises CabinError; then nothing has changed."""
        async with self._reloading:
            self.notifier.reloading()
            try:
                await self._reload()
            finally:
                self.notifier.ready()
        self.telling.tell("reloaded")
        return "configuration", "catalog", "policy", "model"

    async def _reload(self) -> None:
        old = self.conductor.parts
        if old is None:
            raise BudgetError(Problem("the daemon is not ready"))
        opened, budgets = [], []

        def read(app: App) -> None:
            if app.config.control != self.app.config.control:
                what = "section `control` cannot be changed while the daemon runs"
                raise ConfigError(Problem(what, "cabin.yaml", hint="Start it again: systemctl restart cabin."))
            if app.vehicle_config != self.app.vehicle_config:
                what = "the car cannot be changed while the daemon runs"
                raise ConfigError(Problem(what, "vehicle.yaml", hint="Start it again: systemctl restart cabin."))
            source_name(app, self.options)
            budgets.append(open_budgets(app))
            replies_settings(app.plugins, app.config)
            opened.append(open_parts(app, self.options, self._parser, self._converse, self._step, old))

        app, link = await asyncio.to_thread(again, self.app, read), self.keeper.link
        setup = setup_of(app, self.options)
        await self.keeper.change(setup, lambda new: try_out(self, setup, new, opened[0]))
        if link is not None:
            self.conductor.lose(link)
        config = app.config.daemon
        self.app, self.conductor.parts = app, opened[0]
        self.keeper.config = config
        self.ladder.change(budgets[0])
        self.conductor.deadlines = budgets[0].deadlines
        self.telling.log_words = config.log_transcripts
        self.beside.change(app)
        if self.keeper.link is not None:
            self._send_allowance(self.keeper.link)

    async def _reload_quietly(self) -> None:
        try:
            await self.reload()
        except CabinError as error:
            for problem in error.problems:
                logger.warning("reload refused, what held before holds on: %s", problem)
            self.telling.fault("reload refused", problems=len(error.problems))

    # Ending

    async def _end(self) -> None:
        """End cleanly; and, whatever hangs, within two seconds."""
        self.phase = "stopping"
        self.notifier.stopping()
        self.notifier.status("stopping")
        _backstop(END_S)
        if self.pump is not None:
            self.pump.stop()
        self.tester.end()
        self.beside.end()
        self.watching.end()
        for task in self._tasks:
            task.cancel()
        is_done = await self.conductor.end(FINISH_S)
        if self.pump is not None:
            source = self.pump.source
            threading.Thread(target=source.stop, daemon=True).start()
        if is_done and self.conductor.parts is not None:
            threading.Thread(target=self.conductor.parts.car.close, daemon=True).start()
        logger.info("stopped clean=%s", is_done)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _backstop(seconds: float, leave: Callable[[int], None] = os._exit) -> None:
    """End the process after so long, from a thread that nothing holds up. Exit code 0: everything was told."""
    timer = threading.Timer(seconds, leave, args=(0,))
    timer.daemon = True
    timer.start()
