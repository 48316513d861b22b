"""Level control: what is quiet is raised, what is loud stays, and changes are quick one way and slow the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.audio.level import rms_dbfs
from cabin.audio.level_control import LevelControl
from cabin.audio.vad import FRAME_S, FRAME_SAMPLES, SileroDetector, find_silero
from cabin.errors import ModelError


def frame(dbfs, seed=1):
    noise = np.random.default_rng(seed).standard_normal(FRAME_SAMPLES)
    return (noise / np.sqrt(np.mean(noise**2)) * 10 ** (dbfs / 20)).astype(np.float32)


@given(st.floats(-29.9, 0))
def test_common_speech_stays_as_it_is(dbfs):
    sound = frame(dbfs)
    assert LevelControl(FRAME_S).raised(sound) is sound


@given(st.floats(-59, -31))
def test_quiet_sound_reaches_the_target(dbfs):
    assert rms_dbfs(LevelControl(FRAME_S).raised(frame(dbfs))) == pytest.approx(-30, abs=0.1)


def test_it_raises_by_30_db_at_most():
    control = LevelControl(FRAME_S)
    assert rms_dbfs(control.raised(frame(-80))) == pytest.approx(-50, abs=0.1)
    assert not np.any(control.raised(np.zeros(FRAME_SAMPLES, np.float32)))


def test_a_loud_frame_lowers_it_at_once_and_it_comes_back_by_3_db_a_second():
    control = LevelControl(FRAME_S)
    control.raised(frame(-60))
    assert control.gain > 30
    control.raised(frame(-20))
    assert control.gain == 1
    for _ in range(round(8 / FRAME_S)):
        control.raised(frame(-60))
    assert 20 * np.log10(control.gain) == pytest.approx(14, abs=0.3)


def test_after_a_reset_the_next_sound_is_the_first():
    control = LevelControl(FRAME_S)
    control.raised(frame(-20))
    control.reset()
    assert control.gain == 1
    assert rms_dbfs(control.raised(frame(-45))) == pytest.approx(-30, abs=0.1)


def test_raised_sound_does_not_pass_full_scale():
    control = LevelControl(FRAME_S)
    click = frame(-55)
    click[7] = 0.5
    assert np.max(np.abs(control.raised(click))) <= 1


def test_the_detector_judges_quiet_sound_as_the_same_sound_louder():
    try:
        find_silero()
    except ModelError as error:
        pytest.skip(str(error))
    one, other = SileroDetector(), SileroDetector()
    loud = [frame(-30, seed) for seed in range(12)]
    assert [one.probability(each) for each in loud] == pytest.approx(
        [other.probability(each * np.float32(0.1)) for each in loud], abs=1e-3
    )
