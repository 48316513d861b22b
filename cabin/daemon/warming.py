"""What every worker imports, imported while the main process still reads its configuration."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading

__all__ = ["warm_up"]

logger = logging.getLogger(__name__)

_MODULES = (
    "cabin.daemon.hearing_setup",
    "cabin.config.sections",
    "numpy",
    "cabin.daemon.ears",
    "cabin.daemon.mind",
    "cabin.assembly",
    "cabin.hearing",
    "cabin.slm.parser",
    "tokenizers",
)
"""In the order in which a worker needs them. None of them does anything when it is imported."""


def warm_up() -> threading.Thread:
    """Import them on a thread of their own; what cannot be imported is told by whoever needs it. Return the thread."""
    thread = threading.Thread(target=_import_all, name="cabin-warming", daemon=True)
    thread.start()
    return thread


def _import_all() -> None:
    for name in _MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        from cabin.onnx_runtime import load_onnxruntime

        load_onnxruntime()
