from __future__ import annotations

import pytest

from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_simcar.world import World


@pytest.fixture
def world_of():
    """Make a world of some subsystems, with values, and a way to go on."""

    def make(*subsystems, seed=0, specs=None, **values):
        all_specs = {**BASE_SIGNALS, **(specs or {})}
        for each in subsystems:
            all_specs |= each.signals()
        kept = {path: spec.initial for path, spec in all_specs.items()}
        world = World(all_specs, kept, seed)

        def go(seconds, dt_s=0.1):
            for _ in range(round(seconds / dt_s)):
                world.changes = {}
                world.time_s += dt_s
                for each in subsystems:
                    each.step(world, dt_s)
                kept.update(world.changes)
            return kept

        kept.update(values.get("values", {}))
        return world, kept, go

    return make
