"""What the subsystems of the simulated car see and change: signals, time, and chance that a seed decides.

A signal holds what its datatype can; a subsystem's own value is finer than that and is kept here beside it, so that
small steps are not rounded away. What somebody else sets (a command, a test, a drive) takes the place of it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from cabin.vehicle.signals import bounds, is_number, to_datatype

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue

__all__ = ["Subsystem", "World"]


class Subsystem(Protocol):
    """A part of the car that goes on by itself."""

    name: str

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals that it needs beside those of the catalogs."""
        ...

    def step(self, world: World, dt_s: float) -> None:
        """Go on for `dt_s` seconds."""
        ...


class World:
    """The car at one moment, for its subsystems."""

    def __init__(self, specs: Mapping[str, SignalSpec], values: Mapping[str, SignalValue], seed: int) -> None:
        """`values` is the car's own and is only read."""
        self.specs = specs
        self.chance = random.Random(seed)
        self.time_s = 0.0
        """Since the car was made."""
        self.changes: dict[str, SignalValue] = {}
        """What this step sets; the car takes it over."""
        self.stuck: Collection[str] = ()
        """Signals that stay as they are, whatever a subsystem sets."""
        self._values = values
        self._fine: dict[str, tuple[SignalValue, float]] = {}

    def has(self, path: str) -> bool:
        """Whether the car has the signal."""
        return path in self.specs

    def get(self, path: str, default: SignalValue = 0.0) -> SignalValue:
        """Return the signal's value now, or `default` where the car does not have it."""
        if path in self.changes:
            return self.changes[path]
        return self._values.get(path, default)

    def number(self, path: str, default: float = 0.0) -> float:
        """Return a number as finely as it was set here, unless somebody else has set it since."""
        value = self.get(path, default)
        written, fine = self._fine.get(path, (None, 0.0))
        if written is not None and written == value:
            return fine
        return float(value) if isinstance(value, int | float) else default

    def is_on(self, path: str) -> bool:
        """Whether a boolean signal is true."""
        return self.get(path, False) is True

    def set(self, path: str, value: SignalValue) -> None:
        """Set a signal, within its bounds and as its datatype has it; one that is stuck or not there is passed over."""
        spec = self.specs.get(path)
        if spec is None or path in self.stuck:
            return
        if not is_number(spec) or isinstance(value, bool | str):
            self.changes[path] = value
            return
        low, high = bounds(spec)
        fine = float(value)
        fine = fine if low is None else max(low, fine)
        fine = fine if high is None else min(high, fine)
        kept = to_datatype(spec, fine)
        self.changes[path] = kept
        self._fine[path] = (kept, fine)
