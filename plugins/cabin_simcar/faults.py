"""What can go wrong with one signal of the simulated car, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["FAULT_KINDS", "Fault", "FaultKind"]

FaultKind = Literal["stuck", "slow", "rejects", "late", "silent"]
"""stuck: takes a target and stays where it is. slow: moves `factor` times slower. rejects: a write is an error.
late: a write passes its deadline and never acts. silent: a read is an error."""

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True)
class Fault:
    """One fault of one signal."""

    kind: FaultKind
    factor: float = 5.0
    """How many times slower, for `slow`."""
