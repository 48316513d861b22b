"""A car whose state is drawn at random and changes at bad moments, and which keeps every write with what it met."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cabin.bench.policy_oracle import Moment
from cabin.errors import Problem, VehicleError
from cabin.messages import Verdict

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.executor import Executor
    from cabin.messages import Command, Outcome, Signal, SignalChange, SignalValue
    from cabin.vehicle.interface import SignalObserver, VehicleInterface

__all__ = ["STATES", "Nature", "WatchedCar", "Write"]

STATES: Mapping[str, tuple[Any, ...]] = {
    "Vehicle.Speed": (0.0, 0.0, 0.0, 2.9, 3.1, -3.1, -5.0, 20.0, 50.0, 80.0, 131.0, 200.0),
    "Vehicle.Powertrain.Transmission.SelectedGear": (126, 126, 127, 127, 0, -1, 1),
    "Vehicle.Chassis.ParkingBrake.IsEngaged": (True, False),
    "Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus": ("OCCUPIED", "OCCUPIED", "OCCUPIED", "EMPTY", "UNKNOWN"),
    "Vehicle.Cabin.IsWindowChildLockEngaged": (False, False, True),
    "Vehicle.Cabin.Door.Row2.DriverSide.ChildLockSwitch": (False, False, True),
    "Vehicle.Cabin.Door.Row2.PassengerSide.ChildLockSwitch": (False, False, True),
    "Vehicle.IsValetModeActive": (False, False, False, True),
    "Vehicle.Service.IsWorkshopModeActive": (False, False, False, False, True),
    "Vehicle.CurrentLocation.LocalTime": ("12:00", "08:30", "21:59", "22:00", "02:15", "05:59", "06:00"),
    "Vehicle.Driver.FatigueLevel": (0.0, 0.0, 0.0, 50.0, 61.0, 81.0, 100.0),
    "Vehicle.Driver.DistractionLevel": (0.0, 0.0, 0.0, 50.0, 81.0),
    "Vehicle.Exterior.LightIntensity": (80.0, 80.0, 40.0, 9.0, 0.0),
}
"""Signals that rules ask for -> what they are drawn from: values on both sides of every bound."""

SPEAKERS = ("unknown", "unknown", "driver", "driver", "passenger", "rear_left", "rear_right")
DRIVERS = (None, None, None, ("distracted", 1), ("drowsy", 2), ("asleep", 3), ("unwell", 2))
SILENT_SHARE = 0.01
"""How often a signal that rules ask for cannot be read."""


@dataclass(frozen=True)
class Write:
    """A write that reached the car."""

    path: str
    value: SignalValue
    moment: Moment


class WatchedCar:
    """Implements VehicleInterface over another car, at the very bottom: nothing is written that it does not see."""

    def __init__(self, car: Any) -> None:
        """`car`: one that can be set by `place` and shown by `snapshot`."""
        self.car = car
        self.name = "watched"
        self.writes: list[Write] = []
        self.silent: frozenset[str] = frozenset()
        self.moment: Callable[[], Moment] = lambda: Moment(car.snapshot())
        self.written: Callable[[], None] = lambda: None
        """Called after each write."""

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the car's signals."""
        signals: Mapping[str, SignalSpec] = self.car.signals()
        return signals

    def read(self, path: str) -> Signal:
        """Read from the car. Raises VehicleError for a signal that is silent."""
        if path in self.silent:
            raise VehicleError(Problem("the car does not answer", where=path))
        signal: Signal = self.car.read(path)
        return signal

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write to the car, and keep the state that it met."""
        moment = self.moment()
        self.car.write(path, value, deadline_ms)
        self.writes.append(Write(path, value, moment))
        self.written()

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait for the car."""
        if path in self.silent:
            return self.read(path)
        signal: Signal = self.car.wait_for(path, value, timeout_ms)
        return signal

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Watch the car."""
        end: Callable[[], None] = self.car.subscribe(paths, observer)
        return end

    def close(self) -> None:
        """Close the car."""
        self.car.close()


class Nature:
    """Draws states, changes them at bad moments, and is what plugins say: nothing, sometimes late. Implements Hooks."""

    def __init__(self, car: WatchedCar, draw: random.Random, shift_share: float) -> None:
        """`shift_share`: how often the state changes between a verdict and what follows it."""
        self.car, self.draw, self.shift_share = car, draw, shift_share
        self.speaker = "unknown"
        self.strictness = 0
        self.driver: frozenset[str] = frozenset()
        self.shifts = 0
        self.ended: Callable[[Outcome], None] = lambda _outcome: None
        car.moment = self.moment
        car.written = self.shift

    def moment(self) -> Moment:
        """Return what is so now."""
        return Moment(self.car.car.snapshot(), self.car.silent, self.speaker, self.strictness, self.driver)

    def set_state(self, executor: Executor) -> None:
        """Draw a state of car, driver and speaker."""
        draw = self.draw
        for path, values in STATES.items():
            self.car.car.place(path, draw.choice(values))
        can_be_silent = (
            path for path in STATES if not path.endswith("LocalTime")
        )  # else the computer's clock is asked
        self.car.silent = frozenset(path for path in can_be_silent if draw.random() < SILENT_SHARE)
        self.speaker = draw.choice(SPEAKERS)
        executor.driver.clear("bench")
        told = draw.choice(DRIVERS)
        self.strictness, self.driver = 0, frozenset()
        if told is not None:
            condition, self.strictness = told
            self.driver = frozenset({condition})
            executor.driver.report("bench", condition, self.strictness, for_s=3600)

    def shift(self) -> None:
        """Change one thing, now and then: the car drives off, a lock is switched on."""
        if self.draw.random() < self.shift_share:
            path = self.draw.choice(("Vehicle.Speed", "Vehicle.Speed", *STATES))
            self.car.car.place(path, self.draw.choice(STATES[path]))
            self.shifts += 1

    # cabin.executor.Hooks: plugins are asked after the rules, so that what changes here was not seen by them

    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict:  # noqa: ARG002
        """Say nothing, and let the state change after the rules were read."""
        self.shift()
        return Verdict("allow")

    def compose_reply(self, outcome: Outcome) -> str | None:  # noqa: ARG002
        """Leave the reply to the catalog."""
        return None

    def observe_outcome(self, outcome: Outcome) -> None:
        """Hand on what became of a command."""
        self.ended(outcome)

    def observe_signal(self, change: SignalChange) -> None:
        """See nothing."""
