"""The cabin: how long it rings, what arrives first, and that it keeps the energy of a sound."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.reverberation import BACK_SEAT, DRIVER, MICROPHONE, absorption, impulse_response, reverberated


def reverberation_s(response):
    """T20: from 5 to 25 dB down on Schroeder's backward integral, times three."""
    decay_db = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] + 1e-15)
    return 3 * float(np.argmax(decay_db < -25) - np.argmax(decay_db < -5)) / SAMPLE_RATE_HZ


def test_it_rings_as_long_as_a_car_does():
    assert 0.06 < reverberation_s(impulse_response()) < 0.1
    assert 0 < absorption(0.1) < absorption(0.05) < 1


def test_the_direct_sound_is_first_and_strongest_for_the_driver():
    response = impulse_response()
    assert np.sum(response**2) == pytest.approx(1)
    assert np.argmax(np.abs(response)) == pytest.approx(0.001 * SAMPLE_RATE_HZ, abs=1)


def test_the_back_seat_is_heard_more_through_the_room():
    early = SAMPLE_RATE_HZ // 500
    near, far = (impulse_response(place) for place in (DRIVER, BACK_SEAT))
    assert np.sum(near[:early] ** 2) > 1.5 * np.sum(far[:early] ** 2)


def test_a_sound_keeps_its_length_and_a_click_becomes_the_response():
    response = impulse_response(DRIVER, MICROPHONE)
    click = np.zeros(4000)
    click[0] = 1
    heard = reverberated(click, response)
    assert len(heard) == 4000
    assert np.allclose(heard[: len(response)], response)
    assert len(reverberated(np.zeros(0), response)) == 0
