"""The trained detector as it runs: features, one step of the network for every 32 ms, the mean of the last scores."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cabin.errors import ModelError, Problem
from cabin.wake.detector import Detection
from cabin.wake.features import BANDS, FRAMES_PER_STEP, STEP_S, FeatureStream
from cabin.wake.package import DETECTOR_FILE, read_info

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.wake.detector import Verdict, WakeDetectorSettings

__all__ = ["NetworkDetector", "create_network_detector"]

_MEAN_OF = 3
"""Scores that are averaged: one high step of 32 ms wakes nobody."""


class NetworkDetector:
    """Implements cabin.wake.detector.WakeDetector. Not thread-safe."""

    def __init__(self, folder: Path, threshold: float | None = None) -> None:
        """Load a folder; `threshold` replaces its own. Raises ModelError."""
        from cabin.onnx_runtime import load_onnxruntime

        self.info = read_info(folder)
        self.sounds_like = self.info.sounds_like
        self.threshold = self.info.threshold if threshold is None else threshold
        onnxruntime = load_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        file = str(folder / DETECTOR_FILE)
        try:
            self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no public base class
            raise ModelError(Problem("the wake detector cannot be loaded", file, str(error).split("\n")[0])) from error
        self._features = FeatureStream()
        self.begin()

    @property
    def verdict(self) -> Verdict:
        """Whether the phrase was heard in the stretch up to now: yes or no, never unsure."""
        return "yes" if self.detection is not None else "no"

    def begin(self) -> None:
        """Forget the stretch before."""
        self.detection: Detection | None = None
        self._features.reset()
        self._before = np.zeros((1, BANDS * FRAMES_PER_STEP), dtype=np.float32)
        self._history = np.zeros(self.info.history, dtype=np.float32)
        self._scores: deque[float] = deque(maxlen=_MEAN_OF)
        self._steps = 0

    def accept(self, samples: Samples) -> float:
        """Take the next sound and return the highest score in it, 0 to 1; 0 when it completes no step."""
        highest = 0.0
        for step in self._features.accept(samples):
            features = step[None]
            feeds = {"features": features, "before": self._before, "history": self._history}
            score, self._history = self._session.run(None, feeds)
            self._before = features
            self._steps += 1
            self._scores.append(float(score[0]))
            mean = sum(self._scores) / _MEAN_OF
            highest = max(highest, mean)
            if mean >= self.threshold and (self.detection is None or mean > self.detection.score):
                begun = self.detection or Detection(self._steps * STEP_S, mean, self.info.longest_s)
                self.detection = Detection(begun.at_s, mean, begun.longest_s)
        return highest

    def end(self) -> None:
        """Nothing more comes of this stretch; what was heard stands."""


def create_network_detector(settings: WakeDetectorSettings) -> NetworkDetector:
    """Make the detector of the folder `settings.model`.

    Raises ModelError when it is not there or was trained for another phrase.
    """
    if settings.model is None:
        hint = 'Build one: cabin wake build "hey car" --out DIR; then set wake.model to DIR.'
        raise ModelError(Problem("the network needs a trained folder", "cabin.yaml: wake.model", "null", hint=hint))
    detector = NetworkDetector(settings.model, settings.threshold)
    if detector.info.phrase != settings.phrase.text:
        hint = f'Set wake.phrase to "{detector.info.phrase}", or build one for yours with `cabin wake build`.'
        what = "the wake detector was trained for another phrase"
        raise ModelError(Problem(what, str(settings.model), detector.info.phrase, settings.phrase.text, hint))
    return detector
