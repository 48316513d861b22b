"""A car in a situation: which sources sound, how fast it goes; and the sound of all of them at the microphone."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import Problem, UsageError, nearest
from cabin.noise.babble import babble
from cabin.noise.engine import engine, usual_rpm
from cabin.noise.indicator import indicator
from cabin.noise.microphone import Band, own_noise, through_microphone
from cabin.noise.music import music
from cabin.noise.rain import rain
from cabin.noise.reverberation import BACK_SEAT, impulse_response, reverberated
from cabin.noise.tyres import tyres
from cabin.noise.ventilator import ventilator
from cabin.noise.wind import wind
from cabin.noise.window import window
from cabin.noise.wipers import wipers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cabin.noise.level import Pressure

__all__ = ["DRIVING", "SOURCES", "Scene", "check_sources", "scene_sound"]

DRIVING = ("tyres", "wind", "engine")
"""What every car with an engine has."""


@dataclass(frozen=True)
class Scene:
    """What sounds around the speaker."""

    speed_kph: float = 100.0
    sources: tuple[str, ...] = DRIVING
    """Names of SOURCES."""
    rpm: float | None = None
    """None: what a car with a gearbox has at that speed; 0: an electric car."""
    ventilator: float = 0.5
    """Share of the blower's full revolutions."""
    rain_mm_h: float = 10.0
    music_db_a: float = 65.0
    talkers: int = 2
    """People who talk in the back, where babble is among the sources."""
    talk_db: float = 62.0
    """Active level of each of them at the microphone."""
    band: Band = "wide"
    """What the microphone passes."""


Source = Callable[[int, Scene, Sequence["NDArray[Any]"], np.random.Generator], "Pressure"]


def _engine(count: int, scene: Scene, _talk: Sequence[NDArray[Any]], rng: np.random.Generator) -> Pressure:
    return engine(count, usual_rpm(scene.speed_kph) if scene.rpm is None else scene.rpm, rng)


def _babble(count: int, scene: Scene, talk: Sequence[NDArray[Any]], rng: np.random.Generator) -> Pressure:
    return reverberated(babble(count, talk, scene.talkers, scene.talk_db, rng), impulse_response(BACK_SEAT))


SOURCES: Mapping[str, Source] = {
    "tyres": lambda count, scene, _, rng: tyres(count, scene.speed_kph, rng),
    "wind": lambda count, scene, _, rng: wind(count, scene.speed_kph, rng),
    "engine": _engine,
    "ventilator": lambda count, scene, _, rng: ventilator(count, scene.ventilator, rng),
    "rain": lambda count, scene, _, rng: rain(count, scene.rain_mm_h, scene.speed_kph, rng),
    "wipers": lambda count, _scene, _, rng: wipers(count, rng),
    "indicator": lambda count, _scene, _, rng: indicator(count, rng),
    "window": lambda count, scene, _, rng: window(count, scene.speed_kph, rng),
    "music": lambda count, scene, _, rng: music(count, scene.music_db_a, rng),
    "babble": _babble,
}
"""Name -> function of the number of samples, the scene, speech for babble, and the source of randomness."""


def check_sources(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, each once. Raises UsageError with all that are no sources."""
    wrong = [
        Problem("unknown source of noise", "--sources", name, f"some of {', '.join(SOURCES)}", nearest(name, SOURCES))
        for name in names
        if name not in SOURCES
    ]
    if wrong:
        raise UsageError(wrong)
    return tuple(dict.fromkeys(names))


def scene_sound(count: int, scene: Scene, seed: int, talk: Sequence[NDArray[Any]] = ()) -> Pressure:
    """Return all sources together as the microphone gives them, in pascals, shape (count,); its own noise is in it.

    `talk`: speech for babble. The same arguments give the same samples, and a source sounds the same whichever others
    there are.
    """
    sound = np.zeros(count)
    for name in scene.sources:
        sound += SOURCES[name](count, scene, talk, np.random.default_rng((seed, zlib.crc32(name.encode()))))
    return through_microphone(sound, scene.band) + own_noise(count, np.random.default_rng((seed, 1)))
