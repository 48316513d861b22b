"""Control units that are not there, for tests and for trying the interface: they speak the frames of a DBC on a bus.

    python -m cabin_can.fake_ecus --interface socketcan --channel vcan0

All units of the DBC in one thread: alive and status frames in their cycles, commands checked (checksum, age,
repetition), acted on at once and acknowledged. Their clock is the computer's, so a starved thread is an old clock.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.errors import VehicleError
from cabin.messages import SignalValue
from cabin.vehicle.signals import bounds, check_value, is_number
from cabin_can.bus import BusThread
from cabin_can.frames import CLOCK_STEPS, Command, Result, age, is_whole, sealed
from cabin_can.mapping import CanMap, load_map
from cabin_can.settings import CanSettings

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin_can.mapping import Mapped, Unit

__all__ = ["FakeEcus", "main"]


class FakeEcus:
    """The control units of a map on a bus. `cut` silences them, `mend` wakes them: the car stays as it is meanwhile."""

    def __init__(self, can_map: CanMap, settings: CanSettings) -> None:
        self._map, self._settings = can_map, settings
        self._values = {path: _initial(mapped.spec) for path, mapped in can_map.signals.items()}
        self._by_item = {
            (mapped.unit.name, mapped.item): mapped for mapped in can_map.signals.values() if mapped.unit is not None
        }
        self._by_frame: dict[int, list[Mapped]] = {}
        for mapped in can_map.signals.values():
            self._by_frame.setdefault(mapped.frame.frame_id, []).append(mapped)
        self._units = {unit.command.frame_id: unit for unit in can_map.units.values()}
        self._counters: dict[int, int] = {}
        self._last: dict[str, Command] = {}
        self._acted: list[tuple[str, SignalValue]] = []
        self._faults: list[str] = []
        self._lock = threading.RLock()
        self._begun_s = time.monotonic()
        self._bus: BusThread | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.mend()

    # In the hands of a test: the Link of cabin.testing.vehicle_contract

    def cut(self) -> None:
        """Silence, at once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._bus is not None:
            self._bus.close()
        self._bus = self._thread = None

    def mend(self) -> None:
        """Speak again."""
        self._stop.clear()
        self._bus = BusThread(self._settings, self._take, "fake-ecus-in")
        self._thread = threading.Thread(target=self._run, name="fake-ecus-out", daemon=True)
        self._thread.start()

    def lose_next_answer(self) -> None:
        """Act on the next command and do not acknowledge it."""
        self._faults.append("answer")

    def lose_next_command(self) -> None:
        """Do not hear the next command."""
        self._faults.append("command")

    def acted(self) -> list[tuple[str, SignalValue]]:
        """Return every command that was acted on."""
        with self._lock:
            return list(self._acted)

    def tell(self, path: str, value: SignalValue) -> None:
        """Change a signal, sensors too."""
        with self._lock:
            self._values[path] = check_value(self._map.signals[path].spec, value)
        self._send_status(self._map.signals[path].frame)

    def clock(self, unit: Unit) -> int:
        """Return the clock of a control unit now."""
        return int((time.monotonic() - self._begun_s) * 1000 / unit.cycle_ms) % CLOCK_STEPS

    # Inside

    def _run(self) -> None:
        due: dict[int, float] = {}
        while not self._stop.is_set():
            now_s = time.monotonic()
            for unit in self._units.values():
                if due.get(unit.alive.frame_id, 0.0) <= now_s:
                    due[unit.alive.frame_id] = now_s + unit.cycle_ms / 1000
                    self._send(unit.alive, {"Clock": self.clock(unit), "Checksum": 0})
            for frame_id, all_mapped in self._by_frame.items():
                if due.get(frame_id, 0.0) <= now_s:
                    frame = all_mapped[0].frame
                    due[frame_id] = now_s + (frame.cycle_time or 100) / 1000
                    self._send_status(frame)
            self._stop.wait(0.01)

    def _send_status(self, frame: Any) -> None:
        with self._lock:
            told: dict[str, Any] = {signal.name: signal.offset for signal in frame.signals if not signal.choices}
            told |= {signal.name: min(signal.choices) for signal in frame.signals if signal.choices}
            told |= {mapped.name: mapped.to_bus(self._values[mapped.spec.path]) for mapped in self._of(frame)}
            self._counters[frame.frame_id] = (self._counters.get(frame.frame_id, 0) + 1) % 256
            told |= {"Counter": self._counters[frame.frame_id], "Checksum": 0}
        self._send(frame, {name: value for name, value in told.items() if name in frame.signal_tree})

    def _of(self, frame: Any) -> list[Mapped]:
        return self._by_frame[frame.frame_id]

    def _send(self, frame: Any, told: dict[str, Any]) -> None:
        data = frame.encode(told)
        if "Checksum" in frame.signal_tree:
            data = sealed(frame.frame_id, data)
        bus = self._bus
        if bus is None:
            return
        try:
            bus.send(frame.frame_id, data, 0.1)
        except VehicleError:  # the bus is being opened or closed; the next cycle tells it
            return

    def _take(self, message: Any) -> None:
        unit = self._units.get(message.arbitration_id)
        if unit is None or not is_whole(message.arbitration_id, bytes(message.data)):
            return
        told = unit.command.decode(bytes(message.data), allow_truncated=False)
        command = Command(*(int(told[name]) for name in ("Item", "Clock", "Counter", "ValidFor")))
        fault = self._faults.pop(0) if self._faults else ""
        if fault == "command":
            return
        result = self._result(unit, command, told)
        if fault != "answer":
            answer = {"Item": command.item, "Clock": command.clock, "Counter": command.counter}
            self._send(unit.ack, {**answer, "Result": int(result), "Checksum": 0})

    def _result(self, unit: Unit, command: Command, told: dict[str, Any]) -> Result:
        """Act on a command, unless it is too old, a repetition or nothing that the signal can hold."""
        mapped = self._by_item.get((unit.name, command.item))
        if mapped is None:
            return Result.REJECTED
        if self._last.get(unit.name) == command:
            return Result.TAKEN
        if age(self.clock(unit), command.clock) > command.valid_for:
            return Result.LATE
        try:
            value = check_value(mapped.spec, mapped.from_bus(told[mapped.name]))
        except VehicleError:
            return Result.REJECTED
        with self._lock:
            self._last[unit.name] = command
            self._values[mapped.spec.path] = value
            self._acted.append((mapped.spec.path, value))
        self._send_status(mapped.frame)
        return Result.TAKEN


