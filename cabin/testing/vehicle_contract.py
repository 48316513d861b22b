"""What every vehicle interface must keep, as tests to inherit. docs/how-to/connect-a-car.md shows how.

    import pytest
    from cabin.testing.vehicle_contract import SPECS, VehicleContract

    class TestMyCar(VehicleContract):
        @pytest.fixture
        def car(self):
            car = MyCar(SPECS)
            yield car
            car.close()

An interface whose connection can be lost inherits ReconnectContract too and gives a fixture `link` that cuts it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import UnknownSignalError, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Signal, SignalValue
from cabin.vehicle.interface import VehicleInterface

__all__ = ["SPECS", "Link", "ReconnectContract", "VehicleContract", "eventually"]

POSITION = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LOCKED = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
CONTACT = "Vehicle.Cabin.Infotainment.Phone.Call.Contact"
SPEED = "Vehicle.Speed"

SPECS = {
    spec.path: spec
    for spec in (
        SignalSpec(POSITION, "actuator", "uint8", "percent", 0, 100, initial=0, rate_per_s=1000),
        SignalSpec(LOCKED, "actuator", "boolean", initial=True),
        SignalSpec(TEMPERATURE, "actuator", "float", "celsius", 16, 28, initial=21.0),
        SignalSpec(
            MODE, "actuator", "string", allowed=("NORMAL", "SPORT", "ECONOMY", "SNOW", "RAIN"), initial="NORMAL"
        ),
        SignalSpec(CONTACT, "actuator", "string", initial=""),
        SignalSpec(SPEED, "sensor", "float", "km/h", initial=0.0),
    )
}
"""The signals that the car under test must have, beginning at their `initial` values."""

WRITES: tuple[tuple[str, SignalValue], ...] = (
    (POSITION, 60),
    (POSITION, 100),
    (LOCKED, False),
    (TEMPERATURE, 22.5),
    (MODE, "SPORT"),
    (CONTACT, "\u00c4"),
)
REFUSED: tuple[tuple[str, Any], ...] = (
    (POSITION, 101),
    (POSITION, -1),
    (POSITION, 1.5),
    (POSITION, True),
    (POSITION, "50"),
    (LOCKED, 1),
    (LOCKED, "true"),
    (TEMPERATURE, 15.9),
    (TEMPERATURE, float("nan")),
    (TEMPERATURE, float("inf")),
    (MODE, "WARP"),
    (MODE, 3),
    (SPEED, 100.0),
)


def eventually(holds: Callable[[], object], timeout_s: float = 20.0) -> bool:
    """Wait until something holds, for what other threads do. Returns whether it did."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if holds():
            return True
        time.sleep(0.01)
    return bool(holds())


