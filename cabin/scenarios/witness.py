"""A car that keeps every write and change, and holds what must hold all the time against each."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import Signal, SignalValue
    from cabin.scenarios.schema import Around, Scenario
    from cabin.vehicle.interface import SignalObserver

__all__ = ["Witness"]


class Witness:
    """Implements VehicleInterface over a simulated car. One thread."""

    name = "witnessed"

    def __init__(self, car: Any, scenario: Scenario) -> None:
        """`car`: a simulated car with a virtual clock."""
        self.car = car
        self.writes: list[tuple[float, str, SignalValue]] = []
        """(seconds, path, value) of each write that the car took."""
        self.changes: dict[str, list[tuple[float, SignalValue]]] = {}
        """Path -> (seconds, value) of each change."""
        self.broken: list[str] = []
        """What did not hold that must hold always."""
        self._scenario = scenario
        self._end = car.subscribe(car.signals(), self._note)

    @property
    def now_s(self) -> float:
        """The car's time."""
        return float(self.car.now_ms) / 1000

    def check(self, when: str) -> None:
        """Hold what must hold always against what the car tells now."""
        for around in self._scenario.always:
            what = _broken(around, self.car.read(around.signal).value)
            if what:
                self._break(f"{what} ({when})")

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the car's signals."""
        found: Mapping[str, SignalSpec] = self.car.signals()
        return found

    def read(self, path: str) -> Signal:
        """Read."""
        signal: Signal = self.car.read(path)
        return signal

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write; what the car does not take is not kept."""
        self.car.write(path, value, deadline_ms)
        self.writes.append((self.now_s, path, value))
        for pattern in self._scenario.never_written:
            if fnmatch.fnmatchcase(path, pattern):
                self._break(f"{path} was written, {value!r}; {pattern} must never be")
        self.check(f"after {path} was written")

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait in the car's time."""
        signal: Signal = self.car.wait_for(path, value, timeout_ms)
        return signal

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Watch."""
        end: Callable[[], None] = self.car.subscribe(paths, observer)
        return end

    def close(self) -> None:
        """Close the car."""
        self._end()
        self.car.close()

    def _note(self, signal: Signal) -> None:
        if signal.value is not None:
            self.changes.setdefault(signal.path, []).append((signal.timestamp_ms / 1000, signal.value))

    def _break(self, what: str) -> None:
        if what not in self.broken:
            self.broken.append(what)


def _broken(around: Around, value: SignalValue | None) -> str:
    if value is None:
        return f"{around.signal} is not known"
    if around.one_of and value not in around.one_of:
        return f"{around.signal} is {value!r}, not one of {', '.join(map(repr, around.one_of))}"
    if around.above is not None and not float(value) > around.above:
        return f"{around.signal} is {value!r}, not above {around.above:g}"
    if around.below is not None and not float(value) < around.below:
        return f"{around.signal} is {value!r}, not below {around.below:g}"
    return ""
