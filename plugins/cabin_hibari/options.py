"""The section `plugins.hibari` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["HibariOptions"]


@dataclass(frozen=True)
class HibariOptions:
    """How the voice of replies is run."""

    threads: Annotated[int, Bounds(1, 16)] = 1
    """Processor threads; one is many times faster than speech."""
