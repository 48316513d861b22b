"""One line of training text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cabin.messages import Refusal, SlotValue

__all__ = ["Example"]


@dataclass(frozen=True)
class Example:
    """A sentence with what it asks for: calls, or the reason for none."""

    text: str
    calls: tuple[tuple[str, Mapping[str, SlotValue]], ...] = ()
    refused: Refusal | None = None
    template: str = ""
    """The sentence pattern it was made from."""
    where: str = ""
    """file:line of that pattern."""
