"""Media actions that setting signals by slots cannot say.

`Vehicle.Cabin.Infotainment.Media.Request.*` is what the head unit's own player acts on. A request writes all of its
parts, the ones not said as empty text, so that nothing of an earlier request is left in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cabin.errors import Problem, VehicleError
from cabin.messages import SignalChange
from cabin.vehicle.action import ActionResult
from cabin.vehicle.signals import bounds, in_range, same_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cabin.catalog.schema import Intent, SignalSpec
    from cabin.messages import Command, SignalValue
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["REQUEST", "VSS_SOURCES", "now_playing", "play", "tune"]

_MEDIA = "Vehicle.Cabin.Infotainment.Media"

REQUEST = {
    slot: f"{_MEDIA}.Request.{slot.capitalize()}"
    for slot in ("song", "artist", "album", "playlist", "genre", "query", "source")
}
"""Slot of media.play -> the request signal it is written to."""

VSS_SOURCES = {
    "radio": "FM",
    "bluetooth": "BLUETOOTH",
    "usb": "USB",
    "cd": "CD",
    "aux": "AUX",
    "spotify": "INTERNET",
    "phone": "BLUETOOTH",
    "podcast": "INTERNET",
    "audiobook": "INTERNET",
    "tv": "TV",
}
"""Source as said -> value of Media.Played.Source; the request keeps the word said, which tells more."""

_FM = f"{_MEDIA}.Radio.FM.Frequency"
_AM = f"{_MEDIA}.Radio.AM.Frequency"
_FM_BELOW = 200.0
"""A bare number below this is FM in megahertz (87.5 to 108), above it AM in kilohertz (520 to 1710)."""

_DEADLINE_MS = 500.0


def play(command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Write the whole request, choose the source if one was said, and start. Raises VehicleError."""
    said = {slot: str(command.slots.get(slot, "")) for slot in REQUEST}
    targets: dict[str, SignalValue] = {path: said[slot] for slot, path in REQUEST.items()}
    if said["source"]:
        targets[f"{_MEDIA}.Played.Source"] = VSS_SOURCES[said["source"]]
    targets[f"{_MEDIA}.Played.PlaybackRate"] = 1.0
    targets[f"{_MEDIA}.Action"] = "PLAY"
    return ActionResult(changes=_set_all(vehicle, targets), reply=_describe(said))


def now_playing(_command: Command, _intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Tell song and artist, as far as the player knows them. Raises VehicleError when the car does not answer."""
    readings = tuple(vehicle.read(f"{_MEDIA}.Played.{part}") for part in ("Track", "Artist"))
    track, artist = (str(signal.value or "") for signal in readings)
    if not track and not artist:
        return ActionResult(readings=readings, reply="The player does not tell what this is.")
    text = f"{track} by {artist}" if track and artist else track or artist
    return ActionResult(readings=readings, reply=f"This is {text}.")


def tune(command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
    """Tune to a number said without its unit. Raises VehicleError when it is on neither band, telling both."""
    value = command.slots["value"]
    if isinstance(value, str):
        raise VehicleError(Problem("a frequency has to be a number", where=intent.name, seen=value))
    path, band = (_FM, "FM") if value < _FM_BELOW else (_AM, "AM")
    if not in_range(vehicle.signals()[path], value):
        bands = " or ".join(_describe_band(vehicle.signals()[each]) for each in (_FM, _AM))
        raise VehicleError(Problem("no station can be there", where=intent.name, seen=f"{value:g}", expected=bands))
    targets: dict[str, SignalValue] = {
        f"{_MEDIA}.Radio.IsOn": True,
        f"{_MEDIA}.Played.Source": band,
        f"{_MEDIA}.Radio.Station": "",
        path: float(value) if band == "FM" else round(value),
    }
    return ActionResult(
        changes=_set_all(vehicle, targets), reply=f"Tuning to {value:g} {'megahertz' if band == 'FM' else 'kilohertz'}."
    )


def _describe_band(spec: SignalSpec) -> str:
    """Word a band as this car has it: "87.5 to 108 MHz"."""
    low, high = bounds(spec)
    return f"{low:g} to {high:g} {spec.unit}"


def _describe(said: Mapping[str, str]) -> str:
    """Word what is going to be played: "Playing imagine by john lennon from spotify."."""
    thing = said["song"] or said["query"] or said["genre"]
    album = f"the album {said['album']}" if said["album"] else ""
    playlist = f"the playlist {said['playlist']}" if said["playlist"] else ""
    named = thing or album or playlist
    parts = [
        named or said["artist"],
        f"from {album}" if thing and album else "",
        f"by {said['artist']}" if named and said["artist"] else "",
        f"from {playlist}" if (thing or album) and playlist else "",
        f"from {said['source']}" if said["source"] else "",
    ]
    return " ".join(["Playing", *filter(None, parts)]) + "."


def _set_all(vehicle: VehicleInterface, targets: Mapping[str, SignalValue]) -> tuple[SignalChange, ...]:
    """Write all signals, then read each back: together they take no longer than one. Raises VehicleError."""
    before = {path: vehicle.read(path).value for path in targets}
    for path, value in targets.items():
        vehicle.write(path, value, _DEADLINE_MS)
    changes = []
    for path, value in targets.items():
        spec = vehicle.signals()[path]
        after = vehicle.wait_for(path, value, _DEADLINE_MS).value
        changes.append(SignalChange(path, before[path], value, after, same_value(spec, after, value), spec.unit))
    return tuple(changes)
