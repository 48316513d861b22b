"""Plugin: the speech recognizer Moonshine (English; base and tiny)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl
from cabin_moonshine.options import MoonshineOptions

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.speech.recognizer import Recognizer, RecognizerFactory, RecognizerSettings

__all__ = ["register_config", "register_recognizers"]


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Register the section `plugins.moonshine`."""
    register("moonshine", MoonshineOptions, "how the Moonshine recognizer searches")


@hookimpl
def register_recognizers(register: Register[RecognizerFactory]) -> None:
    """Register "moonshine"."""
    register("moonshine", _create, "Moonshine: English, whole utterances, one core")


def _create(settings: RecognizerSettings) -> Recognizer:
    # Imported here: numpy and onnxruntime are for those who recognize.
    from cabin_moonshine.recognizer import create_recognizer

    return create_recognizer(settings)
