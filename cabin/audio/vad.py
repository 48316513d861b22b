"""Is somebody speaking? The Silero voice detector, run through onnxruntime without torch.

Silero VAD (MIT licence), silero_vad_16k_op15.onnx from the PyPI wheel `silero-vad`: takes 512 new samples (32 ms)
preceded by the last 64 of those before, and a recurrent state of shape (2, 1, 128). About 0.1 ms a frame on one core.
Quiet sound is raised first (cabin.audio.level_control).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cabin.audio.level_control import LevelControl
from cabin.errors import ModelError, Problem
from cabin.messages import SAMPLE_RATE_HZ
from cabin.paths import models_dirs

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["FRAME_S", "FRAME_SAMPLES", "SileroDetector", "VoiceDetector", "find_silero"]

FRAME_SAMPLES = 512
"""New samples of one frame, fixed by the model."""

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
"""32 ms."""

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (2, 1, 128)
_FILE = Path("silero-vad") / "silero_vad_16k_op15.onnx"


class VoiceDetector(Protocol):
    """Tells speech from other sound, one frame at a time. Not thread-safe."""

    def probability(self, frame: Samples) -> float:
        """Return the probability, 0 to 1, that the next frame, shape (FRAME_SAMPLES,), holds speech."""
        ...

    def reset(self) -> None:
        """Forget what came before."""
        ...


def find_silero() -> Path:
    """Return the detector's model file, from the first models folder that has it. Raises ModelError when none has."""
    folders = models_dirs()
    for folder in folders:
        if (folder / _FILE).is_file():
            return folder / _FILE
    raise ModelError(
        Problem(
            "the voice detector's model is missing",
            seen=f"no {_FILE} in {' or '.join(str(folder) for folder in folders)}",
            hint="Run 'cabin models get silero-vad'.",
        )
    )


class SileroDetector:
    """The Silero voice detector; one sound at a time, `reset` between sounds."""

    def __init__(self, model_file: Path | None = None) -> None:
        """Load the model, by default the one that `find_silero` finds. Raises ModelError when it cannot be loaded."""
        from cabin.onnx_runtime import load_onnxruntime

        onnxruntime = load_onnxruntime()
        model_file = model_file or find_silero()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        # Threads that spin between frames would cost a core while nobody speaks.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(model_file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no public base class
            raise ModelError(
                Problem(
                    "the voice detector's model cannot be loaded",
                    str(model_file),
                    str(error).splitlines()[0] if str(error) else type(error).__name__,
                    hint="Run 'cabin models verify silero-vad', then 'cabin models get silero-vad'.",
                )
            ) from error
        self._rate = np.array(SAMPLE_RATE_HZ, dtype=np.int64)
        self._input = np.zeros((1, _CONTEXT_SAMPLES + FRAME_SAMPLES), dtype=np.float32)
        self._state = np.zeros(_STATE_SHAPE, dtype=np.float32)
        self._level = LevelControl(FRAME_S)

    def another(self) -> SileroDetector:
        """Return a detector for another sound, over the same model in memory."""
        made = copy.copy(self)
        made._input = np.zeros_like(self._input)
        made._state = np.zeros(_STATE_SHAPE, dtype=np.float32)
        made._level = LevelControl(FRAME_S)
        return made

    def probability(self, frame: Samples) -> float:
        """Return the probability, 0 to 1, that the next frame, shape (FRAME_SAMPLES,), holds speech."""
        if frame.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame holds {FRAME_SAMPLES} samples, not shape {frame.shape}")
        self._input[0, :_CONTEXT_SAMPLES] = self._input[0, -_CONTEXT_SAMPLES:]
        self._input[0, _CONTEXT_SAMPLES:] = self._level.raised(frame)
        feeds = {"input": self._input, "state": self._state, "sr": self._rate}
        probability, self._state = self._session.run(["output", "stateN"], feeds)
        return float(probability[0, 0])

    def reset(self) -> None:
        """Forget what came before."""
        self._input[:] = 0.0
        self._level.reset()
        self._state = np.zeros(_STATE_SHAPE, dtype=np.float32)
