"""A scene is the sum of its sources, each the same whichever others there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cabin.errors import UsageError
from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import a_weighted_db
from cabin.noise.scene import DRIVING, SOURCES, Scene, check_sources, scene_sound

COUNT = 2 * SAMPLE_RATE_HZ


def test_a_common_car_is_as_loud_as_common_cars_are():
    levels = [a_weighted_db(scene_sound(5 * COUNT, Scene(speed), 1)) for speed in (50, 100, 130)]
    assert levels == pytest.approx([54, 65, 70], abs=2)


def test_sources_add_up():
    whole = scene_sound(COUNT, Scene(sources=("tyres", "wind")), 1)
    parts = [scene_sound(COUNT, Scene(sources=(name,)), 1) for name in ("tyres", "wind")]
    nothing = scene_sound(COUNT, Scene(sources=()), 1)
    assert np.allclose(whole, parts[0] + parts[1] - nothing)
    assert a_weighted_db(nothing) < 31


@pytest.mark.parametrize("name", list(SOURCES))
def test_each_source_sounds_and_follows_the_seed(name):
    scene, talk = Scene(sources=(name,)), [np.random.default_rng(1).standard_normal(8000)]
    one, same, other = (scene_sound(COUNT, scene, seed, talk) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert a_weighted_db(one) > 38
    assert np.all(np.isfinite(one))


def test_an_electric_car_is_quieter_when_slow():
    slow = Scene(10.0, DRIVING)
    assert a_weighted_db(scene_sound(COUNT, replace(slow, rpm=0.0), 1)) < a_weighted_db(scene_sound(COUNT, slow, 1)) - 3


def test_unknown_sources_are_all_told():
    assert check_sources(["rain", "rain", "wind"]) == ("rain", "wind")
    with pytest.raises(UsageError) as caught:
        check_sources(["tires", "wind", "hail"])
    assert "did you mean 'tyres'" in str(caught.value).lower()
    assert len(caught.value.problems) == 2
