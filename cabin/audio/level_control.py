"""Level control for the voice detector: sound of a microphone that is set too low is raised before it is judged.

The detector was made with speech of common levels and overlooks quiet speech in noise; the recognizer does not mind
(docs/noise.md has the figures). A digital microphone without gain puts common speech near -55 dB of full scale. So the
sound that the detector gets is raised until its loud parts reach a target, by 30 dB at most, and never lowered. What is
recognized stays as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["LevelControl"]

_TARGET = 10 ** (-30 / 20)
"""Root mean square that loud frames are raised to, of full scale: -30 dB, a little under speech of common level."""
_MOST = 10 ** (30 / 20)
_RELEASE_DB_PER_S = 3.0
_SILENT = 1e-7


class LevelControl:
    """Raises the frames of one sound, in order. Not thread-safe."""

    def __init__(self, frame_s: float) -> None:
        """`frame_s`: how long a frame is, in seconds."""
        self._release = 10 ** (-_RELEASE_DB_PER_S * frame_s / 20)
        self._loud = 0.0

    @property
    def gain(self) -> float:
        """By how much the last frame was raised; 1 before the first one."""
        return min(_MOST, max(1.0, _TARGET / self._loud)) if self._loud else 1.0

    def raised(self, frame: Samples) -> Samples:
        """Return a frame, shape (n,), raised; louder sound lowers the gain at once, quieter raises it by 3 dB/s."""
        own = float(np.sqrt(np.dot(frame, frame) / max(1, len(frame)))) + _SILENT
        self._loud = max(own, self._loud * self._release)
        gain = self.gain
        return frame if gain == 1.0 else np.clip(frame * np.float32(gain), -1.0, 1.0).astype(np.float32)

    def reset(self) -> None:
        """Forget how loud it was."""
        self._loud = 0.0
