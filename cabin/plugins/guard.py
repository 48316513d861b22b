"""The guard around every call into a plugin: a time budget, and a fault instead of an exception.

A guarded call runs on a worker thread while the caller waits for at most the budget. Python cannot stop a thread, so a
call that runs past it is left behind on its (daemon) thread with its result dropped, and the caller goes on. A plugin
whose call is still running when it is called next hangs, and is quarantined at once; any plugin is after
`GuardSettings.faults_allowed` faults. What the guard cannot do: interrupt C code that holds the interpreter's lock, or
survive os._exit and crashes of native code.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from cabin.config.fields import Bounds

__all__ = ["Fault", "Guard", "GuardResult", "GuardSettings", "PluginRecord", "State"]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
State = str
"""One of "loaded", "quarantined", "failed" (could not be loaded)."""


_KEPT_FAULTS = 100
"""Of each plugin, to be told."""


@dataclass(frozen=True)
class GuardSettings:
    """How long plugins may take and how often they may fail."""

    load_budget_ms: Annotated[float, Bounds(1, 60_000)] = 2000.0
    """For importing a plugin and for each hook called once while loading."""
    call_budget_ms: Annotated[float, Bounds(1, 60_000)] = 50.0
    """For each hook called for a command or a change."""
    faults_allowed: Annotated[int, Bounds(1, 1000)] = 3
    """A plugin with this many faults within `forget_s` is quarantined for the rest of the run."""
    forget_s: Annotated[float, Bounds(1, 86_400)] = 600.0
    """A fault older than this does not count any more: over weeks, every plugin is late now and then."""


@dataclass(frozen=True)
class Fault:
    """One time that a plugin broke its contract."""

    plugin: str
    hook: str
    """The hook's name, or "import", or what of it was called ("action window.vent")."""
    what: str
    """One clause: "raised ValueError: no such file"."""
    when_s: float
    """Seconds since 1970."""


@dataclass
class PluginRecord:
    """What the guard knows of one plugin. The guard changes it; all others only read."""

    name: str
    state: State = "loaded"
    faults: list[Fault] = field(default_factory=list)
    calls: int = 0
    spent_ms: float = 0.0
    """Wall-clock time in its hooks, import included; a call left behind counts its budget."""
    recent_s: list[float] = field(default_factory=list)
    """time.monotonic() of the faults that count."""
    running: threading.Event | None = None
    """Of a call left behind: set when it ends after all."""


@dataclass(frozen=True)
class GuardResult(Generic[Result]):
    """What came of a guarded call: a value, or the fault that stands for it."""

    value: Result | None = None
    fault: Fault | None = None


class Guard:
    """Calls plugins. May be used from several threads."""

    def __init__(self, settings: GuardSettings | None = None, trace: bool = False) -> None:
        self.settings = settings or GuardSettings()
        self.trace = trace
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def call(
        self,
        record: PluginRecord,
        hook: str,
        function: Callable[..., Result],
        arguments: dict[str, Any],
        budget_ms: float | None,
    ) -> GuardResult[Result]:
        """Call `function(**arguments)` for a plugin; `budget_ms` None waits as long as it takes.

        Raises nothing that the plugin raises, but KeyboardInterrupt: that is the user's.
        """
        if record.state != "loaded":
            return GuardResult(fault=Fault(record.name, hook, f"is {record.state}", time.time()))
        if record.running is not None and not record.running.is_set():
            fault = self.fault(record, hook, "an earlier call still hangs")
            self._quarantine(record)
            return GuardResult(fault=fault)
        task = _Task(lambda: function(**arguments))
        worker = self._worker()
        worker.tasks.put(task)
        finished = task.done.wait(None if budget_ms is None else budget_ms / 1000)
        with self._lock:
            record.calls += 1
            record.spent_ms += task.ms if finished else budget_ms or 0.0
        if not finished:
            record.running = task.done
            worker.tasks.put(None)  # it ends if the call ever does
            result: GuardResult[Result] = GuardResult(fault=self.fault(record, hook, f"ran past its {budget_ms:g} ms"))
        else:
            self._idle.put(worker)
            if isinstance(task.error, KeyboardInterrupt):
                raise task.error
            if task.error is not None:
                result = GuardResult(fault=self._fault_of(record, hook, task.error))
            else:
                result = GuardResult(value=task.value)
        if self.trace:
            self._write_trace(record.name, hook, arguments, result, task.ms if finished else budget_ms or 0.0)
        return result

    def fault(self, record: PluginRecord, hook: str, what: str) -> Fault:
        """Note a fault; the plugin is quarantined when it was one too many."""
        fault = Fault(record.name, hook, what, time.time())
        with self._lock:
            record.faults.append(fault)
            del record.faults[:-_KEPT_FAULTS]
            now_s = time.monotonic()
            record.recent_s = [at_s for at_s in record.recent_s if now_s - at_s < self.settings.forget_s] + [now_s]
            too_many = len(record.recent_s) >= self.settings.faults_allowed
        logger.warning("plugin %s, %s: %s", record.name, hook, what)
        if too_many:
            self._quarantine(record)
        return fault

    def _fault_of(self, record: PluginRecord, hook: str, error: BaseException) -> Fault:
        noted = getattr(error, "cabin_fault", None)
        if isinstance(noted, Fault):
            return noted
        logger.debug("plugin %s, %s", record.name, hook, exc_info=error)
        if isinstance(error, SystemExit):
            return self.fault(record, hook, f"called sys.exit({error.code!r})")
        lines = str(error).splitlines()
        return self.fault(record, hook, f"raised {type(error).__name__}" + (f": {lines[0]}" if lines else ""))

    def _quarantine(self, record: PluginRecord) -> None:
        if record.state == "loaded":
            record.state = "quarantined"
            logger.error("plugin %s is quarantined after %d faults", record.name, len(record.faults))

    def _worker(self) -> _Worker:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return _Worker()

    def _write_trace(
        self, plugin: str, hook: str, arguments: dict[str, Any], result: GuardResult[Any], ms: float
    ) -> None:
        given = ", ".join(f"{name}={_short(value)}" for name, value in arguments.items())
        came = f"fault: {result.fault.what}" if result.fault else _short(result.value)
        sys.stderr.write(f"cabin plugin {plugin}: {hook}({given}) -> {came} [{ms:.2f} ms]\n")


class _Task:
    """One call, from the caller to a worker and back."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.done = threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None
        self.ms = 0.0


class _Worker:
    """A daemon thread that runs tasks until it is given None."""

    def __init__(self) -> None:
        self.tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="cabin-plugin-guard", daemon=True).start()

    def _run(self) -> None:
        while (task := self.tasks.get()) is not None:
            begun = time.perf_counter()
            try:
                task.value = task.call()
            except BaseException as error:  # whatever a plugin raises is its fault, SystemExit included
                task.error = error
            task.ms = (time.perf_counter() - begun) * 1000
            task.done.set()
            del task


def _short(value: object, length: int = 200) -> str:
    try:
        text = repr(value)
    except Exception as error:  # a plugin's object may fail at this too
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= length else text[: length - 3] + "..."
