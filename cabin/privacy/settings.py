"""Section `privacy` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cabin.config.fields import Bounds

__all__ = ["PrivacyConfig"]


@dataclass(frozen=True)
class PrivacyConfig:
    """Recordings of what was said; without one of these nothing that was said or heard is ever written."""

    recording: Literal["never", "switch", "always"] = "switch"
    """never: the switch is refused. switch: only while `cabin record on` holds. always: from the start on."""
    folder: Path | None = None
    """Where recordings are; null: recordings/ in the state folder ($STATE_DIRECTORY, ~/.local/state/cabin)."""
    keep_days: Annotated[float, Bounds(0.01, 3650)] = 7.0
    """Recordings older than this are removed, whether it records or not."""
    keep_mb: Annotated[float, Bounds(1, 1_000_000)] = 100.0
    """With more than this (10^6 bytes) the oldest are removed."""
    longest_min: Annotated[float, Bounds(0.1, 10_080)] = 60.0
    """How long the switch stays on at most; it goes off by itself."""
