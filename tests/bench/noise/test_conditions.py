"""Speech in the noise of a condition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cabin.bench.noise.conditions import LEAD_S, QUIET, TAIL_S, Condition, Setup, mixed, speech_end
from cabin.messages import SAMPLE_RATE_HZ
from cabin.noise.level import level_db
from cabin.noise.scene import Scene

SPEECH = np.concatenate(
    (np.zeros(1600), 0.3 * np.sin(2 * np.pi * 300 * np.arange(8000) / SAMPLE_RATE_HZ), np.zeros(3200))
).astype(np.float32)
SETUP = Setup(Scene())
LEAD = round(LEAD_S * SAMPLE_RATE_HZ)


def condition(snr, speed=100.0):
    return Condition("off", speed, snr)


def test_speech_ends_with_its_last_sound():
    assert speech_end(SPEECH) == pytest.approx(9600, abs=320)
    assert speech_end(np.zeros(1000)) == 0
    assert speech_end(np.zeros(0)) == 0


def test_noise_is_before_and_after_and_the_end_is_told():
    sound = mixed(SPEECH, condition("10"), SETUP, 1)
    assert len(sound.samples) == len(SPEECH) + round((LEAD_S + TAIL_S) * SAMPLE_RATE_HZ)
    assert sound.speech_end_s == pytest.approx(LEAD_S + 0.6, abs=0.02)
    assert np.any(sound.samples[:LEAD])
    assert np.any(sound.samples[-LEAD:])


def test_louder_noise_is_the_same_noise():
    loud, soft = (mixed(SPEECH, condition(snr), SETUP, 1).samples[: LEAD // 2] for snr in ("0", "20"))
    assert np.corrcoef(loud, soft)[0, 1] > 0.999
    assert level_db(loud) - level_db(soft) == pytest.approx(20, abs=0.3)


def test_each_item_each_speed_and_each_seed_has_a_noise_of_its_own():
    first = mixed(SPEECH, condition("0"), SETUP, 1).samples
    others = [
        mixed(SPEECH, condition("0"), SETUP, 2),
        mixed(SPEECH, condition("0", 50.0), SETUP, 1),
        mixed(SPEECH, condition("0"), replace(SETUP, seed=2), 1),
    ]
    assert np.array_equal(first, mixed(SPEECH, condition("0"), SETUP, 1).samples)
    assert all(abs(np.corrcoef(first[:LEAD], other.samples[:LEAD])[0, 1]) < 0.3 for other in others)


def test_quiet_is_a_parked_car():
    sound = mixed(SPEECH, condition(QUIET), SETUP, 1).samples
    assert level_db(sound[LEAD + 2000 : LEAD + 9000]) - level_db(sound[: LEAD // 2]) > 30
