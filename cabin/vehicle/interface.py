"""What a car is to cabin: typed signals that are read, written and watched, whatever bus is behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import Signal, SignalValue

__all__ = ["SignalObserver", "VehicleFactory", "VehicleInterface"]

SignalObserver = Callable[["Signal"], None]


@runtime_checkable
class VehicleInterface(Protocol):
    """A car. Every method may be called from any thread."""

    name: str

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals that this car has, by VSS path."""
        ...

    def read(self, path: str) -> Signal:
        """Return the current value. Raises UnknownSignalError, or VehicleError when the car does not answer."""
        ...

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Ask for a target value; returns when the car took it, not when it is reached.

        `deadline_ms` counts from the call. Raises VehicleError for a wrong type, a value out of the signal's range or a
        sensor; VehicleTimeoutError past the deadline, after which the write is guaranteed never to act;
        WriteUnknownError when it left for the car and no answer came: the caller reads back before anything else.
        """
        ...

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Block until the signal holds the value or the time is over, and return what it holds then."""
        ...

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Call `observer` at each change, on the car's thread; the function returned ends that."""
        ...

    def close(self) -> None:
        """End connections and threads."""
        ...


VehicleFactory = Callable[[Mapping[str, "SignalSpec"], Mapping[str, Any]], VehicleInterface]
"""Makes a car from the catalogs' signal specifications and its own section of vehicle.yaml."""
