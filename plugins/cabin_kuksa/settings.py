"""The section `interfaces.kuksa` of vehicle.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from cabin.config.fields import Bounds
from cabin.errors import ConfigError, Problem

__all__ = ["KuksaSettings"]


@dataclass(frozen=True)
class KuksaSettings:
    """How the databroker is reached. Raises ConfigError when TLS files are named and TLS is off, or half a pair."""

    host: str = "127.0.0.1"
    """Where the databroker runs."""
    port: Annotated[int, Bounds(1, 65535)] = 55555
    """Its gRPC port."""
    tls: bool = False
    """Whether the connection is encrypted."""
    root_ca: Path | None = None
    """Certificates that the broker's is checked against (PEM); none: those of the system."""
    client_certificate: Path | None = None
    """Own certificate (PEM), where the broker asks for one."""
    client_key: Path | None = None
    """The key to it (PEM)."""
    server_name: str = ""
    """The name that stands in the broker's certificate, where it is not `host`."""
    token_file: Path | None = None
    """File with the JSON web token that grants reading and actuation; read anew at each connection."""
    connect_wait_ms: Annotated[float, Bounds(0, 60_000)] = 1_000.0
    """How long the start waits for the first connection; after that the car is silent until it comes."""
    read_timeout_ms: Annotated[float, Bounds(1, 60_000)] = 500.0
    """A value that is not told by then is an error."""
    backoff_first_ms: Annotated[float, Bounds(1, 60_000)] = 100.0
    """From a broken connection to the first try to mend it; doubled at each further try."""
    backoff_max_ms: Annotated[float, Bounds(1, 600_000)] = 2_000.0
    """The longest time between two tries."""
    keepalive_ms: Annotated[float, Bounds(100, 3_600_000)] = 20_000.0
    """How often a silent connection is tested, and how long its answer may take."""
    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Path of the catalogs -> path of the broker, where they differ (an older VSS)."""

    def __post_init__(self) -> None:
        problems = []
        files = ("root_ca", "client_certificate", "client_key")
        named = [name for name in files if getattr(self, name) is not None]
        if named and not self.tls:
            problems.append(Problem(f"{named[0]} means nothing without tls", expected="tls: true"))
        if (self.client_certificate is None) != (self.client_key is None):
            problems.append(Problem("client_certificate and client_key belong together", expected="both or none"))
        twice = {path for path in self.paths.values() if list(self.paths.values()).count(path) > 1}
        problems += [Problem("two paths of the catalogs mean the same signal", f"paths: {path}") for path in twice]
        if problems:
            raise ConfigError(problems)
