"""A car behind a databroker: reads and writes are calls, changes come by one subscription that mends itself."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import grpc

from cabin.errors import Problem, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Signal, SignalValue
from cabin.vehicle.signals import same_value
from cabin.vehicle.store import SignalStore
from cabin_kuksa.connection import Connection, read_failure, write_failure
from cabin_kuksa.values import DATA_TYPES, as_offered, encode, to_signal

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.vehicle.interface import SignalObserver
    from cabin_kuksa.settings import KuksaSettings

__all__ = ["KuksaCar"]

logger = logging.getLogger(__name__)


class KuksaCar:
    """Raises nothing while there is no connection but when asked: the thread `kuksa` goes on trying.

    Until the first connection all signals of the catalogs are believed to be there; then those that the broker has.
    """

    name = "kuksa"

    def __init__(self, specs: Mapping[str, SignalSpec], settings: KuksaSettings) -> None:
        """Waits `connect_wait_ms` for the first connection. Raises ConfigError for files that cannot be read."""
        self._settings = settings
        self._connection = Connection(settings)
        self._wanted = dict(specs)
        self._there = {path: settings.paths.get(path, path) for path in specs}
        self._here = {there: path for path, there in self._there.items()}
        self._store = SignalStore(specs, f"the connection to the KUKSA databroker at {self._connection.address}")
        self._types = {path: DATA_TYPES.get(spec.datatype, 0) for path, spec in specs.items()}
        self._doubts: dict[str, SignalValue] = {}
        self._writing = threading.Lock()
        self._connected = threading.Event()
        self._closing = threading.Event()
        self._has_snapshot = False
        self._why_not = "not connected yet"
        self._told: dict[str, str] = {}
        self._stream: grpc.Future | None = None
        self._thread = threading.Thread(target=self._run, name="kuksa", daemon=True)
        self._thread.start()
        self._connected.wait(settings.connect_wait_ms / 1000)

    @property
    def is_connected(self) -> bool:
        """Whether the subscription stands."""
        return self._connected.is_set()

    def signals(self) -> Mapping[str, SignalSpec]:
        """Return the signals of the catalogs that the broker has."""
        return self._store.specs

    def read(self, path: str) -> Signal:
        """Ask the broker for the value that holds now."""
        spec = self._store.spec(path)
        self._check_connected(path)
        try:
            point = self._connection.value(self._there[path], self._settings.read_timeout_ms / 1000)
        except (grpc.RpcError, ValueError) as error:  # ValueError: the channel was closed meanwhile
            raise self._failed(path, error, read_failure) from error
        return to_signal(spec, point)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Actuate. What was in doubt is read back first, and not written again where it acted after all."""
        begun_s = time.monotonic()
        value = self._store.check_target(path, value)
        message = encode(self._types[path], value)

        def left_s() -> float:
            left = deadline_ms / 1000 - (time.monotonic() - begun_s)
            if left <= 0:
                raise VehicleTimeoutError(Problem(f"not sent within {max(deadline_ms, 0):g} ms", where=path))
            return left

        if not self._writing.acquire(timeout=left_s()):
            raise VehicleTimeoutError(Problem("another write took too long", where=path))
        try:
            self._check_connected(path)
            if self._settle_doubts(path, value):
                return
            try:
                self._connection.actuate(self._there[path], message, left_s())
            except (grpc.RpcError, ValueError) as error:
                failure = self._failed(path, error, write_failure)
                if isinstance(failure, WriteUnknownError):
                    self._doubts[path] = value
                raise failure from error
        finally:
            self._writing.release()

    def wait_for(self, path: str, value: SignalValue, timeout_ms: float) -> Signal:
        """Wait for the value, through outages too; asked for anew at every change and 20 times a second."""
        return self._store.wait_for(self.read, path, value, timeout_ms)

    def subscribe(self, paths: Iterable[str], observer: SignalObserver) -> Callable[[], None]:
        """Tell `observer` of each change, on the thread `kuksa`; after an outage of what differs from before it."""
        return self._store.subscribe(paths, observer)

    def close(self) -> None:
        """End subscription, channel and thread."""
        if not self._store.close():
            return
        self._closing.set()
        self._connected.clear()
        self._connection.close()
        if self._thread is not threading.current_thread():
            self._thread.join()

    # Inside

    def _check_connected(self, path: str) -> None:
        self._store.check_open()
        if not self._connected.is_set():
            what = f"no connection to the databroker at {self._connection.address} ({self._why_not})"
            raise VehicleError(Problem(what, where=path))

    def _failed(
        self, path: str, error: Exception, meaning: Callable[[str, grpc.RpcError], VehicleError]
    ) -> VehicleError:
        if isinstance(error, grpc.RpcError) and not self._store.is_closed:
            return meaning(path, error)
        if meaning is write_failure and isinstance(error, grpc.RpcError):
            return WriteUnknownError(Problem("the connection was closed while it was written", where=path))
        return VehicleError(Problem("the connection is closed", where=path))

    def _settle_doubts(self, path: str, value: SignalValue) -> bool:
        """Read back every write whose answer never came. Returns whether `value` turns out to be written already.

        Raises VehicleError when the broker does not tell: then nothing is written.
        """
        is_done = False
        for doubtful, target in list(self._doubts.items()):
            spec = self._store.spec(doubtful)
            now = self.read(doubtful).value
            del self._doubts[doubtful]
            acted = same_value(spec, now, target)
            logger.warning(
                "%s: the write of %r without an answer %s", doubtful, target, "acted" if acted else "did not act"
            )
            is_done = is_done or (doubtful == path and acted and same_value(spec, target, value))
        return is_done

    def _run(self) -> None:
        """Keep one subscription up, until closed."""
        tries = 0
        while not self._closing.is_set():
            if tries:
                self._connection.renew_token()
            try:
                for response in self._open_stream():
                    self._take(response)
                    tries = 0
                reason = "the databroker ended the subscription"
            except grpc.RpcError as error:
                reason = f"{error.code().name}: {error.details()}"
            except ValueError:  # the channel was closed
                return
            except Exception as error:
                logger.exception("the KUKSA thread")
                reason = f"{type(error).__name__}: {error}"
            self._connected.clear()
            if self._closing.is_set():
                return
            if reason != self._why_not:
                logger.warning("databroker at %s: %s", self._connection.address, reason)
            self._why_not = reason
            wait_ms = min(self._settings.backoff_first_ms * 2 ** min(tries, 20), self._settings.backoff_max_ms)
            tries += 1
            # spread, so that a fleet of clients does not come back in step
            self._closing.wait(wait_ms / 1000 * random.uniform(0.5, 1.0))

    def _open_stream(self) -> Iterable[object]:
        timeout_s = self._settings.read_timeout_ms / 1000 * 4
        roots = frozenset(there.partition(".")[0] for there in self._there.values())
        offered = self._connection.metadata(roots, timeout_s)
        self._match(offered)
        return self._connection.changes([self._there[path] for path in self._store.specs])  # type: ignore[no-any-return]

    def _match(self, offered: Mapping[str, object]) -> None:
        """Keep the signals that the broker has, as it has them; tell each difference once."""
        specs: dict[str, SignalSpec] = {}
        for path, spec in self._wanted.items():
            metadata = offered.get(self._there[path])
            found, differs = as_offered(spec, metadata) if metadata is not None else (None, "is not there")
            if differs and self._told.get(path) != differs:
                self._told[path] = differs
                logger.info("databroker: %s %s", path, differs)
            if found is not None:
                specs[path] = found
                self._types[path] = metadata.data_type  # type: ignore[attr-defined]
        missing = len(self._wanted) - len(specs)
        if missing:
            logger.warning("the databroker lacks %d of %d signals of the catalogs", missing, len(self._wanted))
        self._store.specs = specs

    def _take(self, response: object) -> None:
        """Keep what the subscription tells. The first answer of all is the state at the start, not a change."""
        signals = []
        for there, point in response.entries.items():  # type: ignore[attr-defined]
            spec = self._store.specs.get(self._here.get(there, ""))
            if spec is not None:
                signals.append(to_signal(spec, point))
        self._store.update(signals, quietly=not self._has_snapshot)
        self._has_snapshot = True
        if not self._connected.is_set() and not self._closing.is_set():
            logger.info("connected to the databroker at %s", self._connection.address)
            self._connected.set()
