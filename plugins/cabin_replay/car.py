"""A recording driven again: time passes only while somebody waits, so it runs as fast as it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cabin.config.plain import find_file
from cabin.errors import VehicleError, VehicleTimeoutError
from cabin.messages import Signal, SignalValue
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin.vehicle.recording import Event, load_recording
from cabin.vehicle.signals import check_value, same_value
from cabin.vehicle.store import SignalStore

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver
    from cabin_replay.settings import ReplaySettings

__all__ = ["ReplayCar"]


class ReplayCar:
    """A car whose signals follow a recording. The same calls give the same values at the same times, always.

    An actuator that is written leaves the recording: from then on it holds what was written (there is nothing behind it
    that could move). `differences` compares what was written with what was written in the recording.
    """

    name = "replay"

    def __init__(self, specs: Mapping[str, SignalSpec], settings: ReplaySettings) -> None:
        """Raises ConfigError for a recording that cannot be used."""
        events = load_recording(find_file(settings.file))
        known = {**BASE_SIGNALS, **specs}
        told = {event.path for event in events if event.kind in ("state", "change")}
        self._store = SignalStore({path: spec for path, spec in known.items() if path in told}, "the replay")
        self._changes = [event for event in events if event.kind in ("state", "change") and event.path in known]
        self._recorded = [(event.path, event.value) for event in events if event.kind == "write" and not event.error]
        self._writes: list[tuple[str, SignalValue]] = []
        self._taken_over: set[str] = set()
        self._now_ms, self._next = 0.0, 0
        self._lock = threading.RLock()
        self._play(settings.start_ms, quietly=True)

    @property
    def now_ms(self) -> float:
        """Where in the recording it is."""
        return self._now_ms

    @property
    def end_ms(self) -> float:
        """The time of the last change."""
        return self._changes[-1].t if self._changes else 0.0

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals that the recording tells."""
        return self._store.specs

    def read(self, path: str) -> Signal:
        """Return the value at this time of the recording."""
        self._store.spec(path)
        self._store.check_open()
        return self._store.get(path)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Hold the value from now on, whatever the recording says later."""
        value = self._store.check_target(path, value)
        if deadline_ms <= 0:
            raise VehicleTimeoutError(f"{path}: not sent within 0 ms")
        with self._lock:
            self._writes.append((path, value))
            self._taken_over.add(path)
        self._store.update([Signal(path, value, self._now_ms)])

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Drive on, change by change, until the signal holds the value, at most `timeout_ms` of the recording."""
        spec = self._store.spec(path)
        end_ms = self._now_ms + timeout_ms
        while True:
            signal = self.read(path)
            if same_value(spec, signal.value, value) or self._now_ms >= end_ms:
                return signal
            with self._lock:
                following = self._changes[self._next].t if self._next < len(self._changes) else end_ms
                self._play(max(self._now_ms, min(following, end_ms)))

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Tell `observer` of each change, on the thread that lets time pass."""
        return self._store.subscribe(paths, observer)

    def close(self) -> None:
        """End it."""
        self._store.close()

    def advance(self, ms: float) -> None:
        """Drive on by so much time of the recording, telling every change on the way."""
        self._play(self._now_ms + ms)

    def run(self) -> None:
        """Drive to the end."""
        self._play(max(self.end_ms, self._now_ms))

    def differences(self) -> tuple[list[tuple[str, SignalValue | None]], list[tuple[str, SignalValue]]]:
        """Return the writes of the recording that were not made again, and those made that it does not have."""
        missing, more = list(self._recorded), []
        for write in self._writes:
            if write in missing:
                missing.remove(write)
            else:
                more.append(write)
        return missing, more

    def _play(self, until_ms: float, *, quietly: bool = False) -> None:
        """Let all changes up to a time happen, each told at its own time."""
        with self._lock:
            while self._next < len(self._changes) and self._changes[self._next].t <= until_ms:
                event = self._changes[self._next]
                self._next += 1
                self._now_ms = max(self._now_ms, event.t)
                if event.path not in self._taken_over:
                    self._store.update([self._signal(event)], quietly=quietly)
            self._now_ms = max(self._now_ms, until_ms)

    def _signal(self, event: Event) -> Signal:
        """Return what an event tells; a value that the catalog's signal cannot hold is none."""
        spec = replace(self._store.specs[event.path], minimum=None, maximum=None)  # a sensor may have told more
        try:
            value = check_value(spec, event.value)
        except VehicleError:
            return Signal(event.path, None, event.t)
        return Signal(event.path, value, event.t)
