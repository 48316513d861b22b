"""The microphone: a PortAudio stream whose callback copies, and does nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cabin.errors import Problem, SoundError
from cabin_sound.alsa_config import use_lean_config
from cabin_sound.names import Device, find_device, pulse_source, read_cards

if TYPE_CHECKING:
    from cabin.audio.source import SoundSink, SourceSettings

__all__ = ["Microphone", "input_devices", "load_sounddevice"]

_INVALID_RATE = -9997
"""PortAudio's paInvalidSampleRate."""
_MOST_DELAY_S = 0.5
"""Some drivers tell nonsense of when a block began; more than this is not believed."""


def load_sounddevice(lean: bool = True, source: str = "") -> Any:
    """Import sounddevice, which lists the devices; `source` is the source of PulseAudio to use.

    Raises SoundError when sounddevice or the library behind it is missing.
    """
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    if lean:
        use_lean_config()
    if source:
        os.environ["PULSE_SOURCE"] = source
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        hint = "Install it: 'pip install sounddevice' and, on Debian, 'apt-get install libportaudio2'."
        what = "the microphone needs sounddevice and PortAudio"
        raise SoundError(Problem(what, seen=str(error), hint=hint)) from error
    return sounddevice


def input_devices(sounddevice: Any) -> list[Device]:
    """Return what can be listened to."""
    default = sounddevice.default.device[0]
    return [
        Device(index, str(told["name"]), round(told["default_samplerate"]), index == default)
        for index, told in enumerate(sounddevice.query_devices())
        if told["max_input_channels"] > 0
    ]


class Microphone:
    """One open microphone, mono."""

    live = True

    def __init__(self, settings: SourceSettings) -> None:
        self._sounddevice = load_sounddevice(bool(settings.options.get("lean", True)), pulse_source(settings.device))
        cards = read_cards()
        device = find_device(settings.device, input_devices(self._sounddevice), cards)
        self.device = settings.device if pulse_source(settings.device) else device.stable_name(cards)
        self._sink: SoundSink | None = None
        self._finished = False
        self._block_s = settings.block_s
        self._latency_s = float(settings.options.get("buffer_ms", 200.0)) / 1000.0
        self._stream = self._open(device, settings.rate_hz)
        self.rate_hz = round(self._stream.samplerate)

    def start(self, sink: SoundSink) -> None:
        """Begin to listen. Raises SoundError."""
        self._sink = sink
        try:
            self._stream.start()
        except self._sounddevice.PortAudioError as error:
            raise SoundError(Problem("the microphone does not start", self.device, _text(error))) from error

    def ended(self) -> str:
        """Return why no sound follows."""
        return "the device stopped" if self._finished else ""

    def close(self) -> None:
        """Stop listening."""
        self._stream.close(ignore_errors=True)

    def _open(self, device: Device, rate_hz: int) -> Any:
        """Open at the rate asked for, or else at the device's own."""
        rates = [rate_hz] if rate_hz == device.rate_hz else [rate_hz, device.rate_hz]
        for rate in rates:
            try:
                return self._sounddevice.RawInputStream(
                    samplerate=rate,
                    blocksize=round(self._block_s * rate),
                    device=device.index,
                    channels=1,
                    dtype="float32",
                    latency=self._latency_s,
                    callback=self._take,
                    finished_callback=self._note_end,
                )
            except self._sounddevice.PortAudioError as error:
                if rate == rates[-1] or _number(error) != _INVALID_RATE:
                    hint = "Does another program hold it? May this user use it (group audio)?"
                    what = "the microphone cannot be opened"
                    raise SoundError(Problem(what, self.device, _text(error), hint=hint)) from error
        raise AssertionError("unreachable")

    def _take(self, samples: Any, frames: int, time: Any, status: Any) -> None:
        """Copy a block into the ring; runs on PortAudio's thread."""
        if self._sink is not None:
            block_s = frames / self.rate_hz
            told_s = time.currentTime - time.inputBufferAdcTime
            delay_s = told_s if block_s <= told_s <= _MOST_DELAY_S else block_s
            self._sink.write(samples, delay_s, status.input_overflow)

    def _note_end(self) -> None:
        self._finished = True


def _number(error: Exception) -> int:
    """Return PortAudio's number of an error."""
    return int(error.args[1]) if len(error.args) > 1 and isinstance(error.args[1], int) else 0


def _text(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
