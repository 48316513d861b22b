"""A small databroker with a car behind it, for tests and for trying the interface: a real server of kuksa.val.v2.

    python -m cabin_kuksa.fake_broker --port 55555

It speaks the published protobuf: GetValue, GetValues, Subscribe, Actuate, BatchActuate, ListMetadata, PublishValue and
GetServerInfo. Its actuators are where they are told to be at once. It is no databroker: no provider can join it, no
token but one is known, nothing is filtered or throttled.

With --journal it writes each actuation to a file before acting on it, and begins where that file ends: a broker that is
killed and started again finds the car as it was. With --faults DIR, a file of one of these names there happens to the
next actuation, and is gone then: `lose-answer` (acts, never answers), `lose-command` (neither), `refuse`.
"""

from __future__ import annotations

import json
import queue
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import grpc
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from cabin.catalog.schema import SignalSpec
from cabin.errors import VehicleError
from cabin.messages import SignalValue
from cabin.vehicle.signals import bounds, check_value, is_number
from cabin_kuksa.values import DATA_TYPES, decode, encode

__all__ = ["FakeBroker", "main", "serve", "specs_from_json", "specs_to_json"]

FAULTS = ("lose-answer", "lose-command", "refuse")
_KINDS = {
    "actuator": types_pb2.ENTRY_TYPE_ACTUATOR,
    "sensor": types_pb2.ENTRY_TYPE_SENSOR,
    "attribute": types_pb2.ENTRY_TYPE_ATTRIBUTE,
}


class FakeBroker(val_pb2_grpc.VALServicer):  # type: ignore[misc]
    """The service and the car behind it."""

    def __init__(
        self, specs: Mapping[str, SignalSpec], token: str = "", journal: Path | None = None, faults: Path | None = None
    ) -> None:
        self._specs = dict(specs)
        self._ids = {path: number for number, path in enumerate(sorted(specs), 1)}
        self._paths = {number: path for path, number in self._ids.items()}
        self._token, self._journal, self._faults = token, journal, faults
        self._lock = threading.Lock()
        self._listeners: list[tuple[frozenset[str], queue.SimpleQueue[str]]] = []
        now = time.time()
        self._values: dict[str, tuple[SignalValue, float]] = {path: (_initial(s), now) for path, s in specs.items()}
        if journal is not None and journal.is_file():
            for line in journal.read_text(encoding="utf-8").splitlines():
                path, value = json.loads(line)
                self._values[path] = (value, now)

    # The calls of kuksa.val.v2; docstrings say what is special here

    def GetServerInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Anybody may ask."""
        return val_pb2.GetServerInfoResponse(name="cabin fake broker", version="1")

    def GetValue(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One present value."""
        self._authorize(context)
        return val_pb2.GetValueResponse(data_point=self._point(self._path(request.signal_id, context)))

    def GetValues(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Several present values."""
        self._authorize(context)
        paths = [self._path(signal_id, context) for signal_id in request.signal_ids]
        return val_pb2.GetValuesResponse(data_points=[self._point(path) for path in paths])

    def ListMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        """All signals below a branch, or one signal."""
        self._authorize(context)
        below = [p for p in sorted(self._specs) if p == request.root or p.startswith(f"{request.root}.")]
        if not below:
            context.abort(grpc.StatusCode.NOT_FOUND, "Specified root branch does not exist")
        return val_pb2.ListMetadataResponse(metadata=[self._metadata(path) for path in below])

    def Subscribe(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Present values first, then each change."""
        self._authorize(context)
        paths = list(request.signal_paths)
        for path in paths:
            self._path(types_pb2.SignalID(path=path), context)
        news: queue.SimpleQueue[str] = queue.SimpleQueue()
        listener = (frozenset(paths), news)
        with self._lock:
            self._listeners.append(listener)
        try:
            yield val_pb2.SubscribeResponse(entries={path: self._point(path) for path in paths})
            while context.is_active():
                try:
                    path = news.get(timeout=0.2)
                except queue.Empty:
                    continue
                yield val_pb2.SubscribeResponse(entries={path: self._point(path)})
        finally:
            with self._lock:
                self._listeners.remove(listener)

    def Actuate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One target. Past the caller's deadline nothing acts."""
        self._authorize(context)
        self._actuate([request], context)
        return val_pb2.ActuateResponse()

    def BatchActuate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Several targets, all or none."""
        self._authorize(context)
        self._actuate(request.actuate_requests, context)
        return val_pb2.BatchActuateResponse()

    def PublishValue(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What a provider would tell: also of sensors."""
        self._authorize(context)
        path = self._path(request.signal_id, context)
        self.publish(path, self._checked(path, request.data_point.value, context))
        return val_pb2.PublishValueResponse()

    def publish(self, path: str, value: SignalValue) -> None:
        """Let the car tell a value."""
        with self._lock:
            self._values[path] = (value, time.time())
            listeners = [news for paths, news in self._listeners if path in paths]
        for news in listeners:
            news.put(path)

    # Inside

    def _actuate(self, requests: Iterable[Any], context: Any) -> None:
        targets = []
        for request in requests:
            path = self._path(request.signal_id, context)
            if self._specs[path].kind != "actuator":
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{path} is not an actuator")
            targets.append((path, self._checked(path, request.value, context)))
        fault = self._next_fault()
        if fault == "refuse":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "the token does not grant actuation")
        if fault != "lose-command":
            left_s = context.time_remaining()
            if not context.is_active() or (left_s is not None and left_s <= 0):
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "too late to act")
            for path, value in targets:
                self._record(path, value)
                self.publish(path, value)
        while fault and context.is_active():
            time.sleep(0.01)

    def _record(self, path: str, value: SignalValue) -> None:
        if self._journal is not None:
            with self._lock, self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps([path, value]) + "\n")

    def _next_fault(self) -> str:
        for name in FAULTS:
            if self._faults is not None and (self._faults / name).exists():
                (self._faults / name).unlink()
                return name
        return ""

    def _authorize(self, context: Any) -> None:
        if self._token and dict(context.invocation_metadata()).get("authorization") != f"Bearer {self._token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Invalid auth token")

    def _path(self, signal_id: Any, context: Any) -> str:
        path = signal_id.path if signal_id.HasField("path") else self._paths.get(signal_id.id, "")
        if path not in self._specs:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Path not found: {path}")
        return str(path)

    def _checked(self, path: str, value: Any, context: Any) -> SignalValue:
        spec = self._specs[path]
        decoded = decode(spec, value)
        try:
            return check_value(spec, decoded)
        except VehicleError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            raise

    def _point(self, path: str) -> Any:
        value, at_s = self._values[path]
        point = types_pb2.Datapoint(value=encode(DATA_TYPES[self._specs[path].datatype], value))
        point.timestamp.FromNanoseconds(int(at_s * 1e9))
        return point

    def _metadata(self, path: str) -> Any:
        spec = self._specs[path]
        data_type = DATA_TYPES[spec.datatype]
        found = types_pb2.Metadata(
            path=path, id=self._ids[path], data_type=data_type, entry_type=_KINDS[spec.kind], unit=spec.unit
        )
        if spec.allowed:
            found.allowed_values.CopyFrom(types_pb2.Value(string_array=types_pb2.StringArray(values=spec.allowed)))
        for field, bound in (("min", spec.minimum), ("max", spec.maximum)):
            if bound is not None:
                getattr(found, field).CopyFrom(encode(data_type, bound))
        return found


