"""Vosk: streaming speech recognition for some twenty languages (Kaldi; install the extra `vosk`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl
from cabin_vosk.options import VoskOptions

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.speech.recognizer import Recognizer, RecognizerFactory, RecognizerSettings

__all__ = ["register_config", "register_recognizers"]


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Register the section `plugins.vosk`."""
    register("vosk", VoskOptions, "grammar and phrases of the Vosk recognizer")


@hookimpl
def register_recognizers(register: Register[RecognizerFactory]) -> None:
    """Register the recognizer; vosk is imported when it is made."""

    def make(settings: RecognizerSettings) -> Recognizer:
        from cabin_vosk.recognizer import VoskRecognizer

        return VoskRecognizer(settings)

    register("vosk", make, "Vosk: streams partial results, some twenty languages")
