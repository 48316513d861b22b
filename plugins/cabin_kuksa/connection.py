"""The channel to the databroker: TLS, token, metadata, and what a failed call means."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from cabin.config.plain import find_file
from cabin.errors import ConfigError, Problem, VehicleError, WriteUnknownError

if TYPE_CHECKING:
    from cabin_kuksa.settings import KuksaSettings

__all__ = ["Connection", "read_failure", "write_failure"]

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_MS = 5_000

_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: "the databroker rejected the value",
    grpc.StatusCode.OUT_OF_RANGE: "the databroker rejected the value",
    grpc.StatusCode.NOT_FOUND: "the databroker has no such signal",
    grpc.StatusCode.UNAUTHENTICATED: "the databroker wants a valid token",
    grpc.StatusCode.PERMISSION_DENIED: "the token does not grant this",
    grpc.StatusCode.UNIMPLEMENTED: "the databroker does not speak kuksa.val.v2",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "the databroker is overloaded",
    grpc.StatusCode.FAILED_PRECONDITION: "the databroker refused",
}
"""Answers that say: this was not done."""

_NEVER_LEFT = "failed to connect to all addresses"
"""How gRPC words that there was no line at all. Any other UNAVAILABLE may be a line that broke after the write left: a
broker that has no provider for the actuator says UNAVAILABLE too, and nothing tells the two apart."""


class Connection:
    """One gRPC channel with the calls that cabin makes. Every method may be called from any thread."""

    def __init__(self, settings: KuksaSettings) -> None:
        """Connects in the background. Raises ConfigError for files that cannot be read."""
        self.address = f"{settings.host}:{settings.port}"
        self._settings = settings
        self._token = self._read_token()
        options = [
            ("grpc.enable_retries", 0),  # a write must never be sent twice behind our back
            ("grpc.initial_reconnect_backoff_ms", int(settings.backoff_first_ms)),
            ("grpc.min_reconnect_backoff_ms", CONNECT_TIMEOUT_MS),  # in truth: how long one attempt may take
            ("grpc.max_reconnect_backoff_ms", int(settings.backoff_max_ms)),
            ("grpc.keepalive_time_ms", int(settings.keepalive_ms)),
            ("grpc.keepalive_timeout_ms", int(settings.keepalive_ms)),
            ("grpc.enable_http_proxy", 0),
        ]
        if settings.tls:
            if settings.server_name:
                options.append(("grpc.ssl_target_name_override", settings.server_name))  # type: ignore[arg-type]
            self._channel = grpc.secure_channel(self.address, _credentials(settings), options)
        else:
            self._channel = grpc.insecure_channel(self.address, options)
        self._stub = val_pb2_grpc.VALStub(self._channel)

    def renew_token(self) -> None:
        """Read the token's file anew; one that is unreadable for a moment leaves the old one."""
        try:
            self._token = self._read_token()
        except ConfigError as error:
            logger.warning("%s", error)

    def metadata(self, roots: frozenset[str], timeout_s: float) -> dict[str, Any]:
        """Return the broker's signals below each root, path -> Metadata. Raises grpc.RpcError."""
        found: dict[str, Any] = {}
        for root in sorted(roots):
            request = val_pb2.ListMetadataRequest(root=root)
            answer = self._stub.ListMetadata(request, timeout=timeout_s, metadata=self._headers())
            found.update((entry.path, entry) for entry in answer.metadata)
        return found

    def value(self, path: str, timeout_s: float) -> Any:
        """Return the Datapoint that holds now. Raises grpc.RpcError."""
        request = val_pb2.GetValueRequest(signal_id=types_pb2.SignalID(path=path))
        return self._stub.GetValue(request, timeout=timeout_s, metadata=self._headers()).data_point

    def actuate(self, path: str, value: Any, timeout_s: float) -> None:
        """Ask for a target; the broker gets the deadline too. Raises grpc.RpcError."""
        request = val_pb2.ActuateRequest(signal_id=types_pb2.SignalID(path=path), value=value)
        self._stub.Actuate(request, timeout=timeout_s, metadata=self._headers())

    def changes(self, paths: list[str]) -> Any:
        """Return the stream of all changes, the present values first: iterate it, `cancel` it. Raises grpc.RpcError."""
        return self._stub.Subscribe(val_pb2.SubscribeRequest(signal_paths=paths), metadata=self._headers())

    def close(self) -> None:
        """End the channel; calls that wait fail."""
        self._channel.close()

    def _headers(self) -> list[tuple[str, str]]:
        return [("authorization", f"Bearer {self._token}")] if self._token else []

    def _read_token(self) -> str:
        file = self._settings.token_file
        return _read(file, "token_file").decode("utf-8", "replace").strip() if file is not None else ""


def read_failure(path: str, error: grpc.RpcError) -> VehicleError:
    """Return what a failed read means."""
    what = _REFUSALS.get(error.code(), f"the databroker does not answer ({error.code().name})")
    return VehicleError(Problem(what, where=path, seen=error.details() or ""))


def write_failure(path: str, error: grpc.RpcError) -> VehicleError:
    """Return what a failed write means: refused, or WriteUnknownError where it may have reached the car."""
    code, details = error.code(), error.details() or ""
    if code in _REFUSALS:
        return VehicleError(Problem(_REFUSALS[code], where=path, seen=details))
    if code is grpc.StatusCode.UNAVAILABLE and details.startswith(_NEVER_LEFT):
        return VehicleError(Problem("no connection to the databroker", where=path, seen=details))
    what = f"the databroker did not say that it took it ({code.name})"
    return WriteUnknownError(Problem(what, where=path, seen=details, hint="It is read back before anything else."))


def _credentials(settings: KuksaSettings) -> Any:
    def part(name: str) -> bytes | None:
        file = getattr(settings, name)
        return _read(file, name) if file is not None else None

    return grpc.ssl_channel_credentials(part("root_ca"), part("client_key"), part("client_certificate"))


def _read(file: Path, key: str) -> bytes:
    found = find_file(file)
    try:
        return found.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror or error})"
        raise ConfigError(Problem(what, f"interfaces.kuksa.{key}", seen=str(found))) from error
