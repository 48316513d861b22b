"""The section `interfaces.can` of vehicle.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from cabin.config.fields import Bounds

__all__ = ["CanSettings"]


@dataclass(frozen=True)
class CanSettings:
    """How the bus is reached."""

    interface: str = "socketcan"
    """A bus of python-can: socketcan for the kernel's (can0, vcan0), virtual for one within this process."""
    channel: str = "can0"
    """The bus's name there."""
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """More that this bus of python-can takes: `bitrate`, `fd`."""
    dbc: Path = Path("cabin.dbc")
    """The frames; relative to the folder of configuration files."""
    map: Path = Path("can.yaml")
    """Which signal is where; likewise."""
    stale_ms: Annotated[float, Bounds(1, 600_000)] = 1_000.0
    """A value whose last status frame is older is no longer told: its control unit is silent."""
    connect_wait_ms: Annotated[float, Bounds(0, 60_000)] = 500.0
    """How long the start waits until every control unit was heard; after that each is silent until it comes."""
    backoff_first_ms: Annotated[float, Bounds(1, 60_000)] = 100.0
    """From a bus that failed to the first try to open it again; doubled at each further try."""
    backoff_max_ms: Annotated[float, Bounds(1, 600_000)] = 2_000.0
    """The longest time between two tries."""
