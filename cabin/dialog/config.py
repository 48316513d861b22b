"""How long the dialog remembers: section `dialog` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["DialogConfig"]


@dataclass(frozen=True)
class DialogConfig:
    """What a short sentence may refer to, and for how long."""

    context_s: Annotated[float, Bounds(0, 3600)] = 45.0
    """How long after something was done "a bit more" or "turn it off again" still means it."""
    question_s: Annotated[float, Bounds(0, 600)] = 20.0
    """How long a question waits for its answer; after that nothing answers it."""
    undo_s: Annotated[float, Bounds(0, 3600)] = 180.0
    """How long after something was done "undo that" puts it back."""
