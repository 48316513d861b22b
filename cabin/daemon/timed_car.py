"""A car that remembers when it was first written to: from the endpoint to that moment is what a driver waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import Signal, SignalValue
    from cabin.vehicle.interface import SignalObserver, VehicleInterface

__all__ = ["TimedCar"]


class TimedCar:
    """Implements VehicleInterface over another car."""

    def __init__(self, car: VehicleInterface) -> None:
        self.car = car
        self.name = car.name
        self.written_s: float | None = None
        """When it was first written to since this was set to None, on time.monotonic."""

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the car's signals."""
        return self.car.signals()

    def read(self, path: str) -> Signal:
        """Read from the car."""
        return self.car.read(path)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write to the car, and remember when it took it."""
        self.car.write(path, value, deadline_ms)
        if self.written_s is None:
            self.written_s = time.monotonic()

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait for the car."""
        return self.car.wait_for(path, value, timeout_ms)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Watch the car."""
        return self.car.subscribe(paths, observer)

    def close(self) -> None:
        """End the car's connection."""
        self.car.close()
