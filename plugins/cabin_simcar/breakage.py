"""What is broken now, what will be, and what a broken sensor tells."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cabin.vehicle.signals import bounds, is_number, to_datatype
from cabin_simcar.faults import Fault, PlannedFault

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue

__all__ = ["Breakage"]

NOISE_MS = 100.0
"""Noise is the same for so long: who reads twice at a moment reads the same."""


class Breakage:
    """The faults of one car."""

    def __init__(self, seed: int, planned: Iterable[PlannedFault] = ()) -> None:
        self._seed = seed
        self._faults: dict[str, Fault] = {}
        self._frozen: dict[str, SignalValue | None] = {}
        plans: list[tuple[float, str, Fault | None]] = []
        for each in planned:
            plans.append((each.at_s * 1000, each.path, each.fault))
            if each.for_s is not None:
                plans.append(((each.at_s + each.for_s) * 1000, each.path, None))
        self._plans = sorted(plans, key=lambda plan: plan[0])

    @property
    def has_plans(self) -> bool:
        """Whether something will still break or mend by itself."""
        return bool(self._plans)

    def put(self, path: str, fault: Fault | None, value: SignalValue | None) -> None:
        """Break a signal that holds `value` now, or mend it with None."""
        self._frozen.pop(path, None)
        if fault is None:
            self._faults.pop(path, None)
            return
        self._faults[path] = fault
        if fault.kind == "frozen":
            self._frozen[path] = value

    def get(self, path: str) -> Fault | None:
        """Return the signal's fault."""
        return self._faults.get(path)

    def is_so(self, path: str, kind: str) -> bool:
        """Whether the signal is broken in this way."""
        fault = self._faults.get(path)
        return fault is not None and fault.kind == kind

    def paths(self, kind: str) -> frozenset[str]:
        """Return the signals that are broken in this way."""
        return frozenset(path for path, fault in self._faults.items() if fault.kind == kind)

    def factor(self, path: str) -> float:
        """Return how many times slower the signal moves."""
        fault = self._faults.get(path)
        return fault.factor if fault is not None and fault.kind == "slow" else 1.0

    def due(self, now_ms: float) -> Iterator[tuple[str, Fault | None]]:
        """Yield what breaks or mends by now, each once."""
        while self._plans and self._plans[0][0] <= now_ms + 1e-6:
            _, path, fault = self._plans.pop(0)
            yield path, fault

    def told(self, spec: SignalSpec, value: SignalValue, now_ms: float) -> SignalValue:
        """Return what a reading of the signal tells, which holds `value`."""
        fault = self._faults.get(spec.path)
        if fault is None:
            return value
        if fault.kind == "frozen":
            frozen = self._frozen.get(spec.path)
            return value if frozen is None else frozen
        if fault.kind != "noise" or not is_number(spec) or isinstance(value, bool | str):
            return value
        chance = random.Random(f"{self._seed} {spec.path} {int(now_ms / NOISE_MS)}")
        noisy = float(value) + chance.gauss(0, fault.sigma)
        low, high = bounds(spec)
        noisy = noisy if low is None else max(low, noisy)
        return to_datatype(spec, noisy if high is None else min(high, noisy))
