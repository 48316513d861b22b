"""Drives of simulated drivers, as recordings: to try monitors on, and to test them. Seeded, so always alike.

| kind | driver |
|---|---|
| alert | blinks of 0.2 s, small steady corrections |
| drowsy | from a third of the way on blinks grow to 1 s, the wheel rests and is jerked back, lanes are left |
| asleep | as drowsy, and the eyes stay shut for 4 s at two thirds of the way |
| long | alert, for as long as it takes to be offered a break |

Blinks: 15 a minute of 0.1 to 0.4 s when rested (Schiffman 2001, Sensation and Perception); longer when sleepy (Caffier,
Erdmann and Ullsperger 2003, European Journal of Applied Physiology 89, 319-325).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal, get_args

from cabin.messages import SignalValue
from cabin.vehicle.recording import Event
from cabin_drowsiness.monitor import ANGLE, EYELIDS, FATIGUE, LANE, SPEED

__all__ = ["KINDS", "DriveKind", "simulate"]

DriveKind = Literal["alert", "drowsy", "asleep", "long"]
KINDS: tuple[DriveKind, ...] = get_args(DriveKind)

_BLINKS_A_MINUTE = 15.0
_TIRED_FROM, _ASLEEP_AT = 1 / 3, 2 / 3
_ASLEEP_S = 4.0


def simulate(kind: DriveKind, minutes: float, seed: int = 1) -> Iterator[Event]:
    """Yield the events of a drive in order of time."""
    random_ = random.Random(f"{kind} {seed}")
    end_s = minutes * 60
    start: dict[str, SignalValue] = {EYELIDS: 0.0, ANGLE: 0, LANE: False, SPEED: 0.0, FATIGUE: 0.0}
    yield from (Event(0.0, "state", path, value) for path, value in start.items())
    changes = [*_speed(random_, end_s), *_eyes(random_, kind, end_s), *_wheel(random_, kind, end_s)]
    for at_s, path, value in sorted(changes, key=lambda change: change[0]):
        yield Event(round(at_s * 1000, 1), "change", path, value)


_Change = tuple[float, str, SignalValue]


def _tired(kind: DriveKind, at_s: float, end_s: float) -> float:
    """Return 0 for a rested driver to 1 for one who is about to fall asleep."""
    if kind not in ("drowsy", "asleep"):
        return 0.0
    return min(1.0, max(0.0, (at_s / end_s - _TIRED_FROM) / (_ASLEEP_AT - _TIRED_FROM)))


def _speed(random_: random.Random, end_s: float) -> Iterator[_Change]:
    speed, at_s = 0.0, 5.0
    while at_s < end_s:
        wanted = 110.0 if at_s < end_s - 30 else 0.0
        speed = max(0.0, speed + max(-4.0, min(4.0, wanted - speed)) + random_.uniform(-0.5, 0.5))
        yield at_s, SPEED, round(speed, 1)
        at_s += 1.0


def _eyes(random_: random.Random, kind: DriveKind, end_s: float) -> Iterator[_Change]:
    at_s = 1.0
    has_slept = kind != "asleep"
    while at_s < end_s:
        tired = _tired(kind, at_s, end_s)
        closed_s = random_.uniform(0.1, 0.3) + tired * random_.uniform(0.4, 1.0)
        if not has_slept and at_s >= end_s * _ASLEEP_AT:
            closed_s, has_slept = _ASLEEP_S, True
        yield at_s, EYELIDS, 95.0
        yield at_s + closed_s, EYELIDS, 5.0
        at_s += closed_s + random_.expovariate(_BLINKS_A_MINUTE / 60) + 0.3


def _wheel(random_: random.Random, kind: DriveKind, end_s: float) -> Iterator[_Change]:
    at_s, angle = 6.0, 0
    while at_s < end_s:
        if random_.random() < 0.15 * _tired(kind, at_s, end_s):
            at_s += random_.uniform(3.0, 5.0)  # nobody steers
            if random_.random() < 0.5:
                yield at_s, LANE, True
                yield at_s + 0.8, LANE, False
            yield at_s + 0.4, ANGLE, angle + random_.choice((-1, 1)) * random_.randint(10, 18)
            yield at_s + 0.9, ANGLE, angle
            at_s += 1.0
        angle = max(-6, min(6, angle + random_.choice((-2, -1, 1, 2))))
        yield at_s, ANGLE, angle
        at_s += random_.uniform(0.3, 0.8)
