"""The last gate before the car: every write of whatever code is judged at the moment it is made.

Whoever may write gets a gated car in place of the bare one: what carries out a command, plugins' actions and hooks.
What is left between the gate's reading and the car's acting is the time of that one call and the bus behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cabin.errors import Problem, VehicleError

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import Signal, SignalValue, Verdict
    from cabin.vehicle.interface import SignalObserver, VehicleInterface

__all__ = ["ForbiddenWriteError", "GatedVehicle", "JudgeWrite"]

logger = logging.getLogger(__name__)

JudgeWrite = Callable[[str, "SignalValue"], "Verdict"]
"""Says of a signal and a value whether it may be written now."""


class ForbiddenWriteError(VehicleError):
    """Policy does not let a signal be written now. Example: a plugin opens a door while the car moves."""

    def __init__(self, path: str, value: SignalValue, verdict: Verdict) -> None:
        self.path = path
        self.verdict = verdict
        hint = f"`cabin explain --last` tells why: {verdict.reason}" if verdict.reason else ""
        super().__init__(Problem(f"policy forbids this write (rule {verdict.rule!r})", path, repr(value), hint=hint))


class GatedVehicle:
    """Implements VehicleInterface over another car; only `write` differs."""

    def __init__(self, car: VehicleInterface, judge: JudgeWrite) -> None:
        self._car = car
        self._judge = judge
        self.name = car.name

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the car's signals."""
        return self._car.signals()

    def read(self, path: str) -> Signal:
        """Read from the car."""
        return self._car.read(path)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write to the car if it may be now. Raises ForbiddenWriteError, and what the car raises."""
        verdict = self._judge(path, value)
        if verdict.decision != "allow":
            logger.info("policy forbids to write %s: %s", path, verdict.rule)
            raise ForbiddenWriteError(path, value, verdict)
        self._car.write(path, value, deadline_ms)

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait for the car."""
        return self._car.wait_for(path, value, timeout_ms)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Watch the car."""
        return self._car.subscribe(paths, observer)

    def close(self) -> None:
        """Do nothing: who opened the car closes it."""
