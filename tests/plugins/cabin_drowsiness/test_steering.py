from __future__ import annotations

from cabin_drowsiness.steering import Steering


def drive(wheel, begin_s, angles, step_s=0.1):
    for number, angle in enumerate(angles):
        wheel.take(angle, begin_s + number * step_s)
    return begin_s + len(angles) * step_s


def test_rest_and_then_a_jerk():
    wheel = Steering()
    now_s = drive(wheel, 0, [0.0] * 30)  # three seconds nobody steers
    now_s = drive(wheel, now_s, [4, 9, 12, 6, 0])
    assert wheel.count(now_s) == 1
    assert wheel.count(now_s + 301) == 0


def test_steady_small_corrections_are_no_sign():
    wheel = Steering()
    now_s = drive(wheel, 0, [(-1) ** at * 2 for at in range(600)], 0.5)
    assert wheel.count(now_s) == 0


def test_a_curve_is_no_sign():
    wheel = Steering()
    now_s = drive(wheel, 0, [at * 0.3 for at in range(200)])  # 3 degrees a second
    assert wheel.count(now_s) == 0


def test_a_jerk_that_swings_is_one():
    wheel = Steering()
    now_s = drive(wheel, 0, [0.0] * 40)
    now_s = drive(wheel, now_s, [15, -12, 15, -12, 0])
    assert wheel.count(now_s) == 1


def test_what_was_before_a_stop_is_forgotten():
    wheel = Steering()
    now_s = drive(wheel, 0, [0.0] * 40)
    wheel.forget()
    assert wheel.count(drive(wheel, now_s, [15, 0])) == 0