def serve(broker: FakeBroker, address: str, certificate: tuple[bytes, bytes] | None = None) -> Any:
    """Start a server for the broker and return it; `certificate` is key and chain, PEM. Raises RuntimeError."""
    server = grpc.server(ThreadPoolExecutor(max_workers=32), options=[("grpc.so_reuseport", 0)])
    val_pb2_grpc.add_VALServicer_to_server(broker, server)
    if certificate is None:
        server.add_insecure_port(address)
    else:
        server.add_secure_port(address, grpc.ssl_server_credentials([certificate]))
    server.start()
    return server


def specs_to_json(specs: Mapping[str, SignalSpec]) -> str:
    """Return signals as the text that --signals reads."""
    return json.dumps([{**asdict(spec), "where": None} for spec in specs.values()])


def specs_from_json(text: str) -> dict[str, SignalSpec]:
    """Return the signals of that text."""
    specs = [SignalSpec(**{**entry, "allowed": tuple(entry["allowed"])}) for entry in json.loads(text)]
    return {spec.path: spec for spec in specs}


def _initial(spec: SignalSpec) -> SignalValue:
    if spec.initial is not None:
        return spec.initial
    if spec.datatype == "boolean":
        return False
    if not is_number(spec):
        return spec.allowed[0] if spec.allowed else ""
    low, high = bounds(spec)
    return max(low if low is not None else 0, min(high if high is not None else 0, 0))


def _all_signals() -> dict[str, SignalSpec]:
    from cabin.assembly import open_catalog
    from cabin.config import VehicleConfig
    from cabin.plugins import load_plugins
    from cabin.vehicle.base_signals import BASE_SIGNALS

    return {**BASE_SIGNALS, **VehicleConfig().units.begin(open_catalog(load_plugins()).signals)}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=55555, show_default=True)
@click.option("--signals", type=click.Path(exists=True, path_type=Path), help="Signals as JSON; else all catalogs'.")
@click.option("--journal", type=click.Path(path_type=Path), help="Keeps each actuation, and the car across restarts.")
@click.option("--faults", type=click.Path(file_okay=False, path_type=Path), help="Folder of faults to come.")
@click.option("--token", default="", help="The token that callers must show.")
@click.option("--certificate", nargs=2, type=click.Path(exists=True, path_type=Path), help="Key and chain (PEM): TLS.")
def main(
    host: str,
    port: int,
    signals: Path | None,
    journal: Path | None,
    faults: Path | None,
    token: str,
    certificate: tuple[Path, Path] | None,
) -> None:
    """Run a small KUKSA databroker with a car behind it until interrupted."""
    specs = specs_from_json(signals.read_text(encoding="utf-8")) if signals else _all_signals()
    pair = (certificate[0].read_bytes(), certificate[1].read_bytes()) if certificate else None
    server = serve(FakeBroker(specs, token, journal, faults), f"{host}:{port}", pair)
    click.echo(f"{len(specs)} signals at {host}:{port}")
    signal.signal(signal.SIGTERM, lambda *_: server.stop(0))
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)


if __name__ == "__main__":
    main()
