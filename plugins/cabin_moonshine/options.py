"""The section `plugins.moonshine` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["MAX_BEAM", "MoonshineOptions"]

MAX_BEAM = 16


@dataclass(frozen=True)
class MoonshineOptions:
    """How Moonshine searches. Which model it runs is `recognizer.model`."""

    beam: Annotated[int, Bounds(0, MAX_BEAM)] = 0
    """Readings followed side by side; 0: as many as `recognizer.n_best` asks for, and one with `recognizer.bias`, which
    has beams of its own. More find better ones, more slowly.
    """
