"""What quantizing did, in numbers: it is written beside every model, and a loss past the stated one fails the build."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cabin.quantization.scheme import Scheme

__all__ = ["Histogram", "QuantizationReport", "TensorError", "histogram", "tensor_error"]


_COUNTS = re.compile(r"\[\s+\d+(?:,\s+\d+)*\s+\]")


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
class Histogram:
    """How the weights of one tensor were spread before and are after."""

    name: str
    low: float
    high: float
    """Ends of the first and the last bin."""
    before: tuple[int, ...]
    """Weights in each of the equal bins."""
    after: tuple[int, ...]


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
    """What was measured on held-back text (cabin.quantization.measuring); only the token table's scheme until then."""
    histograms: tuple[Histogram, ...] = ()
    """Of the tensors that moved most, by signal to noise."""
    sensitivity: Mapping[str, Any] | None = None
    """Of mixed precision: what each product costs in few bits (cabin.quantization.sensitivity)."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON would hold it."""
        fields = {k: v for k, v in asdict(self).items() if v is not None and v != ()}
        return {**fields, "scheme": {**self.scheme.to_json(), "name": self.scheme.name}}

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        text = json.dumps(self.to_json(), indent=1)
        text = _COUNTS.sub(lambda found: " ".join(found[0].split()), text)  # a histogram on one line
        path.write_text(text + "\n", encoding="utf-8")


def tensor_error(name: str, before: NDArray[np.float32], after: NDArray[np.float32], size: int) -> TensorError:
    """Compare a tensor with what its stored form stands for; `size` is the stored form's bytes."""
    difference = before.astype(np.float64) - after.astype(np.float64)
    noise = float(np.square(difference).mean())
    power = float(np.square(before.astype(np.float64)).mean())
    ratio = 10 * float(np.log10(power / noise)) if noise > 0 and power > 0 else float("inf")
    absolute = np.abs(difference)
    return TensorError(name, float(absolute.max()), float(absolute.mean()), min(ratio, 999.0), size)


def histogram(name: str, before: NDArray[np.float32], after: NDArray[np.float32], bins: int = 96) -> Histogram:
    """Count the weights of a tensor before and after over the same bins."""
    low, high = float(min(before.min(), after.min())), float(max(before.max(), after.max()))
    high = high if high > low else low + 1.0
    counts = [np.histogram(values, bins, (low, high))[0] for values in (before, after)]
    return Histogram(name, low, high, *(tuple(int(count) for count in each) for each in counts))
