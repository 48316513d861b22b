"""The gate and both stages out of the configuration."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from cabin.wake.detector import Hear, WakeDetectorSettings
from cabin.wake.door import WakeDoor
from cabin.wake.gate import WakeGate
from cabin.wake.phrase import parse_phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from cabin.messages import Samples, Transcript
    from cabin.plugins import PluginManager
    from cabin.speech.bias import Bias
    from cabin.wake.config import WakeConfig

__all__ = ["hear_now", "open_door", "with_phrase"]


def open_door(plugins: PluginManager, config: WakeConfig, hear: Hear) -> WakeDoor | None:
    """Return what stands between sound and parser; None where whatever is said may be a command.

    Raises ConfigError for a phrase that is none or a detector that nobody registered, ModelError for its folder.
    """
    if config.mode == "off":
        return None
    phrase = parse_phrase(config.phrase, config.sounds_like)
    gate = WakeGate(config.mode, config.window_s)
    settings = WakeDetectorSettings(phrase, hear, config.threshold, config.model, config.likeness)
    name = config.detector if config.mode == "phrase" else "recognizer"  # a button needs no network
    entry = plugins.wake_detectors.get(name, "cabin.yaml: wake.detector")
    return WakeDoor(gate, phrase, plugins.call(entry, settings), config.likeness)


def with_phrase(bias: Bias | None, config: WakeConfig) -> Bias | None:
    """Return what a recognizer leans to, with the phrase among what may be said before an order."""
    if bias is None or config.mode != "phrase":
        return bias
    phrase = parse_phrase(config.phrase, config.sounds_like)
    before = dict.fromkeys((phrase.text, *bias.lexicon.before))
    return replace(bias, lexicon=replace(bias.lexicon, before=tuple(before)))


def hear_now(recognize: Callable[[Samples], Transcript]) -> Hear:
    """Return a `Hear` that reads at once, on the caller's thread."""

    def hear(samples: Samples) -> Future[Transcript]:
        future: Future[Transcript] = Future()
        try:
            future.set_result(recognize(samples))
        except Exception as error:  # whoever asked looks at it
            future.set_exception(error)
        return future

    return hear
