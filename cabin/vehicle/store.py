"""What every interface to a real car needs beside its bus: the values last told, observers, waiting, and checks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cabin.errors import Problem, UnknownSignalError, VehicleError, nearest
from cabin.messages import Signal, SignalValue
from cabin.vehicle.signals import check_value, same_value

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver

__all__ = ["SignalStore"]

logger = logging.getLogger(__name__)


class SignalStore:
    """The signals of one car as its bus told them last. Every method may be called from any thread.

    Observers are told outside the lock, on the thread that calls `update`: one thread that updates keeps the order.
    """

    def __init__(self, specs: Mapping[str, SignalSpec], car: str) -> None:
        """`car` stands in error messages: "the KUKSA databroker at localhost:55555"."""
        self.specs = dict(specs)
        self._car = car
        self._values: dict[str, Signal] = {}
        self._observers: dict[int, tuple[frozenset[str], SignalObserver]] = {}
        self._next_observer = 0
        self._condition = threading.Condition(threading.RLock())
        self._news = 0
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether the car was closed."""
        return self._is_closed

    def check_open(self) -> None:
        """Raise VehicleError once the car is closed."""
        if self._is_closed:
            raise VehicleError(f"{self._car} is closed")

    def spec(self, path: str) -> SignalSpec:
        """Return a signal's specification. Raises UnknownSignalError that names the nearest."""
        spec = self.specs.get(path)
        if spec is None:
            hint = nearest(path, self.specs)
            raise UnknownSignalError(Problem("this car has no such signal", where=path, hint=hint))
        return spec

    def check_target(self, path: str, value: object) -> SignalValue:
        """Return the value when it may be written. Raises UnknownSignalError, or VehicleError: sensor, type, range."""
        spec = self.spec(path)
        self.check_open()
        if spec.kind != "actuator":
            raise VehicleError(Problem(f"a {spec.kind} cannot be written", where=path))
        return check_value(spec, value)

    def get(self, path: str) -> Signal:
        """Return what was told last; the value None when nothing was."""
        self.spec(path)
        with self._condition:
            return self._values.get(path, Signal(path, None))

    def update(self, signals: Iterable[Signal], *, quietly: bool = False) -> None:
        """Keep what the car tells; observers are told of values that differ from the last, unless `quietly`."""
        changes: list[Signal] = []
        with self._condition:
            for signal in signals:
                spec, before = self.specs.get(signal.path), self._values.get(signal.path)
                if spec is None:
                    continue
                is_same = before is not None and same_value(spec, before.value, signal.value)
                self._values[signal.path] = signal
                if not is_same:
                    changes.append(signal)
            if changes:
                self._news += 1
                self._condition.notify_all()
            observers = [] if quietly else list(self._observers.values())
        for change in changes:
            for paths, observer in observers:
                if change.path in paths:
                    _tell(observer, change)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Tell `observer` of each change of the paths; the function returned ends that. Raises UnknownSignalError."""
        wanted = frozenset(paths)
        for path in wanted:
            self.spec(path)
        with self._condition:
            self.check_open()
            number = self._next_observer
            self._next_observer += 1
            self._observers[number] = (wanted, observer)

        def end() -> None:
            with self._condition:
                self._observers.pop(number, None)

        return end

    def wait_for(
        self, read: Callable[[str], Signal], path: str, value: SignalValue, timeout_ms: float, poll_ms: float = 50.0
    ) -> Signal:
        """Call `read` until it gives the value or the time is over; at once after news, else every `poll_ms`.

        Raises what `read` raises at the last; an error before that may be an outage that passes.
        """
        spec = self.spec(path)
        end_s = time.monotonic() + timeout_ms / 1000
        while True:
            with self._condition:
                news = self._news
            failure: VehicleError | None = None
            signal = Signal(path, None)
            try:
                signal = read(path)
            except VehicleError as error:
                self.check_open()
                failure = error
            left_s = end_s - time.monotonic()
            if failure is None and (left_s <= 0 or same_value(spec, signal.value, value)):
                return signal
            if failure is not None and left_s <= 0:
                raise failure
            with self._condition:
                self._condition.wait_for(
                    lambda seen=news: self._news != seen or self._is_closed,  # type: ignore[misc]
                    min(left_s, poll_ms / 1000),
                )

    def close(self) -> bool:
        """Forget the observers and wake who waits. Returns False when it was closed before."""
        with self._condition:
            if self._is_closed:
                return False
            self._is_closed = True
            self._observers.clear()
            self._condition.notify_all()
        return True


def _tell(observer: SignalObserver, signal: Signal) -> None:
    try:
        observer(signal)
    except Exception:
        logger.exception("an observer of %s failed", signal.path)
