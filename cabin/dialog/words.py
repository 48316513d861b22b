"""Values as they are said: numbers without needless digits, units in words, the car's own words for its states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cabin.vehicle.units import UnitSettings, from_signal, spoken_unit

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.messages import SignalValue

__all__ = ["close_spaces", "join_words", "say_amount", "say_number", "say_value", "words_of"]

_UNIT_WORDS: Mapping[str, tuple[str, str]] = {
    "percent": ("percent", "percent"),
    "celsius": ("degree", "degrees"),
    "fahrenheit": ("degree Fahrenheit", "degrees Fahrenheit"),
    "degrees celsius": ("degree Celsius", "degrees Celsius"),  # said to a driver whose car shows Fahrenheit
    "degrees": ("degree", "degrees"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("meter per second", "meters per second"),
    "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"),
    "km": ("kilometer", "kilometers"),
    "mile": ("mile", "miles"),
    "s": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "kpa": ("kilopascal", "kilopascals"),
    "hpa": ("hectopascal", "hectopascals"),
    "bar": ("bar", "bar"),
    "psi": ("psi", "psi"),
    "l": ("liter", "liters"),
    "kwh": ("kilowatt-hour", "kilowatt-hours"),
    "kw": ("kilowatt", "kilowatts"),
    "v": ("volt", "volts"),
    "a": ("amp", "amps"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "hz": ("hertz", "hertz"),
    "khz": ("kilohertz", "kilohertz"),
    "mhz": ("megahertz", "megahertz"),
    "iso8601": ("", ""),
}
"""Unit in small letters -> the word for one and for many. A unit not named here is said as it is written."""

_STATES = {
    "open": ("open", "closed"),
    "locked": ("locked", "unlocked"),
    "on": ("on", "off"),
    "active": ("on", "off"),
    "enabled": ("on", "off"),
    "engaged": ("on", "off"),
    "muted": ("muted", "not muted"),
}
"""Last word of a boolean's path -> its two states, where the catalog's `says` has none."""


def say_number(value: float) -> str:
    """Return a number with at most one decimal: 21, 21.5, 0.3. Frequencies keep two (99.75)."""
    rounded = round(float(value), 2 if abs(value * 10 - round(value * 10)) > 1e-6 and 80 <= abs(value) <= 110 else 1)
    return f"{int(rounded):d}" if rounded == int(rounded) else f"{rounded:.2f}".rstrip("0")


def say_amount(value: float, unit: str) -> str:
    """Return a number with its unit in words: "1 degree", "40 percent", "level 3"."""
    if unit == "level":
        return f"level {say_number(value)}"
    number = say_number(value)
    one, many = _UNIT_WORDS.get(unit.lower(), (unit, unit))
    return f"{number} {one if number in ('1', '-1') else many}".strip()


def say_value(spec: SignalSpec, value: SignalValue | None, settings: UnitSettings, unit: str = "") -> str:
    """Return a signal's value as said.

    The catalog's words, else a number in `unit` or in the unit of the car's settings.
    """
    if value is None:
        return "unknown"
    said = spec.says.get(str(value).lower() if isinstance(value, bool) else str(value))
    if said is not None:
        return said
    if isinstance(value, bool):
        return _say_state(spec.path, value)
    if isinstance(value, str):
        return value.replace("_", " ").lower() if spec.allowed else value
    if unit == "level":
        return say_amount(round(value * (spec.levels or 1) / (spec.maximum or 1.0), 1), unit)
    if not unit and spec.unit == "m" and abs(value) >= 1000:
        unit = settings.distance
    unit = unit or spoken_unit(None, spec, settings)
    number = from_signal(float(value), unit, spec)
    is_converted = unit in ("fahrenheit", "mph", "mile")  # rounded on the way in, so on the way out
    if is_converted and abs(2 * number - round(2 * number)) < 1e-3:
        number = round(2 * number) / 2  # 72.5 was said so
    elif is_converted or (unit in ("km", "km/h") and abs(number) >= 100):
        number = round(number)
    return say_amount(number, unit or spec.unit)


def words_of(value: object) -> str:
    """Return a slot's value as said: front_left -> "front left"."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return say_number(value)
    return str(value).replace("_", " ")


def join_words(words: Sequence[str]) -> str:
    """Join as a sentence does: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def close_spaces(text: str) -> str:
    """Close the gaps that empty slots leave, and say "every window" where a template made it "the all window"."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([.,:;?!])", r"\1", text)
    text = re.sub(r"\b(kilohertz|megahertz|percent|degrees)( \1)\b", r"\1", text)
    return re.sub(r"\b([Tt])he all (\w+(?: \w+)?)", _say_all, text)


def _say_all(match: re.Match[str]) -> str:
    nouns = match[2].split()
    is_plural = any(
        noun.endswith("s") and not noun.endswith("ss") for noun in nouns if noun not in ("is", "gets", "goes")
    )
    words = f"all the {match[2]}" if is_plural else f"every {match[2]}"
    return words.capitalize() if match[1] == "T" else words


def _say_state(path: str, value: bool) -> str:
    last = re.findall(r"[A-Z][a-z]*", path.rpartition(".")[2])
    yes, no = _STATES.get(last[-1].lower() if last else "", ("yes", "no"))
    return yes if value else no
