"""The car: signals in memory, actuators that take their time, physics if wanted, faults on demand, observers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cabin.errors import Problem, UnknownSignalError, VehicleError, VehicleTimeoutError, nearest
from cabin.messages import Signal, SignalValue
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.vehicle.signals import bounds, check_value, is_number, same_value, to_datatype
from cabin_simcar.breakage import Breakage
from cabin_simcar.clock import Clock, RealClock, VirtualClock
from cabin_simcar.drive import drive_names, load_drive
from cabin_simcar.faults import EVERYTHING, FAULT_KINDS, Fault
from cabin_simcar.motion import Motion, meets, reverses
from cabin_simcar.physics import STEP_MS, Physics
from cabin_simcar.settings import SimcarSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver

__all__ = ["SimulatedCar"]

logger = logging.getLogger(__name__)


class SimulatedCar:
    """A car in memory. With the virtual clock, time passes only in `wait_for` and `advance`: nothing sleeps."""

    name = "simulated"

    def __init__(self, specs: Mapping[str, SignalSpec], settings: SimcarSettings | None = None) -> None:
        """Raises ConfigError or VehicleError when the settings name a signal or value that the car does not have."""
        self._settings = settings or SimcarSettings()
        self._physics = _physics_of(self._settings)
        own = self._physics.signals() if self._physics is not None else {}
        self._specs = {**BASE_SIGNALS, **own, **specs}
        self._clock: Clock = VirtualClock() if self._settings.clock == "virtual" else RealClock()
        self._values = {path: _initial(spec) for path, spec in self._specs.items()}
        self._changed_ms = dict.fromkeys(self._specs, 0.0)
        self._motions: dict[str, Motion] = {}
        self._broken = Breakage(self._settings.seed, self._settings.planned_faults)
        self._stepped_ms = 0.0
        self._observers: dict[int, tuple[frozenset[str], SignalObserver]] = {}
        self._next_observer = 0
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._is_closed = False
        if self._physics is not None:
            self._physics.begin(self._specs, self._values)
            for path, value in self._physics.initial().items():
                self.place(path, value)
        for path, value in self._settings.initial.items():
            self.place(path, value)
        for path, fault in self._settings.faults.items():
            self.inject(path, fault)
        for planned in self._settings.planned_faults:
            if planned.path != EVERYTHING:
                self._spec(planned.path)
        if self._physics is not None or self._broken.has_plans:
            with self._changed:
                self._wake()

    # What every vehicle interface has

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the catalogs' signals and those that policy and units need."""
        return self._specs

    def read(self, path: str) -> Signal:
        """Return the value now. Raises UnknownSignalError, or VehicleError for a signal that is silent."""
        self._settle()
        with self._changed:
            self._spec(path)
            self._check_open()
            if self._has_fault(path, "silent"):
                raise VehicleError(Problem("the car does not answer", where=path))
            value = self._broken.told(self._specs[path], self._values[path], self._clock.now_ms())
            return Signal(path, value, self._changed_ms[path])

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Give an actuator a target. `deadline_ms` counts from now.

        Raises VehicleError for a sensor, a wrong type or range; VehicleTimeoutError past the deadline: nothing acts.
        """
        self._settle()
        with self._changed:
            spec = self._spec(path)
            self._check_open()
            if spec.kind != "actuator":
                raise VehicleError(Problem(f"a {spec.kind} cannot be written", where=path))
            value = check_value(spec, value)
            if self._has_fault(path, "rejects"):
                raise VehicleError(Problem("the car rejected the write", where=path, seen=repr(value)))
            is_late = deadline_ms <= 0 or self._has_fault(path, "late")
            if not is_late and not self._has_fault(path, "stuck"):
                self._start_motion(spec, value)
        if is_late:
            if deadline_ms > 0:
                self._pass(deadline_ms)
            raise VehicleTimeoutError(Problem(f"not taken within {max(deadline_ms, 0):g} ms", where=path))

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Let time pass until the signal holds the value, at most `timeout_ms`; return what it holds then."""
        spec = self._spec(path)
        end_ms = self._clock.now_ms() + timeout_ms
        while True:
            signal = self.read(path)
            left_ms = end_ms - self._clock.now_ms()
            if left_ms <= 0 or same_value(spec, signal.value, value):
                return signal
            self._pass(min(self._tick_ms(), left_ms))

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Tell `observer` of each change of the paths; the function returned ends that. Raises UnknownSignalError."""
        wanted = frozenset(paths)
        with self._changed:
            for path in wanted:
                self._spec(path)
            number = self._next_observer
            self._next_observer += 1
            self._observers[number] = (wanted, observer)

        def end() -> None:
            with self._changed:
                self._observers.pop(number, None)

        return end

    def close(self) -> None:
        """End the thread of the real clock; later reads and writes are errors."""
        with self._changed:
            self._is_closed = True
            self._observers.clear()
            self._motions.clear()
            self._changed.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    # What only a simulated car has: for the bench, the tests and --set

    def place(self, path: str, value: SignalValue) -> None:
        """Set any signal, sensors too, at once.

        Raises UnknownSignalError; VehicleError when it cannot hold the value.
        """
        with self._changed:
            value = check_value(self._spec(path), value)
            self._motions.pop(path, None)
        self._store({path: value})

    def inject(self, path: str, fault: Fault | None) -> None:
        """Break a signal, or mend it with None; the path `*` is the whole car, for `lost`.

        A moving actuator that gets stuck stops where it is. Raises UnknownSignalError.
        """
        self._settle()
        with self._changed:
            self._break(path, fault)

    def advance(self, ms: float) -> None:
        """Let time pass, in ticks, so that observers see the movement."""
        end_ms = self._clock.now_ms() + ms
        while (left_ms := end_ms - self._clock.now_ms()) > 1e-9:
            self._pass(min(self._tick_ms(), left_ms))

    def snapshot(self) -> dict[str, SignalValue]:
        """Return every signal's value now."""
        self._settle()
        with self._changed:
            return dict(self._values)

    @property
    def now_ms(self) -> float:
        """The car's own time."""
        return self._clock.now_ms()

    fault_kinds = FAULT_KINDS
    """What can be injected."""

    @staticmethod
    def drives() -> dict[str, str]:
        """Return the drives that are shipped, each with a line about it."""
        return {name: load_drive(name).about for name in drive_names()}

    @property
    def physics(self) -> Physics | None:
        """The subsystems; None where nothing goes on by itself."""
        return self._physics

    # Inside

    def _spec(self, path: str) -> SignalSpec:
        spec = self._specs.get(path)
        if spec is None:
            raise UnknownSignalError(
                Problem("this car has no such signal", where=path, hint=nearest(path, self._specs))
            )
        return spec

    def _check_open(self) -> None:
        if self._is_closed:
            raise VehicleError("the simulated car is closed")
        if self._has_fault(EVERYTHING, "lost"):
            raise VehicleError("the connection to the simulated car is lost")

    def _has_fault(self, path: str, kind: str) -> bool:
        return self._broken.is_so(path, kind)

    def _break(self, path: str, fault: Fault | None) -> None:
        """Break or mend, and see to what is moving just now. The lock is held."""
        value = None if path == EVERYTHING else self._values[self._spec(path).path]
        self._broken.put(path, fault, value)
        moving = self._motions.pop(path, None)
        if moving is not None and (fault is None or fault.kind != "stuck"):
            self._start_motion(self._specs[path], moving.target, latency_ms=0.0)

    def _tick_ms(self) -> float:
        """How far time may go at once: in ticks while something moves, else to the next step of the physics."""
        if self._motions or not self._clock.is_virtual:
            return self._settings.tick_ms
        return STEP_MS if self._physics is not None or self._broken.has_plans else float("inf")

    def _start_motion(self, spec: SignalSpec, target: SignalValue, latency_ms: float | None = None) -> None:
        slower = self._broken.factor(spec.path)
        rate = spec.rate_per_s / slower if spec.rate_per_s and is_number(spec) else None
        latency_ms = self._settings.latency_ms * slower if latency_ms is None else latency_ms
        start, start_ms = self._values[spec.path], self._clock.now_ms() + latency_ms
        stops_at, back = None, None
        fault = self._broken.get(spec.path)
        if fault is not None and fault.kind in ("jammed", "obstructed") and rate is None:
            return  # what moves at once is stopped at once
        if fault is not None and rate is not None:
            stops_at, back = _hindered(spec, fault, float(start), float(target))
        self._motions[spec.path] = Motion(start, start_ms, target, rate, stops_at, back)
        self._wake()

    def _wake(self) -> None:
        """Have time pass for what moves, where it does not pass by itself. The lock is held."""
        if self._clock.is_virtual or self._is_closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="simulated-car", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        """Tick while something moves (real clock only); ends when the car is closed."""
        while True:
            with self._changed:
                if not self._is_closed:  # closed while it settled: nobody would wake it any more
                    goes_on = self._motions or self._physics is not None or self._broken.has_plans
                    self._changed.wait(self._settings.tick_ms / 1000 if goes_on else None)
                if self._is_closed:
                    return
            self._settle()

    def _pass(self, ms: float) -> None:
        if isinstance(self._clock, VirtualClock):
            with self._changed:
                self._clock.advance(ms)
            self._settle()
            return
        with self._changed:
            self._changed.wait(ms / 1000)

    def _settle(self) -> None:
        """Bring everything to where it is by now: physics step by step, then every actuator."""
        while self._step():
            pass
        with self._changed:
            now_ms = self._clock.now_ms()
            for path, fault in self._broken.due(now_ms):
                self._break(path, fault)
            moved: dict[str, SignalValue] = {}
            for path, motion in list(self._motions.items()):
                value, has_arrived = motion.at(now_ms)
                spec = self._specs[path]
                moved[path] = to_datatype(spec, float(value)) if is_number(spec) else value
                if has_arrived:
                    del self._motions[path]
        if moved:
            self._store(moved)

    def _step(self) -> bool:
        """Do one step of the physics that is due; return whether there was one."""
        with self._changed:
            if self._physics is None or self._is_closed or self._stepped_ms + STEP_MS > self._clock.now_ms() + 1e-6:
                return False
            self._stepped_ms += STEP_MS
            changes = self._physics.step(self._broken.paths("stuck"))
        self._store(changes)
        return True

    def _store(self, values: Mapping[str, SignalValue]) -> None:
        """Keep new values and tell the observers, outside the lock."""
        with self._changed:
            changes = []
            for path, value in values.items():
                if self._values[path] != value:
                    self._values[path] = value
                    self._changed_ms[path] = self._clock.now_ms()
                    told = self._broken.told(self._specs[path], value, self._changed_ms[path])
                    changes.append(Signal(path, told, self._changed_ms[path]))
            is_lost = self._has_fault(EVERYTHING, "lost")
            observers = list(self._observers.values()) if changes and not is_lost else []
            if changes:
                self._changed.notify_all()
        for change in changes:
            for paths, observer in observers:
                if change.path in paths:
                    _tell(observer, change)


