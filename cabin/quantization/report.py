"""What quantizing did, in numbers: it is written beside every model, and a loss past the stated one fails the build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.scheme import Scheme

__all__ = ["QuantizationReport", "TensorError", "tensor_error"]


@dataclass(frozen=True)
class TensorError:
    """How far one tensor moved."""

    name: str
    worst: float
    """Largest absolute difference of a weight."""
    mean: float
    """Mean absolute difference."""
    signal_to_noise_db: float
    """10 log10 of the weights' power over the difference's power."""
    bytes: int


@dataclass(frozen=True)
class QuantizationReport:
    """What a quantizer did to a model."""

    scheme: Scheme
    backend: str
    bytes_before: int
    """FP32 weights."""
    bytes_after: int
    """All files of the model that hold weights."""
    tensors: tuple[TensorError, ...]
    measured: Mapping[str, Any] = field(default_factory=dict)
    """What was measured on held-back text: accuracy before and after, p50_ms and p95_ms, rss_mib; empty until then."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON would hold it."""
        return {**asdict(self), "scheme": {**self.scheme.to_json(), "name": self.scheme.name}}

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf-8")


def tensor_error(name: str, before: NDArray[np.float32], after: NDArray[np.float32], size: int) -> TensorError:
    """Compare a tensor with what its stored form stands for; `size` is the stored form's bytes."""
    difference = before.astype(np.float64) - after.astype(np.float64)
    noise = float(np.square(difference).mean())
    power = float(np.square(before.astype(np.float64)).mean())
    ratio = 10 * float(np.log10(power / noise)) if noise > 0 and power > 0 else float("inf")
    absolute = np.abs(difference)
    return TensorError(name, float(absolute.max()), float(absolute.mean()), min(ratio, 999.0), size)
