"""The budget as the daemon sees it: the step of the ladder, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.control.status import Step

__all__ = ["LadderView"]


@dataclass
class LadderView:
    """What the status tells of budgets."""

    step: Step = "normal"
    reason: str = ""
    limit_mib: float | None = None
