"""All subsystems together, stepped by the car's clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from cabin_simcar.climate import INSIDE, Climate
from cabin_simcar.driving import Driving
from cabin_simcar.energy import Energy
from cabin_simcar.tyres import Tyres
from cabin_simcar.weather import LOCAL_TIME, OUTSIDE, Weather
from cabin_simcar.world import Subsystem, World

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue
    from cabin_simcar.drive import Drive

__all__ = ["STEP_MS", "Physics"]

STEP_MS = 100.0
"""The same however time passes, so that a run gives the same whether it is watched or skipped through."""


class Physics:
    """Weather, driving, climate, energy and tyres, in this order: each sees what those before it did in the step."""

    def __init__(
        self,
        drive: Drive | None = None,
        *,
        seed: int = 0,
        variation: float = 0.0,
        leaks_kpa_per_min: Mapping[str, float] | None = None,
    ) -> None:
        self.drive, self.seed = drive, seed
        surroundings: dict[str, Any] = {}
        if drive is not None:
            surroundings = {"day": drive.day, "clouds": drive.clouds, "rain_mm_h": drive.rain_mm_h}
        weather = Weather(**surroundings)
        climate = Climate(lambda: weather.sun)
        self.driving = Driving(drive, variation)
        energy = Energy(lambda: climate.power_w)
        self.subsystems: tuple[Subsystem, ...] = (weather, self.driving, climate, energy, Tyres(leaks_kpa_per_min))
        self.world: World | None = None

    def signals(self) -> dict[str, SignalSpec]:
        """Return what the subsystems need beside the catalogs' signals."""
        return {path: spec for each in self.subsystems for path, spec in each.signals().items()}

    def initial(self) -> dict[str, SignalValue]:
        """Return how the drive begins."""
        if self.drive is None:
            return {}
        inside = self.drive.outside_c if self.drive.inside_c is None else self.drive.inside_c
        return {OUTSIDE: self.drive.outside_c, INSIDE: inside, LOCAL_TIME: self.drive.start}

    def begin(self, specs: Mapping[str, SignalSpec], values: Mapping[str, SignalValue]) -> None:
        """Take the car's signals; `values` is the car's own and is only read."""
        self.world = World(specs, values, self.seed)

    def step(self, stuck: Collection[str] = ()) -> dict[str, SignalValue]:
        """Go on for STEP_MS and return what has changed; what is `stuck` does not."""
        world = self.world
        assert world is not None, "begin() comes first"
        world.changes, world.stuck = {}, stuck
        world.time_s += STEP_MS / 1000
        for subsystem in self.subsystems:
            subsystem.step(world, STEP_MS / 1000)
        return world.changes
