from __future__ import annotations

from cabin_simcar.clock import RealClock, VirtualClock


def test_virtual_moves_only_when_told_and_never_back():
    clock = VirtualClock()
    assert clock.now_ms() == 0
    clock.advance(5)
    clock.advance(-3)
    assert clock.now_ms() == 5


def test_real_never_goes_back():
    clock = RealClock()
    assert 0 <= clock.now_ms() <= clock.now_ms()
