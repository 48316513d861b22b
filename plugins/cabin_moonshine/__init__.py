"""Plugin: the speech recognizer Moonshine (English; base and tiny)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.speech.recognizer import Recognizer, RecognizerFactory, RecognizerSettings

__all__ = ["register_recognizers"]


@hookimpl
def register_recognizers(register: Register[RecognizerFactory]) -> None:
    """Register "moonshine"."""
    register("moonshine", _create, "Moonshine: English, whole utterances, one core (options: model, beam)")


def _create(settings: RecognizerSettings) -> Recognizer:
    # Imported here: numpy and onnxruntime are for those who recognize.
    from cabin_moonshine.recognizer import create_recognizer

    return create_recognizer(settings)
