"""The loudspeaker: a PortAudio stream that is written to; what it holds is thrown away when a reply is cut short."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import Problem, SoundError
from cabin_sound.microphone import load_sounddevice
from cabin_sound.names import Device, find_device, pulse_source, read_cards

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.replies.sink import SinkSettings

__all__ = ["Speaker", "output_devices"]


def output_devices(sounddevice: Any) -> list[Device]:
    """Return what can be played to."""
    default = sounddevice.default.device[1]
    return [
        Device(index, str(told["name"]), round(told["default_samplerate"]), index == default)
        for index, told in enumerate(sounddevice.query_devices())
        if told["max_output_channels"] > 0
    ]


class Speaker:
    """One open loudspeaker, mono. Implements cabin.replies.sink.ReplySink."""

    def __init__(self, settings: SinkSettings) -> None:
        """Raises SoundError when there is none, or it cannot be opened."""
        sink = pulse_source(settings.device)
        if sink:
            os.environ["PULSE_SINK"] = sink
        self._sounddevice = load_sounddevice(bool(settings.options.get("lean", True)))
        cards = read_cards()
        device = find_device(settings.device, output_devices(self._sounddevice), cards, "loudspeaker", "replies.device")
        self._name = settings.device if sink else device.stable_name(cards)
        self._stream = self._open(device, settings.rate_hz, float(settings.options.get("buffer_ms", 60.0)) / 1000)
        self.rate_hz = round(self._stream.samplerate)
        self.latency_s = float(self._stream.latency)
        self._is_running = False
        self._whole = 0
        """Room in the device when nothing is in it."""

    def room(self) -> int:
        """Return how many samples the device takes now; it is woken if it slept."""
        try:
            if not self._is_running:
                self._stream.start()
                self._is_running = True
                self._whole = int(self._stream.write_available)
            return int(self._stream.write_available)
        except self._sounddevice.PortAudioError as error:
            raise self._problem("the loudspeaker does not play", error) from error

    def write(self, samples: Samples) -> None:
        """Give samples to the device."""
        try:
            self._stream.write(np.ascontiguousarray(samples, dtype=np.float32).tobytes())
        except self._sounddevice.PortAudioError as error:
            raise self._problem("the loudspeaker does not play", error) from error

    def is_empty(self) -> bool:
        """Return whether the device has let out all it was given."""
        return not self._is_running or self.room() >= self._whole

    def rest(self) -> None:
        """Let the device sleep."""
        self._end(self._stream.stop)

    def drop(self) -> None:
        """Throw away what was not heard yet."""
        self._end(self._stream.abort)

    def close(self) -> None:
        """Close the device."""
        self._stream.close(ignore_errors=True)

    def _end(self, how: Any) -> None:
        if self._is_running:
            self._is_running = False
            try:
                how()
            except self._sounddevice.PortAudioError as error:
                raise self._problem("the loudspeaker does not stop", error) from error

    def _problem(self, what: str, error: Exception) -> SoundError:
        return SoundError(Problem(what, self._name, str(error.args[0]) if error.args else ""))

    def _open(self, device: Device, rate_hz: int, latency_s: float) -> Any:
        """Open at the rate asked for, or else at the device's own."""
        for rate in dict.fromkeys((rate_hz, device.rate_hz)):
            try:
                return self._sounddevice.RawOutputStream(
                    samplerate=rate, device=device.index, channels=1, dtype="float32", latency=latency_s
                )
            except self._sounddevice.PortAudioError as error:
                if rate == device.rate_hz:
                    hint = "Does another program hold it? May this user use it (group audio)?"
                    what = "the loudspeaker cannot be opened"
                    raise SoundError(Problem(what, self._name, str(error.args[0]), hint=hint)) from error
        raise AssertionError("unreachable")
