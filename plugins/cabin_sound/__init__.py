"""Where sound comes from: the microphone (sounddevice), a file, a Unix socket; and where replies go: speaker or files.

Each source is opened in the capture process, each sink in the player process; they import this package and it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl
from cabin_sound.options import FileOptions, MicrophoneOptions, SpeakerOptions

if TYPE_CHECKING:
    import click

    from cabin.audio.source import SoundSource, SoundSourceFactory, SourceSettings
    from cabin.hookspecs import Register
    from cabin.replies.sink import ReplySink, ReplySinkFactory, SinkSettings

__all__ = [
    "open_file",
    "open_file_sink",
    "open_microphone",
    "open_socket",
    "open_speaker",
    "register_commands",
    "register_config",
    "register_sound_sinks",
    "register_sound_sources",
]


def open_microphone(settings: SourceSettings) -> SoundSource:
    """Open a microphone. Raises SoundError."""
    from cabin_sound.microphone import Microphone

    return Microphone(settings)


def open_file(settings: SourceSettings) -> SoundSource:
    """Open a sound file. Raises SoundError."""
    from cabin_sound.file_source import FileSource

    return FileSource(settings)


def open_socket(settings: SourceSettings) -> SoundSource:
    """Connect to another program's socket. Raises SoundError."""
    from cabin_sound.socket_source import SocketSource

    return SocketSource(settings)


def open_speaker(settings: SinkSettings) -> ReplySink:
    """Open a loudspeaker. Raises SoundError."""
    from cabin_sound.speaker import Speaker

    return Speaker(settings)


def open_file_sink(settings: SinkSettings) -> ReplySink:
    """Write replies into wav files. Raises SoundError."""
    from cabin_sound.file_sink import FileSink

    return FileSink(settings)


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Register the sections `plugins.microphone`, `plugins.speaker` and `plugins.file`."""
    register("microphone", MicrophoneOptions, "how the microphone is opened")
    register("speaker", SpeakerOptions, "how the loudspeaker is opened")
    register("file", FileOptions, "how a sound file is played")


@hookimpl
def register_sound_sinks(register: Register[ReplySinkFactory]) -> None:
    """Register the two sinks."""
    register("speaker", open_speaker, "a loudspeaker, through PortAudio")
    register("file", open_file_sink, "wav files in a folder, one a reply")


@hookimpl
def register_sound_sources(register: Register[SoundSourceFactory]) -> None:
    """Register the three sources."""
    register("microphone", open_microphone, "a microphone, through PortAudio")
    register("file", open_file, "a sound file, as if it were spoken now")
    register("socket", open_socket, "another program's sound, from its Unix socket")


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `cabin microphones`."""
    from cabin_sound.listing import microphones

    cli.add_command(microphones)
