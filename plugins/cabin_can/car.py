"""A car on a CAN bus: status frames tell, command frames ask, acknowledgements answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cabin.errors import Problem, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Signal, SignalValue
from cabin.vehicle.signals import same_value
from cabin.vehicle.store import SignalStore
from cabin_can.bus import BusThread
from cabin_can.frames import Ack, Command, Result, is_whole, sealed

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver
    from cabin_can.mapping import CanMap, Mapped, Unit
    from cabin_can.settings import CanSettings

__all__ = ["CanCar"]

logger = logging.getLogger(__name__)


class CanCar:
    """Raises nothing while the bus is silent but when asked."""

    name = "can"

    def __init__(self, can_map: CanMap, settings: CanSettings) -> None:
        """Waits `connect_wait_ms` for a frame of every control unit and of every status."""
        self._map, self._settings = can_map, settings
        self._store = SignalStore(can_map.specs, f"the CAN bus {settings.interface}:{settings.channel}")
        self._frames = {frame.frame_id: frame for frame in can_map.database.messages}
        self._of_frame: dict[int, list[Mapped]] = {}
        for mapped in can_map.signals.values():
            self._of_frame.setdefault(mapped.frame.frame_id, []).append(mapped)
        self._alive_ids = {unit.alive.frame_id: unit for unit in can_map.units.values()}
        self._ack_ids = {unit.ack.frame_id: unit for unit in can_map.units.values()}
        self._clocks: dict[str, tuple[int, float]] = {}
        self._heard_s: dict[int, float] = {}
        self._acks: dict[str, Ack] = {}
        self._counter = 0
        self._doubts: dict[str, tuple[SignalValue, float]] = {}
        self._writing = threading.Lock()
        self._news = threading.Condition()
        self._bus = BusThread(settings, self._take)
        awaited = set(self._of_frame) | {unit.alive.frame_id for unit in self._commanded()}
        with self._news:
            self._news.wait_for(lambda: awaited <= self._heard_s.keys(), settings.connect_wait_ms / 1000)

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals of the catalogs that are on the bus."""
        return self._store.specs

    def read(self, path: str) -> Signal:
        """Return what the last status frame told. Raises VehicleError when that is too long ago."""
        self._store.spec(path)
        self._store.check_open()
        frame = self._map.signals[path].frame
        heard_s = self._heard_s.get(frame.frame_id)
        if heard_s is None or (time.monotonic() - heard_s) * 1000 > self._settings.stale_ms:
            since = "never" if heard_s is None else f"not for {time.monotonic() - heard_s:.1f} s"
            raise VehicleError(Problem("the car does not tell it", where=path, seen=f"{frame.name} {since}"))
        return self._store.get(path)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Send a command and wait for its acknowledgement. The control unit drops it once the deadline is past.

        What was in doubt is read back first, and not written again where it acted after all.
        """
        end_s = time.monotonic() + deadline_ms / 1000
        value = self._store.check_target(path, value)
        mapped = self._map.signals[path]
        if mapped.unit is None:
            raise VehicleError(Problem("no control unit takes this", where=path))
        if deadline_ms <= 0 or not self._writing.acquire(timeout=deadline_ms / 1000):
            raise VehicleTimeoutError(Problem(f"not sent within {max(deadline_ms, 0):g} ms", where=path))
        try:
            if self._settle_doubts(path, value, end_s):
                return
            self._command(mapped, mapped.unit, value, end_s)
        finally:
            self._writing.release()

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait for the value, through silence too."""
        return self._store.wait_for(self.read, path, value, timeout_ms)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Tell `observer` of each change, on the thread that receives."""
        return self._store.subscribe(paths, observer)

    def close(self) -> None:
        """Close the bus."""
        if self._store.close():
            with self._news:
                self._news.notify_all()
            self._bus.close()

    # Writing

    def _command(self, mapped: Mapped, unit: Unit, value: SignalValue, end_s: float) -> None:
        path = mapped.spec.path
        clock, heard_s = self._clocks.get(unit.name, (0, 0.0))
        now_s = time.monotonic()
        if not heard_s or (now_s - heard_s) * 1000 > self._settings.stale_ms:
            raise VehicleError(Problem(f"the control unit {unit.name} is silent", where=path))
        # its clock moved on since it was heard; what is left of the deadline counts from that reading, less one step
        valid_for = min(255, int(((end_s - heard_s) * 1000) / unit.cycle_ms) - 1)
        if end_s <= now_s or valid_for < 1:
            raise VehicleTimeoutError(
                Problem("too little time is left to send it", where=path, expected=f"{2 * unit.cycle_ms:g} ms or more")
            )
        self._counter = (self._counter + 1) % 16
        command = Command(mapped.item, clock, self._counter, valid_for)
        self._acks.pop(unit.name, None)
        self._bus.send(unit.command.frame_id, _encoded(unit, mapped, command, value), end_s - now_s)
        ack = self._await_ack(unit, command, end_s)
        if ack is None:
            self._doubts[path] = (value, time.monotonic())
            what = f"the control unit {unit.name} did not say whether it took it"
            raise WriteUnknownError(Problem(what, where=path, hint="It is read back before anything else."))
        if ack.result is Result.LATE:
            raise VehicleTimeoutError(Problem(f"it came to the control unit {unit.name} too late", where=path))
        if ack.result is not Result.TAKEN:
            raise VehicleError(Problem(f"the control unit {unit.name} rejected it", where=path, seen=repr(value)))

    def _await_ack(self, unit: Unit, command: Command, end_s: float) -> Ack | None:
        def is_there() -> bool:
            ack = self._acks.get(unit.name)
            same = ack is not None and (ack.item, ack.clock, ack.counter) == (
                command.item,
                command.clock,
                command.counter,
            )
            return same or self._store.is_closed

        with self._news:
            return self._acks.get(unit.name) if self._news.wait_for(is_there, end_s - time.monotonic()) else None

    def _settle_doubts(self, path: str, value: SignalValue, end_s: float) -> bool:
        """Read back every write without an answer, from a frame sent after its deadline. Returns whether `value` holds.

        Raises VehicleError when the car does not tell in time: then nothing is written.
        """
        is_done = False
        for doubtful, (target, since_s) in list(self._doubts.items()):
            frame = self._map.signals[doubtful].frame
            with self._news:
                fresh = self._news.wait_for(
                    lambda frame=frame, since_s=since_s: self._heard_s.get(frame.frame_id, 0.0) > since_s,  # type: ignore[misc]
                    end_s - time.monotonic(),
                )
            if not fresh:
                raise VehicleTimeoutError(Problem("an earlier write could not be read back in time", where=doubtful))
            spec = self._store.spec(doubtful)
            acted = same_value(spec, self.read(doubtful).value, target)
            del self._doubts[doubtful]
            logger.warning("%s: the write of %r without an answer acted: %s", doubtful, target, acted)
            is_done = is_done or (doubtful == path and acted and same_value(spec, target, value))
        return is_done

    # Receiving, on the bus's thread

    def _take(self, message: Any) -> None:
        frame = self._frames.get(message.arbitration_id)
        if frame is None or len(message.data) < frame.length:
            return
        data = bytes(message.data[: frame.length])
        if any(signal.name == "Checksum" for signal in frame.signals) and not is_whole(frame.frame_id, data):
            logger.warning("%s: wrong checksum, dropped", frame.name)
            return
        if frame.frame_id in self._of_frame:
            self._take_status(frame, data, message.timestamp * 1000)
        with self._news:
            if frame.frame_id in self._alive_ids:
                told = frame.decode(data, decode_choices=False)
                self._clocks[self._alive_ids[frame.frame_id].name] = (int(told["Clock"]), time.monotonic())
            elif frame.frame_id in self._ack_ids:
                told = frame.decode(data, decode_choices=False)
                item, clock, counter, result = (int(told[name]) for name in ("Item", "Clock", "Counter", "Result"))
                self._acks[self._ack_ids[frame.frame_id].name] = Ack(item, clock, counter, _result(result))
            self._heard_s[frame.frame_id] = time.monotonic()
            self._news.notify_all()

    def _take_status(self, frame: Any, data: bytes, timestamp_ms: float) -> None:
        told = frame.decode(data)
        is_first = frame.frame_id not in self._heard_s
        signals = [
            Signal(mapped.spec.path, mapped.from_bus(told[mapped.name]), timestamp_ms)
            for mapped in self._of_frame[frame.frame_id]
        ]
        self._heard_s.setdefault(frame.frame_id, time.monotonic())
        self._store.update(signals, quietly=is_first)

    def _commanded(self) -> list[Unit]:
        return [mapped.unit for mapped in self._map.signals.values() if mapped.unit is not None]


def _encoded(unit: Unit, mapped: Mapped, command: Command, value: SignalValue) -> bytes:
    fields = {"Item": command.item, "Clock": command.clock, "Counter": command.counter, "ValidFor": command.valid_for}
    try:
        data = unit.command.encode({**fields, mapped.name: mapped.to_bus(value), "Checksum": 0})
    except Exception as error:  # cantools raises several kinds, of more than one package
        raise VehicleError(
            Problem("the DBC cannot carry this value", where=mapped.spec.path, seen=f"{value!r}: {error}")
        ) from error
    return sealed(unit.command.frame_id, data)


def _result(number: int) -> Result:
    return Result(number) if number in set(Result) else Result.REJECTED
