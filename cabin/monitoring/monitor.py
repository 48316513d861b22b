"""What a monitor is, and what it may do. Write one against this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue
    from cabin.monitoring.notice import Notice

__all__ = ["Answer", "Monitor", "MonitorFactory", "MonitorHost", "Watch"]

Answer = Literal["yes", "no", "none"]
"""What came of a question; "none": nobody answered, or something else was said."""


@dataclass(frozen=True)
class Watch:
    """A signal that a monitor wants to see."""

    spec: SignalSpec
    """Cars are asked for it even when no catalog names it."""
    most_hz: float = 5.0
    """Changes that come faster are left out, but for the latest: it is told as soon as the rate allows."""

    @property
    def path(self) -> str:
        """The signal's VSS path."""
        return self.spec.path


class MonitorHost(Protocol):
    """What a monitor may do. Usable only while one of its methods runs."""

    @property
    def now_s(self) -> float:
        """The time, in seconds, on a clock that never goes back; it is the recording's when a drive is replayed."""
        ...

    def value(self, path: str) -> SignalValue | None:
        """Return what a watched signal was last told to be; None before the car told."""
        ...

    def age_s(self, path: str) -> float:
        """Return how long ago that was; infinite before the car told."""
        ...

    def tell(self, notice: Notice) -> None:
        """Hand over something to be said. Whether and when it is said is the pacer's business."""
        ...

    def report(self, condition: str, strictness: int, for_s: float) -> None:
        """Tell policy how the driver is (cabin.vehicle.driver_state). Strictness 0 takes it back."""
        ...


@runtime_checkable
class Monitor(Protocol):
    """One thing that is watched. Its methods are called one at a time, and each has to return within 50 ms."""

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The signals that it wants to see; asked once."""
        ...

    def on_signal(self, path: str, value: SignalValue, host: MonitorHost, /) -> None:
        """Take a change of a watched signal."""
        ...

    def on_tick(self, host: MonitorHost, /) -> None:
        """Look at what is due by time alone. Called once a second."""
        ...

    def on_answer(self, key: str, answer: Answer, host: MonitorHost, /) -> None:
        """Learn what came of a notice that asked something."""
        ...


MonitorFactory = Callable[[], Monitor]
"""Makes a monitor; called once a run."""
