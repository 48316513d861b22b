"""The car: signals in memory, actuators that take their time, faults on demand, observers that are told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cabin.errors import Problem, UnknownSignalError, VehicleError, VehicleTimeoutError, nearest
from cabin.messages import Signal, SignalValue
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.vehicle.signals import bounds, check_value, is_number, same_value, to_datatype
from cabin_simcar.clock import Clock, RealClock, VirtualClock
from cabin_simcar.faults import Fault
from cabin_simcar.settings import SimcarSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver

__all__ = ["SimulatedCar"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Motion:
    """An actuator on its way."""

    start: SignalValue
    start_ms: float
    target: SignalValue
    rate_per_s: float | None
    """None: the target is there as soon as the motion starts."""

    def at(self, now_ms: float) -> tuple[SignalValue, bool]:
        """Return where it is, and whether it has arrived."""
        if now_ms < self.start_ms:
            return self.start, False
        if self.rate_per_s is None:
            return self.target, True
        start, target = float(self.start), float(self.target)
        way = self.rate_per_s * (now_ms - self.start_ms) / 1000
        if way >= abs(target - start) - 1e-9:
            return self.target, True
        return start + (way if target > start else -way), False


class SimulatedCar:
    """A car in memory. With the virtual clock, time passes only in `wait_for` and `advance`: nothing sleeps."""

    name = "simulated"

    def __init__(self, specs: Mapping[str, SignalSpec], settings: SimcarSettings | None = None) -> None:
        """Raises ConfigError or VehicleError when the settings name a signal or value that the car does not have."""
        self._settings = settings or SimcarSettings()
        self._specs = {**BASE_SIGNALS, **specs}
        self._clock: Clock = VirtualClock() if self._settings.clock == "virtual" else RealClock()
        self._values = {path: _initial(spec) for path, spec in self._specs.items()}
        self._changed_ms = dict.fromkeys(self._specs, 0.0)
        self._motions: dict[str, _Motion] = {}
        self._faults: dict[str, Fault] = {}
        self._observers: dict[int, tuple[frozenset[str], SignalObserver]] = {}
        self._next_observer = 0
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._is_closed = False
        for path, value in self._settings.initial.items():
            self.place(path, value)
        for path, fault in self._settings.faults.items():
            self.inject(path, fault)

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
            return Signal(path, self._values[path], self._changed_ms[path])

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
            self._pass(min(self._settings.tick_ms, left_ms))

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
        """Break a signal, or mend it with None. A moving actuator that gets stuck stops where it is."""
        self._settle()
        with self._changed:
            self._spec(path)
            if fault is None:
                self._faults.pop(path, None)
                return
            self._faults[path] = fault
            if fault.kind == "stuck":
                self._motions.pop(path, None)

    def advance(self, ms: float) -> None:
        """Let time pass, in ticks, so that observers see the movement."""
        end_ms = self._clock.now_ms() + ms
        while (left_ms := end_ms - self._clock.now_ms()) > 1e-9:
            self._pass(min(self._settings.tick_ms, left_ms))

    def snapshot(self) -> dict[str, SignalValue]:
        """Return every signal's value now."""
        self._settle()
        with self._changed:
            return dict(self._values)

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

    def _has_fault(self, path: str, kind: str) -> bool:
        fault = self._faults.get(path)
        return fault is not None and fault.kind == kind

    def _start_motion(self, spec: SignalSpec, target: SignalValue) -> None:
        slower = self._faults[spec.path].factor if self._has_fault(spec.path, "slow") else 1.0
        rate = spec.rate_per_s / slower if spec.rate_per_s and is_number(spec) else None
        start_ms = self._clock.now_ms() + self._settings.latency_ms * slower
        self._motions[spec.path] = _Motion(self._values[spec.path], start_ms, target, rate)
        if self._clock.is_virtual:
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
                    self._changed.wait(self._settings.tick_ms / 1000 if self._motions else None)
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
        """Move every actuator to where it is by now."""
        with self._changed:
            now_ms = self._clock.now_ms()
            moved: dict[str, SignalValue] = {}
            for path, motion in list(self._motions.items()):
                value, has_arrived = motion.at(now_ms)
                spec = self._specs[path]
                moved[path] = to_datatype(spec, float(value)) if is_number(spec) else value
                if has_arrived:
                    del self._motions[path]
        if moved:
            self._store(moved)

    def _store(self, values: Mapping[str, SignalValue]) -> None:
        """Keep new values and tell the observers, outside the lock."""
        with self._changed:
            changes = []
            for path, value in values.items():
                if self._values[path] != value:
                    self._values[path] = value
                    self._changed_ms[path] = self._clock.now_ms()
                    changes.append(Signal(path, value, self._changed_ms[path]))
            observers = list(self._observers.values()) if changes else []
            if changes:
                self._changed.notify_all()
        for change in changes:
            for paths, observer in observers:
                if change.path in paths:
                    _tell(observer, change)


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
