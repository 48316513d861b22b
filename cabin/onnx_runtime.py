"""ONNX Runtime, imported with its telemetry off.

The package's builds (seen in 1.31.1 for Linux) keep a device identifier and a database of events in the user's cache
folder, to be sent to its maker over HTTPS. An environment variable that is set before the package is loaded forbids it;
its function `disable_telemetry_events` does not keep the files from being made. cabin is offline, so nothing in it
imports the package but through here.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__all__ = ["TELEMETRY_SWITCH", "load_onnxruntime"]

TELEMETRY_SWITCH = "ORT_DISABLE_TELEMETRY"


def load_onnxruntime() -> Any:
    """Return the module onnxruntime. Raises ImportError when it is not installed."""
    os.environ[TELEMETRY_SWITCH] = "1"
    return importlib.import_module("onnxruntime")
