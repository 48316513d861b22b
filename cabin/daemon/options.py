"""What the command line of `cabin run` chooses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["RunOptions"]


@dataclass(frozen=True)
class RunOptions:
    """One run of the daemon."""

    source: str | None = None
    """Replaces `daemon.source`."""
    model: Path | None = None
    """Replaces the intent model."""
    catalogs: tuple[Path, ...] = ()
    """Replace the catalogs of the plugins."""
    settings: tuple[str, ...] = ()
    """Signals of the simulated car set at first: "Vehicle.Speed=50"."""
    once: bool = False
    """End when the source has ended and everything said in it was acted on."""
    speed: float = 1.0
    """How fast files are played."""
