"""The indicator's relay, or the loudspeaker that plays one: tick and tock, 90 flashes a minute.

UN Regulation No. 6 (and 148): 90 flashes a minute, give or take 30. A click is a few damped resonances of the relay and
the panel around it between 1 and 5 kHz, over within some 10 ms; tock is lower and weaker than tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import scaled_to_db_a
from cabin.noise.spectrum import add_at, seconds

if TYPE_CHECKING:
    from cabin.noise.level import Pressure

__all__ = ["indicator"]

_FLASHES_PER_MIN = 90.0
_CLICK_S = 0.02
_CLICK_DB_A = 62.0
"""Over its 20 ms."""
_TICK_HZ, _TOCK_HZ = (1250.0, 2600.0, 4300.0), (980.0, 2100.0, 3500.0)


def indicator(count: int, rng: np.random.Generator, flashes_per_min: float = _FLASHES_PER_MIN) -> Pressure:
    """Return the clicks in pascals, shape (count,)."""
    sound = np.zeros(count)
    half = seconds(30 / flashes_per_min)
    at = int(rng.integers(0, half))
    is_tick = True
    while at < count:
        add_at(sound, at, _click(_TICK_HZ if is_tick else _TOCK_HZ, _CLICK_DB_A - 3 * (not is_tick), rng))
        at, is_tick = at + half, not is_tick
    return sound


def _click(tones_hz: tuple[float, ...], level_db_a: float, rng: np.random.Generator) -> Pressure:
    time_s = np.arange(seconds(_CLICK_S)) / SAMPLE_RATE_HZ
    sound = sum(
        np.exp(-time_s / (0.003 / (1 + at))) * np.sin(2 * np.pi * hz * rng.normal(1, 0.003) * time_s)
        for at, hz in enumerate(tones_hz)
    )
    return scaled_to_db_a(np.asarray(sound), level_db_a)
