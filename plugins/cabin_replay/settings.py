"""The sections `interfaces.recording` and `interfaces.replay` of vehicle.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["RecordingSettings", "ReplaySettings"]


@dataclass(frozen=True)
class RecordingSettings:
    """What is kept of the car that stands under `of`."""

    file: Path
    """Where it is written, JSON lines; older parts beside it as FILE.1 (the newest of them), FILE.2 ..."""
    max_mib: Annotated[float, Bounds(0.1, 10_000)] = 16.0
    """A part that would grow past this is closed, and a new one begun with all values of that moment."""
    keep: Annotated[int, Bounds(0, 100)] = 3
    """How many older parts stay."""


@dataclass(frozen=True)
class ReplaySettings:
    """Which recording is driven."""

    file: Path
    """One part of a recording; a later part is whole by itself."""
    start_ms: Annotated[float, Bounds(0)] = 0.0
    """Where in the recording it begins."""
