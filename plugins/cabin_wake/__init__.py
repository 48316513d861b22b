"""Plugin: the wake detectors that come with cabin: by the recognizer, by a network trained for a phrase, by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.wake.detector import WakeDetector, WakeDetectorFactory, WakeDetectorSettings

__all__ = ["register_wake_detectors"]


@hookimpl
def register_wake_detectors(register: Register[WakeDetectorFactory]) -> None:
    """Register "recognizer", "network" and "both"."""
    register("recognizer", _by_recognizer, "the recognizer reads the first seconds of speech; any phrase, no training")
    register("network", _by_network, "a small INT8 network made by `cabin wake build`; anywhere in speech")
    register("both", _by_either, "network and recognizer side by side: what either hears; the fewest misses")


def _by_recognizer(settings: WakeDetectorSettings) -> WakeDetector:
    from cabin.wake.by_recognizer import create_recognizer_detector

    return create_recognizer_detector(settings)


def _by_network(settings: WakeDetectorSettings) -> WakeDetector:
    # Imported here: onnxruntime is for those who use it.
    from cabin.wake.network import create_network_detector

    return create_network_detector(settings)


def _by_either(settings: WakeDetectorSettings) -> WakeDetector:
    from cabin.wake.either import create_both

    return create_both(settings)