def _initial(spec: SignalSpec) -> SignalValue:
    if spec.initial is not None:
        return spec.initial
    if spec.datatype == "boolean":
        return False
    if not is_number(spec):
        return spec.allowed[0] if spec.allowed else ""
    low, high = bounds(spec)
    value = max(low if low is not None else 0.0, min(high if high is not None else 0.0, 0.0))
    return check_value(replace(spec, allowed=()), value)


@click.command()
@click.option("--interface", default="socketcan", show_default=True, help="A bus of python-can.")
@click.option("--channel", default="vcan0", show_default=True)
@click.option("--dbc", default=Path("cabin.dbc"), show_default=True, type=click.Path(path_type=Path))
@click.option("--map", "map_file", default=Path("can.yaml"), show_default=True, type=click.Path(path_type=Path))
def main(interface: str, channel: str, dbc: Path, map_file: Path) -> None:
    """Speak for the control units of a DBC on a bus until interrupted."""
    from cabin.assembly import open_catalog
    from cabin.config import VehicleConfig
    from cabin.plugins import load_plugins
    from cabin.vehicle.base_signals import BASE_SIGNALS

    specs = {**BASE_SIGNALS, **VehicleConfig().units.begin(open_catalog(load_plugins()).signals)}
    ecus = FakeEcus(load_map(dbc, map_file, specs), CanSettings(interface, channel))
    click.echo(f"{len(ecus._values)} signals on {interface}:{channel}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        ecus.cut()


if __name__ == "__main__":
    main()
