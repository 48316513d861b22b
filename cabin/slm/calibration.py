"""What a model folder knows of its own confidence: from what was seen while decoding to a probability of being right.

    evidence of one reading -> weights -> confidence -> zone: act, confirm or refuse

calibration.json holds the weights, so that anyone can compute by hand why the car asked back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cabin.errors import ModelError, Problem

__all__ = ["CALIBRATION_FILE", "EVIDENCE", "Calibration", "Zone", "read_calibration"]

Zone = Literal["act", "confirm", "refuse"]

CALIBRATION_FILE = "calibration.json"
EVIDENCE = ("log_prob", "lowest", "copied", "calls", "refused", "refusing", "strange")
"""What a reading shows (cabin.slm.decoder.Decoded.evidence), and how many of its words are strange beside its calls."""


@dataclass(frozen=True)
class Calibration:
    """How evidence becomes confidence, and which confidence leads to what."""

    bias: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)
    """Logistic regression over EVIDENCE (Platt 1999); without weights the confidence is e to the `log_prob`."""
    confirm: float = 0.0
    """From this confidence on the car asks back; below it nothing is done."""
    act: float = 0.0
    """From this confidence on it acts."""

    def confidence(self, evidence: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1, that the reading is what was wanted."""
        if not self.weights:
            return math.exp(evidence["log_prob"])
        total = self.bias + math.fsum(weight * evidence[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, total))))

    def zone(self, confidence: float) -> Zone:
        """Return what to do with commands of this confidence."""
        if confidence < self.confirm:
            return "refuse"
        return "act" if confidence >= self.act else "confirm"

    def to_json(self) -> dict[str, Any]:
        """Return the fields as calibration.json holds them."""
        return {"bias": self.bias, "weights": dict(self.weights), "confirm": self.confirm, "act": self.act}

    def write(self, path: Path) -> None:
        """Write calibration.json."""
        path.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf-8")


def read_calibration(folder: Path) -> Calibration:
    """Read calibration.json of a model folder; without one, probabilities are taken as they are. Raises ModelError."""
    path = folder / CALIBRATION_FILE
    if not path.is_file():
        return Calibration()
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(weight) for name, weight in fields["weights"].items()}
        if weights.keys() - set(EVIDENCE):
            raise ValueError(f"unknown evidence {sorted(weights.keys() - set(EVIDENCE))}")
        return Calibration(float(fields["bias"]), weights, float(fields["confirm"]), float(fields["act"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        seen = f"{type(error).__name__}: {error}"
        hint = "Calibrate the model again with `cabin model calibrate`."
        raise ModelError(Problem("the calibration cannot be read", str(path), seen, hint=hint)) from error
