"""The course of a training as JSON lines beside its checkpoint, to be drawn as curves: one line every 20 steps.

{"step": 40, "loss": 0.71, "right": 0.82, "rate": 0.0012, "seconds": 96.3}

Loss (natural logarithm a choice) and right (share of choices) are means over the steps since the line before; rate is
the learning rate of the last of these steps; seconds are those of training, without the time that a killed one stood.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

__all__ = ["Journal"]

_log = logging.getLogger(__name__)


class Journal:
    """Writes the lines; a full disk costs lines, never the training."""

    def __init__(self, path: Path, every: int = 20) -> None:
        self.path = path
        self.every = every
        self._losses: list[float] = []
        self._rights: list[float] = []

    def begin(self, step: int) -> float:
        """Drop lines past `step`, which a resumed training does again; return the seconds trained until there."""
        kept: list[str] = []
        seconds = 0.0
        try:
            for line in self.path.read_text(encoding="utf-8").splitlines() if step and self.path.is_file() else []:
                fields = json.loads(line)
                if fields["step"] <= step:
                    kept, seconds = [*kept, line], float(fields["seconds"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("%s is damaged and goes on with what was readable: %s", self.path, error)
        self._write("".join(f"{line}\n" for line in kept), "w")
        return seconds

    def add(self, step: int, loss: float, right: float, rate: float, seconds: float) -> None:
        """Take a step in; write a line if it is due."""
        self._losses.append(loss)
        self._rights.append(right)
        if step % self.every:
            return
        count = len(self._losses)
        fields = {
            "step": step,
            "loss": round(sum(self._losses) / count, 5),
            "right": round(sum(self._rights) / count, 5),
            "rate": float(f"{rate:.4g}"),
            "seconds": round(seconds, 1),
        }
        self._losses, self._rights = [], []
        self._write(json.dumps(fields) + "\n", "a")

    def _write(self, text: str, mode: str) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            _log.warning("the training's journal could not be written: %s", error)
