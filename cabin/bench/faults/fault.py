"""One kind of fault: what is done to the daemon, what must hold, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["CannotRunError", "Claim", "Fault", "Result", "needs_nothing"]


class CannotRunError(Exception):
    """This machine lacks what the fault needs."""


def needs_nothing() -> str:
    """Return that nothing is lacking."""
    return ""


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    name: str
    """What happens: "worker killed while it recognizes"."""
    family: str
    holds: str
    """What must hold, beside what must always: a clause."""
    run: Callable[[Rig], float | None]
    """Do it and look; return the seconds from the fault to the moment when all works again, None: nothing ceased."""
    is_quick: bool = False
    """Whether it is in the subset for CI."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Sections of cabin.yaml, for a daemon of its own."""
    is_alone: bool = False
    """Whether it wants a daemon of its own, and leaves none that others can use."""
    starts: bool = True
    """Whether the daemon is started before `run` is called."""
    concludes: bool = True
    """Whether what must always hold is looked at on the rig afterwards; else the fault does it."""
    lacks: Callable[[], str] = needs_nothing
    """What it needs and this machine lacks; empty: nothing."""


@dataclass(frozen=True)
class Claim:
    """Something that must hold, and whether it did."""

    what: str
    held: bool
    seen: str = ""
    """What was there instead."""


@dataclass(frozen=True)
class Result:
    """What came of one fault."""

    name: str
    family: str
    holds: str
    claims: tuple[Claim, ...] = ()
    recovery_s: float | None = None
    """Seconds from the fault to the moment when all works again; None: nothing ceased, or there is none."""
    skipped: str = ""
    """Why it could not be run here."""
    seconds: float = 0.0
    """What the whole of it took."""

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return not self.skipped and bool(self.claims) and all(claim.held for claim in self.claims)

    @property
    def broken(self) -> tuple[Claim, ...]:
        """What did not hold."""
        return tuple(claim for claim in self.claims if not claim.held)
