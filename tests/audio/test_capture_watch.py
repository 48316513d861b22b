"""What the watch finds, on a clock that the test turns."""

from __future__ import annotations

import pytest

from cabin.audio.capture_watch import TICK_S, Watch
from cabin.audio.ring import Counters

RATE_HZ = 48_000


class Device:
    """Counters as time goes by."""

    def __init__(self, live=True, lost_s=1.0, rate_hz=RATE_HZ):
        self.now_s = 100.0
        self.blocks = self.frames = self.overflows = self.beats = 0
        self.watch = Watch(lost_s, rate_hz, live, self.now_s)

    def go(self, seconds, rate_hz=RATE_HZ, beats=True, step_s=TICK_S):
        """Let time pass; return the first finding and how long it took."""
        begun_s = self.now_s
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            self.frames += round(rate_hz * step_s)
            self.blocks += 8 if rate_hz else 0
            self.beats += 1 if beats else 0
            finding = self.watch.tick(self.now_s, Counters(self.blocks, self.frames, self.overflows, self.beats))
            if finding is not None:
                return finding, self.now_s - begun_s
        return None, seconds


def test_a_device_as_it_should_be_is_left_alone():
    assert Device().go(120)[0] is None


@pytest.mark.parametrize(("beats", "kind"), [(True, "no_sound"), (False, "hung")])
def test_no_sound_is_found_after_the_time_given(beats, kind):
    device = Device()
    device.go(3)
    finding, after_s = device.go(60, rate_hz=0, beats=beats)
    assert finding.kind == kind
    assert 1.0 <= finding.seen == after_s <= 1.0 + TICK_S


def test_a_stopped_process_with_a_last_beat_after_its_last_block_hangs_too():
    device = Device()
    device.go(3)
    device.go(TICK_S, rate_hz=0)
    assert device.go(60, rate_hz=0, beats=False)[0].kind == "hung"


def test_sound_that_never_began_is_found_too():
    assert Device().go(60, rate_hz=0)[0].kind == "no_sound"


def test_a_parent_that_was_held_up_blames_nobody():
    device = Device()
    device.go(3)
    assert device.go(30, rate_hz=0, step_s=30)[0] is None
    assert device.go(3)[0] is None


def test_a_flood_is_found_within_seconds():
    device = Device()
    device.go(10)
    finding, after_s = device.go(60, rate_hz=10 * RATE_HZ)
    assert finding.kind == "flood"
    assert finding.seen > 2.5 * RATE_HZ
    assert after_s <= 2.0


def test_a_file_that_is_played_faster_is_no_flood():
    assert Device(live=False).go(60, rate_hz=50 * RATE_HZ)[0] is None


def test_a_short_burst_is_no_flood():
    device = Device()
    device.go(10)
    device.frames += RATE_HZ
    assert device.go(10)[0] is None


@pytest.mark.parametrize("real_hz", [8000, 16_000, 44_100, 96_000])
def test_another_rate_is_found_and_then_taken_for_granted(real_hz):
    device = Device()
    finding, _ = device.go(60, rate_hz=real_hz + 50)
    assert (finding.kind, finding.seen) == ("other_rate", real_hz)
    assert device.watch.rate_hz == real_hz
    assert device.go(60, rate_hz=real_hz + 50)[0] is None


def test_a_rate_a_little_off_is_that_of_a_cheap_crystal():
    assert Device().go(120, rate_hz=RATE_HZ * 1.003)[0] is None


def test_a_rate_that_nobody_makes_is_lost_sound_not_another_rate():
    assert Device().go(120, rate_hz=RATE_HZ * 0.8)[0] is None


def test_windows_in_which_sound_was_lost_prove_nothing():
    device = Device()
    for _ in range(60):
        device.overflows += 1
        assert device.go(5, rate_hz=44_100)[0] is None
