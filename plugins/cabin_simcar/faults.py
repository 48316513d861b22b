"""What can go wrong in the simulated car, on demand, now or at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["EVERYTHING", "FAULT_KINDS", "Fault", "FaultKind", "PlannedFault"]

FaultKind = Literal["stuck", "slow", "rejects", "late", "silent", "jammed", "obstructed", "frozen", "noise", "lost"]
"""stuck: takes a target and stays where it is. slow: moves `factor` times slower. rejects: a write is an error.
late: a write passes its deadline and never acts. silent: a read is an error. jammed: the motor gives up after `way`
percent of its range. obstructed: something is at `at`; a window or roof goes back from it, all else stops there.
frozen: reads tell what was there when it broke. noise: reads are off by a random amount, `sigma` on average.
lost: the connection is gone; for the whole car, under the path `*`."""

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

EVERYTHING = "*"
"""The path of faults of the whole car."""


@dataclass(frozen=True)
class Fault:
    """One fault of one signal."""

    kind: FaultKind
    factor: float = 5.0
    """How many times slower, for `slow`."""
    way: float = 20.0
    """Percent of the range that a jammed motor still moves."""
    at: float = 50.0
    """Where the obstruction is, in the signal's unit."""
    sigma: float = 1.0
    """Standard deviation of noise, in the signal's unit."""


@dataclass(frozen=True)
class PlannedFault:
    """A fault that comes and goes by itself."""

    path: str
    fault: Fault
    at_s: float = 0.0
    for_s: float | None = None
    """None: it stays."""
