"""The folder of a wake detector: wake.onnx, wake.json that describes it, report.json of what it was measured to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cabin.errors import ModelError, Problem

__all__ = ["DETECTOR_FILE", "INFO_FILE", "REPORT_FILE", "WakeModelInfo", "info_bytes", "read_info"]

DETECTOR_FILE = "wake.onnx"
INFO_FILE = "wake.json"
REPORT_FILE = "report.json"

_FORMAT = 1


@dataclass(frozen=True)
class WakeModelInfo:
    """wake.json."""

    phrase: str
    """What it was trained to hear."""
    threshold: float
    """Score from which on it has heard it, 0 to 1."""
    longest_s: float
    """How long the phrase takes those who say it slowly."""
    history: tuple[int, int]
    """Shape of the network's history."""
    sha256: str
    """Of wake.onnx."""
    sounds_like: tuple[str, ...] = ()
    """What the recognizer writes for the phrase when it mishears it."""
    seed: int = 0
    parameters: int = 0
    steps: int = 0
    """Of training."""
    format: int = _FORMAT


def info_bytes(info: WakeModelInfo) -> bytes:
    """Return the text of wake.json."""
    return (json.dumps(asdict(info), indent=2) + "\n").encode()


def read_info(folder: Path) -> WakeModelInfo:
    """Return what a folder holds, its network verified. Raises ModelError."""
    hint = 'Build it with `cabin wake build "hey car" --out DIR`.'
    path = folder / INFO_FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        network = (folder / DETECTOR_FILE).read_bytes()
    except (OSError, ValueError) as error:
        seen = getattr(error, "strerror", None) or str(error)
        raise ModelError(Problem("this is no folder of a wake detector", str(folder), seen, hint=hint)) from error
    info = _info_of(told, path, hint)
    if hashlib.sha256(network).hexdigest() != info.sha256:
        raise ModelError(Problem("the wake detector is damaged", str(folder / DETECTOR_FILE), hint=hint))
    return info


def _info_of(told: Any, path: Path, hint: str) -> WakeModelInfo:
    known = {field.name for field in fields(WakeModelInfo)}
    try:
        given: Mapping[str, Any] = {name: value for name, value in dict(told).items() if name in known}
        rows, columns = given["history"]
        heard_as = tuple(str(each) for each in given.get("sounds_like", ()))
        info = WakeModelInfo(**{**given, "history": (int(rows), int(columns)), "sounds_like": heard_as})
        fits = isinstance(info.phrase, str) and 0 < info.threshold < 1 and 0 < info.longest_s < 10
    except (TypeError, ValueError, KeyError) as error:
        raise ModelError(Problem("the description of the wake detector is damaged", str(path), hint=hint)) from error
    if info.format != _FORMAT or not fits:
        what = "the wake detector is of another version of cabin"
        raise ModelError(Problem(what, str(path), f"format {info.format}", f"format {_FORMAT}", hint))
    return info
