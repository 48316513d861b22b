"""How long somebody has driven without a break."""

from __future__ import annotations

__all__ = ["BREAK_S", "AtTheWheel"]

BREAK_S = 15 * 60.0
"""A rest: Highway Code (United Kingdom) rule 91 asks for 15 minutes every two hours."""


class AtTheWheel:
    """Sums up driving; a stop of BREAK_S begins it anew. Times are seconds and never go back."""

    def __init__(self) -> None:
        self.driven_s = 0.0
        self._is_moving = False
        self._now_s: float | None = None
        self._stood_s = 0.0

    def advance(self, now_s: float) -> None:
        """Let time pass."""
        passed_s = 0.0 if self._now_s is None else now_s - self._now_s
        self._now_s = now_s
        if self._is_moving:
            self.driven_s += passed_s
            self._stood_s = 0.0
        else:
            self._stood_s += passed_s
            if self._stood_s >= BREAK_S:
                self.driven_s = 0.0

    def take(self, is_moving: bool, now_s: float) -> None:
        """Take whether the car moves."""
        self.advance(now_s)
        self._is_moving = is_moving
