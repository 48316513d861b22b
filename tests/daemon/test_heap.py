"""What was freed goes back to the kernel, however much was held before."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from cabin.budget.meter import rss_mib
from cabin.daemon.heap import keep_heap_small

CODE = """
import ctypes, sys
from cabin.budget.meter import rss_mib
from cabin.daemon.heap import keep_heap_small
if sys.argv[1] == "small":
    assert keep_heap_small()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def touch(mib):
    held = libc.malloc(mib << 20)
    ctypes.memset(held, 1, mib << 20)
    return held
libc.free(touch(30))  # from now on glibc takes 30 MiB for a common size
last, before = touch(20), rss_mib()
libc.free(last)
print(before - rss_mib())
"""


def freed_mib(how):
    done = subprocess.run([sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True, timeout=120)
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc keeps its own ways")
def test_what_is_free_is_handed_back():
    assert freed_mib("small") > 18
    assert freed_mib("as ever") < 2, "then there is nothing to keep small"


def test_another_library_is_left_alone(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert keep_heap_small() is False
    assert rss_mib() > 0
