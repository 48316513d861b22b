"""A timer of the kernel that is waited for like a file: timerfd(2), which Python has from 3.13 on."""

from __future__ import annotations

import ctypes
import os

__all__ = ["Timer"]

_CLOCK_MONOTONIC = 1
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("it_interval", _Timespec), ("it_value", _Timespec))


class Timer:
    """One timer on the monotonic clock. Raises OSError when the kernel gives none."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.timerfd_create(_CLOCK_MONOTONIC, _FLAGS)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def fileno(self) -> int:
        """Return the descriptor, readable once the time has come."""
        return self._fd

    def set(self, after_s: float, every_s: float = 0.0) -> None:
        """Come once after `after_s`, and from then on every `every_s` unless that is 0."""
        spec = _Itimerspec(_timespec(every_s), _timespec(max(after_s, 1e-6)))
        if self._libc.timerfd_settime(self._fd, 0, ctypes.byref(spec), None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def clear(self) -> bool:
        """Make it unreadable until the time has come again; return whether it had come."""
        try:
            return bool(os.read(self._fd, 8))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Give it back; may be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _timespec(seconds: float) -> _Timespec:
    whole = int(seconds)
    return _Timespec(whole, int((seconds - whole) * 1e9))
