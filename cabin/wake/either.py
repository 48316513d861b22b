"""Two detectors side by side: what either hears is let through. The fewest misses, at the cost of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.wake.detector import Detection, Verdict, WakeDetector, WakeDetectorSettings

__all__ = ["EitherDetector", "create_both"]


class EitherDetector:
    """Implements cabin.wake.detector.WakeDetector. Not thread-safe. The first's detection counts first."""

    def __init__(self, first: WakeDetector, second: WakeDetector) -> None:
        self._both = (first, second)

    @property
    def detection(self) -> Detection | None:
        """Return what either has heard."""
        return next((each.detection for each in self._both if each.detection is not None), None)

    @property
    def sounds_like(self) -> tuple[str, ...]:
        """Return what the recognizer may write where the phrase was heard in the sound."""
        return tuple(text for each in self._both for text in each.sounds_like)

    @property
    def verdict(self) -> Verdict:
        """Return yes as soon as one says so, no when both do."""
        verdicts = [each.verdict for each in self._both]
        return "yes" if "yes" in verdicts else "unsure" if "unsure" in verdicts else "no"

    def begin(self) -> None:
        """A stretch begins."""
        for each in self._both:
            each.begin()

    def accept(self, samples: Samples) -> float:
        """Take sound and return the higher score."""
        return max([each.accept(samples) for each in self._both])

    def end(self) -> None:
        """The stretch is over."""
        for each in self._both:
            each.end()


def create_both(settings: WakeDetectorSettings) -> EitherDetector:
    """Make the network of `settings.model` beside the recognizer's detector. Raises ModelError as the network does."""
    from cabin.wake.by_recognizer import create_recognizer_detector
    from cabin.wake.network import create_network_detector

    return EitherDetector(create_network_detector(settings), create_recognizer_detector(settings))
