"""How fetching tells what it is doing."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "SilentProgress"]


class Progress(Protocol):
    """Called from the thread that fetches."""

    def step(self, text: str) -> None:
        """Say what is done next, in a few words."""
        ...

    def bytes_done(self, done: int, total: int) -> None:
        """Say how far the present download is."""
        ...


class SilentProgress:
    """Says nothing."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def bytes_done(self, done: int, total: int) -> None:
        """Say nothing."""