def _physics_of(settings: SimcarSettings) -> Physics | None:
    if not settings.physics and not settings.drive:
        return None
    drive = load_drive(settings.drive) if settings.drive else None
    return Physics(
        drive, seed=settings.seed, variation=settings.variation, leaks_kpa_per_min=settings.leaks_kpa_per_min
    )


def _hindered(spec: SignalSpec, fault: Fault, start: float, target: float) -> tuple[float | None, float | None]:
    """Return where a motion is stopped, and what it then goes back to; None for no."""
    if fault.kind == "jammed":
        low, high = bounds(spec)
        reach = ((high or 0.0) - (low or 0.0)) * fault.way / 100
        stop = start + reach if target > start else start - reach
        return (stop, None) if meets(start, target, stop) else (None, None)
    if fault.kind == "obstructed" and meets(start, target, fault.at):
        return fault.at, reverses(spec.path, start, target, fault.at)
    return None, None


def _tell(observer: SignalObserver, signal: Signal) -> None:
    try:
        observer(signal)
    except Exception:
        logger.exception("an observer of %s failed", signal.path)


def _initial(spec: SignalSpec) -> SignalValue:
    """Return the catalog's initial value, else false, the number nearest to zero, the first word allowed, or none."""
    if spec.initial is not None:
        return check_value(spec, spec.initial)
    if spec.datatype == "boolean":
        return False
    if not is_number(spec):
        return spec.allowed[0] if spec.allowed else ""
    low, high = bounds(spec)
    nearest_zero = max(low if low is not None else 0.0, min(high if high is not None else 0.0, 0.0))
    return check_value(replace(spec, allowed=()), to_datatype(spec, nearest_zero))