class VehicleContract:
    """Holds for any car. A subclass gives the fixture `car`: a fresh car with `specs`, closed afterwards."""

    specs: ClassVar[dict[str, SignalSpec]] = SPECS
    """A car without text that is free, as on CAN, leaves CONTACT out here; its tests are then not asked."""
    long_ms: ClassVar[float] = 5000.0
    """Longer than this car ever needs."""

    def _has(self, path: str) -> bool:
        return path in self.specs

    def test_is_a_vehicle_with_a_name(self, car: VehicleInterface) -> None:
        """It has every method of the interface."""
        assert isinstance(car, VehicleInterface)
        assert car.name

    def test_tells_the_signals_of_the_catalogs_with_type_and_unit(self, car: VehicleInterface) -> None:
        """What the catalogs say of a signal is what the car says."""
        for path, spec in self.specs.items():
            told = car.signals()[path]
            assert (told.kind, told.datatype, told.unit) == (spec.kind, spec.datatype, spec.unit)
            assert (told.minimum, told.maximum, told.allowed) == (spec.minimum, spec.maximum, spec.allowed)

    def test_reads_a_value_of_the_signals_type(self, car: VehicleInterface) -> None:
        """A uint8 is an int, a float a float, also when it is whole."""
        for path, spec in self.specs.items():
            signal = car.read(path)
            assert (signal.path, signal.value, type(signal.value)) == (path, spec.initial, type(spec.initial))

    def test_unknown_signal_names_the_nearest(self, car: VehicleInterface) -> None:
        """A misspelt path helps who misspelt it."""
        calls: tuple[Callable[[], object], ...] = (
            lambda: car.read("Vehicle.Sped"),
            lambda: car.write("Vehicle.Sped", 1, self.long_ms),
            lambda: car.wait_for("Vehicle.Sped", 1, self.long_ms),
            lambda: car.subscribe(["Vehicle.Sped"], print),
        )
        for call in calls:
            with pytest.raises(UnknownSignalError, match=r"Vehicle\.Speed"):
                call()

    @pytest.mark.parametrize(("path", "value"), WRITES)
    def test_write_then_wait_then_read_back(self, car: VehicleInterface, path: str, value: SignalValue) -> None:
        """What is written is reached and read back with its type."""
        if not self._has(path):
            return
        car.write(path, value, self.long_ms)
        assert car.wait_for(path, value, self.long_ms).value == value
        after = car.read(path).value
        assert (after, type(after)) == (value, type(value))

    @pytest.mark.parametrize(("path", "value"), REFUSED)
    def test_refuses_what_the_signal_cannot_hold(self, car: VehicleInterface, path: str, value: Any) -> None:
        """Wrong type, out of range, unknown word, read-only: an error that names the signal, and nothing changes."""
        before = car.read(path).value
        with pytest.raises(VehicleError, match=path.replace(".", r"\.")):
            car.write(path, value, self.long_ms)
        assert car.wait_for(path, value, 50).value == before

    @pytest.mark.parametrize("deadline_ms", [0, -5])
    def test_a_write_past_its_deadline_never_acts(self, car: VehicleInterface, deadline_ms: float) -> None:
        """Late is failed, and stays so."""
        with pytest.raises(VehicleTimeoutError):
            car.write(POSITION, 80, deadline_ms)
        assert car.wait_for(POSITION, 80, 200).value == 0

    def test_wait_returns_what_the_signal_holds_when_time_is_over(self, car: VehicleInterface) -> None:
        """Waiting in vain is no error."""
        assert car.wait_for(POSITION, 50, 20).value == 0

    def test_the_last_target_wins(self, car: VehicleInterface) -> None:
        """A second write replaces the first, which does not come back."""
        car.write(POSITION, 100, self.long_ms)
        car.write(POSITION, 30, self.long_ms)
        assert car.wait_for(POSITION, 30, self.long_ms).value == 30
        assert car.wait_for(POSITION, 31, 150).value == 30

    def test_observers_see_the_changes_of_their_paths_until_they_end_it(self, car: VehicleInterface) -> None:
        """Once a change, no other path, and nothing after the end; ending twice is no error."""
        seen: list[Signal] = []
        end = car.subscribe([LOCKED], seen.append)
        car.write(POSITION, 10, self.long_ms)
        car.write(LOCKED, False, self.long_ms)
        car.wait_for(POSITION, 10, self.long_ms)
        car.wait_for(LOCKED, False, self.long_ms)
        assert eventually(lambda: seen)
        end()
        end()
        car.write(LOCKED, True, self.long_ms)
        car.wait_for(LOCKED, True, self.long_ms)
        assert [(signal.path, signal.value) for signal in seen] == [(LOCKED, False)]

    def test_an_observer_that_raises_takes_nobody_with_it(self, car: VehicleInterface) -> None:
        """Neither the car nor the other observers."""
        seen: list[Signal] = []

        def broken(_signal: Signal) -> None:
            raise ValueError("observer")

        car.subscribe([LOCKED], broken)
        car.subscribe([LOCKED], seen.append)
        car.write(LOCKED, False, self.long_ms)
        assert car.wait_for(LOCKED, False, self.long_ms).value is False
        assert eventually(lambda: len(seen) == 1)

    def test_an_observer_may_call_the_car(self, car: VehicleInterface) -> None:
        """No lock is held while observers are told."""
        seen: list[SignalValue | None] = []
        car.subscribe([LOCKED], lambda _signal: seen.append(car.read(POSITION).value))
        car.write(LOCKED, False, self.long_ms)
        car.wait_for(LOCKED, False, self.long_ms)
        assert eventually(lambda: seen == [0])

    def test_timestamps_never_go_back(self, car: VehicleInterface) -> None:
        """The car's clock runs forward."""
        first = car.read(POSITION).timestamp_ms
        car.write(POSITION, 40, self.long_ms)
        assert car.wait_for(POSITION, 40, self.long_ms).timestamp_ms >= first

    def test_any_thread_may_call(self, car: VehicleInterface) -> None:
        """Three threads write and read at once; the car is whole afterwards."""
        failures: list[Exception] = []

        def work(value: int) -> None:
            try:
                for _ in range(10):
                    car.write(POSITION, value, self.long_ms)
                    car.read(POSITION)
            except Exception as error:  # told by the assertion below: a thread's own exception is lost
                failures.append(error)

        threads = [threading.Thread(target=work, args=(value,)) for value in (10, 50, 90)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        car.write(POSITION, 25, self.long_ms)
        assert car.wait_for(POSITION, 25, self.long_ms).value == 25

    def test_closed_twice_and_then_silent(self, car: VehicleInterface) -> None:
        """Closing ends it for good."""
        car.close()
        car.close()
        for call in (lambda: car.read(POSITION), lambda: car.write(POSITION, 1, self.long_ms)):
            with pytest.raises(VehicleError):
                call()


class Link(Protocol):
    """The way to the car under test, in the hands of the test."""

    def cut(self) -> None:
        """Break the connection as a crash would: nobody says goodbye."""
        ...

    def mend(self) -> None:
        """Bring the other end back; it keeps the state of the car."""
        ...

    def lose_next_answer(self) -> None:
        """Let the car act on the next write, and its answer never arrive."""
        ...

    def lose_next_command(self) -> None:
        """Let the next write get lost after it left, so that the car never acts on it."""
        ...

    def acted(self) -> list[tuple[str, SignalValue]]:
        """Every actuation that the car ever acted on, from the car's own record."""
        ...


class ReconnectContract:
    """Holds for a car whose connection can be lost. Needs the fixtures `car` and `link`; inherit beside the other."""

    deadline_ms: ClassVar[float] = 500.0
    """For writes whose answer is lost on purpose."""
    long_wait_ms: ClassVar[float] = 20_000.0

    def _is_back(self, car: VehicleInterface) -> bool:
        try:
            car.read(POSITION)
        except VehicleError:
            return False
        return True

    def _is_gone(self, car: VehicleInterface) -> bool:
        return not self._is_back(car)

    def test_without_connection_nothing_is_told_and_nothing_kept_for_later(
        self, car: VehicleInterface, link: Link
    ) -> None:
        """No stale value passes for the present one, and a write in the outage never acts afterwards."""
        link.cut()
        assert eventually(lambda: self._is_gone(car))
        with pytest.raises(VehicleError):
            car.write(POSITION, 70, self.deadline_ms)
        link.mend()
        assert eventually(lambda: self._is_back(car))
        assert car.wait_for(POSITION, 70, 500).value == 0
        assert link.acted() == []

    def test_after_an_outage_all_works_again(self, car: VehicleInterface, link: Link) -> None:
        """Reads, writes and the observers of before."""
        seen: list[Signal] = []
        car.subscribe([LOCKED], seen.append)
        link.cut()
        assert eventually(lambda: self._is_gone(car))
        link.mend()
        assert eventually(lambda: self._is_back(car))
        car.write(LOCKED, False, self.long_wait_ms)
        assert car.wait_for(LOCKED, False, self.long_wait_ms).value is False
        assert eventually(lambda: [signal.value for signal in seen] == [False])
        assert link.acted() == [(LOCKED, False)]

    def test_a_write_whose_answer_is_lost_is_unknown_and_not_done_twice(
        self, car: VehicleInterface, link: Link
    ) -> None:
        """It acted: reading back tells so, and asking for the same again writes nothing."""
        link.lose_next_answer()
        with pytest.raises(WriteUnknownError):
            car.write(POSITION, 60, self.deadline_ms)
        assert car.wait_for(POSITION, 60, self.long_wait_ms).value == 60
        car.write(POSITION, 60, self.long_wait_ms)
        assert car.wait_for(POSITION, 60, self.long_wait_ms).value == 60
        assert link.acted() == [(POSITION, 60)]

    def test_a_write_that_is_lost_is_unknown_and_never_acts_late(self, car: VehicleInterface, link: Link) -> None:
        """It did not act: reading back tells so, and it does not act later either."""
        link.lose_next_command()
        with pytest.raises(WriteUnknownError):
            car.write(POSITION, 60, self.deadline_ms)
        assert eventually(lambda: self._is_back(car))
        assert car.wait_for(POSITION, 60, 1000).value == 0
        assert link.acted() == []
        car.write(POSITION, 45, self.long_wait_ms)
        assert car.wait_for(POSITION, 45, self.long_wait_ms).value == 45
        assert link.acted() == [(POSITION, 45)]
