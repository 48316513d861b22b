"""A car that is none: it takes every write that a car with these signals would take, and moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cabin.errors import UnknownSignalError
from cabin.messages import Signal
from cabin.vehicle.signals import bounds, check_value, is_number

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue
    from cabin.vehicle.interface import SignalObserver

__all__ = ["DryRunCar"]


class DryRunCar:
    """Implements VehicleInterface in memory; every target is reached at once."""

    name = "dry run"

    def __init__(self, specs: Mapping[str, SignalSpec]) -> None:
        self.writes: list[tuple[str, SignalValue]] = []
        """What was written, in order."""
        self._specs = specs
        self._values: dict[str, SignalValue] = {}

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals."""
        return self._specs

    def read(self, path: str) -> Signal:
        """Return what was written last, else what the catalog begins with, else a value that stands for rest."""
        spec = self._spec(path)
        if path in self._values:
            return Signal(path, self._values[path])
        return Signal(path, spec.initial if spec.initial is not None else _at_rest(spec))

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:  # noqa: ARG002
        """Take a value. Raises VehicleError where a car would."""
        self._values[path] = check_value(self._spec(path), value)
        self.writes.append((path, value))

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:  # noqa: ARG002
        """Return what the signal holds: nothing here takes time."""
        return self.read(path)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:  # noqa: ARG002
        """Tell nobody."""
        return lambda: None

    def close(self) -> None:
        """End nothing."""

    def _spec(self, path: str) -> SignalSpec:
        spec = self._specs.get(path)
        if spec is None:
            raise UnknownSignalError(f"the dry run has no signal {path}")
        return spec


def _at_rest(spec: SignalSpec) -> SignalValue:
    if spec.datatype == "boolean":
        return False
    if is_number(spec):
        low, high = bounds(spec)
        return 0 if (low is None or low <= 0) and (high is None or high >= 0) else (low or 0)
    return spec.allowed[0] if spec.allowed else ""
