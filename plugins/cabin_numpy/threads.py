"""How many threads numpy's matrix library (BLAS) may use: it reads the environment once, so it is told through ctypes.

That is what the package threadpoolctl does. Without it the library decides for itself, and this is told once.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import numpy as np  # noqa: F401  # the library must be loaded before it is looked for

__all__ = ["limited_to"]

_log = logging.getLogger(__name__)


def limited_to(threads: int) -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses that many threads."""
    controller = _controller()
    return nullcontext() if controller is None else controller.limit(limits=threads, user_api="blas")


@cache
def _controller() -> Any:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        _log.warning("numpy takes as many threads as it likes: install threadpoolctl, or set OPENBLAS_NUM_THREADS")
        return None
    return ThreadpoolController()
