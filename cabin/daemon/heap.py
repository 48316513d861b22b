"""The C heap of a long-lived process, kept from holding on to what one utterance needed once.

glibc gives each thread a heap of its own, and lets its threshold for handing memory back grow to 32 MiB with what it
sees freed. After a few utterances a worker so holds some 18 MiB that nothing uses (measured: 208 MiB resident become
190, at 5 ms of processor an utterance for pages that are asked for anew). Options: mallopt(3); another C library has
none of them, and keeps its own ways.
"""

from __future__ import annotations

import ctypes

__all__ = ["keep_heap_small"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of malloc.h."""

_HANDED_BACK_BYTES = 2**20


def keep_heap_small() -> bool:
    """Use one heap for all threads, and hand back what is free from 1 MiB on; return whether the C library does.

    Call it before threads are started.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    options = {
        _M_ARENA_MAX: 1,
        _M_MMAP_THRESHOLD: _HANDED_BACK_BYTES,
        _M_TRIM_THRESHOLD: _HANDED_BACK_BYTES,
    }
    return {mallopt(option, value) for option, value in options.items()} == {1}
