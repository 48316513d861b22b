"""Sound sources that misbehave; the capture process imports them by name."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from cabin.errors import Problem, SoundError


def _note(settings) -> None:
    """Leave a mark for each attempt to open."""
    with Path(settings.device).open("a", encoding="utf-8") as file:
        file.write("opened\n")


class Steady:
    """Quiet sound for good, from the main thread's own pace."""

    live = False
    rate_hz = 16_000

    def __init__(self, settings):
        self.device = settings.device

    def start(self, sink):
        sink.write(bytes(4 * 512), 0.032)

    def ended(self):
        return ""

    def close(self):
        return None


def hangs_at_open(settings):
    _note(settings)
    time.sleep(1000)


def raises(settings):
    _note(settings)
    raise ZeroDivisionError("of my own making")


def refuses(settings):
    _note(settings)
    raise SoundError(Problem("no such thing", "here", "that", "this", "Do it."))


def exits(settings):
    _note(settings)
    sys.exit(3)


def dies(settings):
    _note(settings)
    os.write(2, b"something\nlibrary.c: assertion failed\n")
    os.abort()


def chatters(settings):
    """Writes more to stderr than anybody keeps."""
    _note(settings)
    for _ in range(100):
        try:
            os.write(2, b"noise " * 1000)
        except OSError:
            break
    return Steady(settings)


def hangs_at_close(settings):
    class Clinging(Steady):
        def close(self):
            time.sleep(1000)

    return Clinging(settings)


def no_rate(settings):
    class Untold(Steady):
        rate_hz = None

    return Untold(settings)


def odd_rate(settings):
    class Odd(Steady):
        rate_hz = 100

    return Odd(settings)
