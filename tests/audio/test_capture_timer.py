"""The kernel's timer as a descriptor."""

from __future__ import annotations

import os
import select

import pytest

from cabin.audio.capture_timer import Timer


@pytest.fixture
def timer():
    timer = Timer()
    yield timer
    timer.close()


def is_readable(timer, seconds=0.0):
    return bool(select.select([timer], [], [], seconds)[0])


def test_unset_it_never_comes(timer):
    assert not is_readable(timer)
    assert not timer.clear()


def test_it_comes_once(timer):
    timer.set(0.0)
    assert is_readable(timer, 60.0)
    assert timer.clear()
    assert not is_readable(timer)
    assert not timer.clear()


def test_it_comes_again_when_it_should(timer):
    timer.set(0.001, 0.001)
    for _ in range(3):
        assert is_readable(timer, 60.0)
        assert timer.clear()


def test_a_later_setting_replaces_the_one_before(timer):
    timer.set(0.0)
    timer.set(3600.5)
    assert not timer.clear()


def test_closed_it_is_gone(timer):
    fd = timer.fileno()
    timer.close()
    timer.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
