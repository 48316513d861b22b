"""A car in front of another car: passes everything on and keeps what was read, written and told."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cabin.errors import ConfigError, Problem, VehicleError
from cabin.messages import Signal, SignalValue
from cabin.vehicle.recording import Event, Kind, header, line_of

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver, VehicleInterface
    from cabin_replay.settings import RecordingSettings

__all__ = ["RecordingCar", "RecordingFile"]

logger = logging.getLogger(__name__)


class RecordingFile:
    """The file that grows, with its older parts. A disk that is full ends the recording, never the drive."""

    def __init__(self, settings: RecordingSettings, car: str, state: Callable[[], Iterable[Signal]]) -> None:
        """`state` gives the values that a new part begins with. Raises ConfigError when the file cannot be made."""
        self._settings, self._car, self._state = settings, car, state
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._bytes, self._begun_s = 0, 0.0
        try:
            settings.file.parent.mkdir(parents=True, exist_ok=True)
            self._begin()
        except OSError as error:
            what = f"cannot be written ({error.strerror or error})"
            raise ConfigError(Problem(what, "interfaces.recording.file", str(settings.file))) from error

    def add(self, kind: Kind, path: str, value: SignalValue | None, **more: Any) -> None:
        """Keep one event, with the time of now."""
        with self._lock:
            if self._file is None:
                return
            try:
                self._write(kind, path, value, more)
            except OSError as error:
                logger.warning("recording ends: %s", error)
                self._file = None

    def close(self) -> None:
        """End the last part."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def _write(self, kind: Kind, path: str, value: SignalValue | None, more: dict[str, Any]) -> None:
        assert self._file is not None
        line = line_of(Event(round((time.monotonic() - self._begun_s) * 1000, 3), kind, path, value, **more))
        if self._bytes + len(line.encode()) > self._settings.max_mib * 2**20 and kind != "state":
            self._file.close()
            self._begin()
            line = line_of(Event(0.0, kind, path, value, **more))
        self._file.write(line)
        self._file.flush()
        self._bytes += len(line.encode())

    def _begin(self) -> None:
        """Make a part whole under another name, move the older ones up by one, and put it in their place."""
        self._begun_s = time.monotonic()
        text = header(self._car)
        for signal in self._state():
            text += line_of(Event(0.0, "state", signal.path, signal.value, signal.timestamp_ms))
        fresh = _with(self._settings.file, "new")
        self._file = fresh.open("w", encoding="utf-8")
        self._file.write(text)
        self._file.flush()
        self._bytes = len(text.encode())
        self._rotate()
        os.replace(fresh, self._settings.file)

    def _rotate(self) -> None:
        names = [self._settings.file, *(_with(self._settings.file, str(n + 1)) for n in range(self._settings.keep))]
        for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
            if newer.exists():
                os.replace(newer, older)


class RecordingCar:
    """The car `inner`, recorded. What it has beyond the interface (a simulated car's `place`) is passed through."""

    def __init__(self, inner: VehicleInterface, settings: RecordingSettings) -> None:
        """Raises ConfigError when the file cannot be made."""
        self.inner = inner
        self.name = inner.name
        self._last: dict[str, Signal] = {}
        for path in inner.signals():
            try:
                self._last[path] = inner.read(path)
            except VehicleError as error:
                logger.info("not in the recording's first state: %s", error)
        self._file = RecordingFile(settings, inner.name, lambda: list(self._last.values()))
        self._end = inner.subscribe(list(inner.signals()), self._changed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the inner car's."""
        return self.inner.signals()

    def read(self, path: str) -> Signal:
        """Read and keep."""
        begun_s = time.monotonic()
        try:
            signal = self.inner.read(path)
        except VehicleError as error:
            self._file.add("read", path, None, ms=_since(begun_s), error=type(error).__name__, told=str(error))
            raise
        self._file.add("read", path, signal.value, stamp=signal.timestamp_ms, ms=_since(begun_s))
        return signal

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write and keep, also what came of it."""
        begun_s = time.monotonic()
        kept = value if isinstance(value, bool | int | float | str) else repr(value)
        try:
            self.inner.write(path, value, deadline_ms)
        except VehicleError as error:
            failure = {"error": type(error).__name__, "told": str(error)}
            self._file.add("write", path, kept, deadline=deadline_ms, ms=_since(begun_s), **failure)
            raise
        self._file.add("write", path, kept, deadline=deadline_ms, ms=_since(begun_s))

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait; what it ends with is kept as a read."""
        begun_s = time.monotonic()
        signal = self.inner.wait_for(path, value, timeout_ms)
        self._file.add("read", path, signal.value, stamp=signal.timestamp_ms, ms=_since(begun_s))
        return signal

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Subscribe to the inner car."""
        return self.inner.subscribe(paths, observer)

    def close(self) -> None:
        """Close the inner car, then the file."""
        self._end()
        self.inner.close()
        self._file.close()

    def _changed(self, signal: Signal) -> None:
        self._last[signal.path] = signal
        self._file.add("change", signal.path, signal.value, stamp=signal.timestamp_ms)


def _since(begun_s: float) -> float:
    return round((time.monotonic() - begun_s) * 1000, 3)


def _with(file: Path, suffix: str) -> Path:
    return file.with_name(f"{file.name}.{suffix}")
