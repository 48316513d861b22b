"""The sections `plugins.microphone`, `plugins.speaker` and `plugins.file` of cabin.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cabin.config.fields import Bounds

__all__ = ["FileOptions", "MicrophoneOptions", "SpeakerOptions"]


@dataclass(frozen=True)
class MicrophoneOptions:
    """How the microphone is opened."""

    buffer_ms: Annotated[float, Bounds(20, 2000)] = 200.0
    """How much sound the device's own buffer holds: more survives a busy processor, and wakes it less often."""
    lean: bool = True
    """Leave ALSA's converters and encoders out, which cabin does not need: 14 MB less memory."""


@dataclass(frozen=True)
class SpeakerOptions:
    """How the loudspeaker is opened."""

    buffer_ms: Annotated[float, Bounds(10, 1000)] = 60.0
    """How much sound the device holds; a reply is cut short and softened that much later where it cannot drop it."""
    lean: bool = True
    """Leave ALSA's converters and encoders out, as for the microphone."""


@dataclass(frozen=True)
class FileOptions:
    """How a sound file is played, and how replies are written to files (`replies.sink: file`)."""

    speed: Annotated[float, Bounds(0, 1000)] = 1.0
    """How many times faster than it was spoken; 0: as fast as it is taken."""
    at_end: Literal["silence", "repeat"] = "silence"
    """What follows its end: silence for good, or the file again."""
