"""What quantizes a model: a scheme in, a model folder and a report out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cabin.quantization.report import QuantizationReport
    from cabin.quantization.scheme import Scheme

__all__ = ["Quantizer", "QuantizerFactory"]


class Quantizer(Protocol):
    """Turns FP32 weights into a runnable model of another number format."""

    name: str

    def schemes(self) -> tuple[str, ...]:
        """Return the names of the formats that it can write: fp32, fp16, int8, int4, ..."""
        ...

    def quantize(self, source: Path, target: Path, scheme: Scheme) -> QuantizationReport:
        """Read the FP32 folder `source`, write the folder `target` atomically, and report.

        Raises ModelError when the source is not usable or the scheme is not among `schemes`.
        """
        ...


QuantizerFactory = Callable[[], Quantizer]
