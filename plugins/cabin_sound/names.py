"""Names of microphones that stay when they are plugged elsewhere, and which of PortAudio's devices they mean today.

PortAudio calls a sound card "USB Audio: - (hw:1,0)"; the 1 is whatever number the kernel had left. The kernel's own id
of the card stays: /proc/asound/cards has it in brackets. So a name is one of

    hw:CARD=ID  hw:CARD=ID,DEV=N  ID    a sound card, by its id
    pulse:SOURCE                        a source of PulseAudio or PipeWire
    pulse, default, ...                 a device that ALSA's configuration defines
    USB Audio: -                        PortAudio's name, with or without the number
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cabin.errors import Problem, SoundError, nearest

__all__ = ["CARDS", "Device", "find_device", "pulse_source", "read_cards"]

CARDS = Path("/proc/asound/cards")

_CARD = re.compile(r"^\s*(\d+)\s+\[(\S+)\s*\]:", re.MULTILINE)
_HARDWARE = re.compile(r"\s*\(hw:(\d+),(\d+)\)$")
_BY_CARD = re.compile(r"(?:plug)?hw:CARD=([^,]+)(?:,DEV=(\d+))?\Z", re.IGNORECASE)
_PULSE = "pulse:"


@dataclass(frozen=True)
class Device:
    """One input device as PortAudio lists it."""

    index: int
    name: str
    rate_hz: int
    """Its own rate."""
    is_default: bool = False

    def stable_name(self, cards: Mapping[int, str]) -> str:
        """Return the name to put into cabin.yaml; `cards` is from `read_cards`."""
        match = _HARDWARE.search(self.name)
        card = cards.get(int(match[1])) if match else None
        return f"hw:CARD={card},DEV={match[2]}" if match and card else self.name


def read_cards(path: Path = CARDS) -> dict[int, str]:
    """Return the sound cards: number of today -> id that stays. None where the kernel has no sound."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return {int(number): card for number, card in _CARD.findall(text)}


def pulse_source(name: str) -> str:
    """Return the source that "pulse:SOURCE" names, or the empty string."""
    return name.removeprefix(_PULSE) if name.startswith(_PULSE) else ""


def find_device(
    name: str,
    devices: Sequence[Device],
    cards: Mapping[int, str],
    what: str = "microphone",
    key: str = "capture.device",
) -> Device:
    """Return the device that a name means now; the empty name is the default one. `what` and `key`: for messages.

    Raises SoundError naming all that is there and the nearest of it.
    """
    wanted = "pulse" if pulse_source(name) else name
    if not wanted:
        chosen = [device for device in devices if device.is_default] or list(devices)
    else:
        chosen = [device for device in devices if device.name == wanted]
        chosen = chosen or [device for device in devices if _HARDWARE.sub("", device.name) == wanted]
        chosen = chosen or _of_card(wanted, devices, cards)
    if chosen:
        return chosen[0]
    known = [device.stable_name(cards) for device in devices]
    listed = ": `cabin microphones` lists them" if what == "microphone" else ""
    hint = nearest(name, known) or f"Plug it in, or name another{listed}."
    raise SoundError(
        Problem(
            f"the {what} {name!r} is not there" if name else f"no {what} is there",
            key,
            expected=", ".join(known) or "no such device at all is there",
            hint=hint,
        )
    )


def _of_card(wanted: str, devices: Sequence[Device], cards: Mapping[int, str]) -> list[Device]:
    match = _BY_CARD.match(wanted)
    card, unit = (match[1], match[2]) if match else (wanted, None)
    found = []
    for device in devices:
        hardware = _HARDWARE.search(device.name)
        if hardware and cards.get(int(hardware[1])) == card and unit in (None, hardware[2]):
            found.append(device)
    return found
