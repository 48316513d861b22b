"""hibari: the voice of replies, English, 8 MB, many times real time on one core (install the extra `speech`).

The voice in the package is used and no other is ever fetched: hibari would load further ones from the net.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl
from cabin_hibari.options import HibariOptions

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.replies.voice import Voice, VoiceFactory, VoiceSettings

__all__ = ["open_voice", "register_config", "register_voices"]


def open_voice(settings: VoiceSettings) -> Voice:
    """Load the voice. Raises ModelError."""
    from cabin_hibari.voice import HibariVoice

    return HibariVoice(settings)


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Register the section `plugins.hibari`."""
    register("hibari", HibariOptions, "how the voice of replies is run")


@hookimpl
def register_voices(register: Register[VoiceFactory]) -> None:
    """Register the voice; hibari is imported when it is opened."""
    register("hibari", open_voice, "hibari: one American English voice, in the package")
