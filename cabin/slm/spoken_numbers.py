"""Numbers as people say them to cars, for training: likely values for a slot's range and unit, in words or digits."""

from __future__ import annotations

from collections.abc import Callable

from cabin.catalog.sampling import RandomSource, SaidNumber
from cabin.catalog.schema import Slot
from cabin.slm.numbers import say_number

__all__ = ["say_likely_number"]

_IN_WORDS = 0.6
_WITH_UNIT = 0.4
_UNIT_WORDS = {
    "percent": ("percent", "%", "per cent"),
    "celsius": ("degrees celsius", "celsius", "degrees c", "degrees centigrade"),
    "fahrenheit": ("degrees fahrenheit", "fahrenheit", "degrees f"),
    "degree": ("degrees",),
    "level": ("levels", "notches", "steps"),
    "kmh": ("kilometers per hour", "kilometers an hour", "kmh", "kph", "kilometres per hour"),
    "mph": ("miles per hour", "miles an hour", "mph"),
    "minute": ("minutes",),
    "mhz": ("megahertz", "mhz"),
    "khz": ("kilohertz", "khz"),
}


def say_likely_number(rng: RandomSource, slot: Slot, units: tuple[str, ...]) -> SaidNumber:
    """Say a number of the slot's range, sometimes with one of `units` (cabin.catalog.sampling.NumberSayer)."""
    low = 0.0 if slot.minimum is None else slot.minimum
    high = low + 100.0 if slot.maximum is None else slot.maximum
    unit = units[int(rng.random() * len(units))] if units and rng.random() < _WITH_UNIT else None
    value = min(max(_likely(rng, low, high, unit, units), low), high)
    number: float | int = int(value) if value == int(value) else value
    text = say_number(number) if rng.random() < _IN_WORDS else f"{number:g}"
    if unit is not None:
        words = _UNIT_WORDS[unit]
        text += f" {words[int(rng.random() * len(words))]}"
    return SaidNumber(text, number, unit)


def _likely(rng: RandomSource, low: float, high: float, unit: str | None, units: tuple[str, ...]) -> float:
    def whole(first: float, last: float) -> float:
        return float(int(first + rng.random() * (last - first + 1)))

    choose: list[Callable[[], float]]
    if "celsius" in units or "degree" in units:
        small = [lambda: whole(1, 10), lambda: whole(1, 4)]
        rooms = [lambda: whole(15, 29), lambda: whole(15, 29) + 0.5, lambda: whole(58, 86)]
        if unit == "celsius":
            rooms = rooms[:2]
        elif unit == "fahrenheit":
            rooms = rooms[2:]
        choose = small if low >= 0 and high <= 100 else rooms
    elif "mhz" in units or unit in ("mhz", "khz"):
        choose = [lambda: round(87.5 + rng.random() * 20.5, 1), lambda: whole(53, 170) * 10]
    elif high <= 12:
        choose = [lambda: whole(max(low, 1), min(high, 5)), lambda: whole(low, high)]
    elif "kmh" in units or "mph" in units:
        choose = [lambda: 5 * whole(4, 30), lambda: whole(20, 150), lambda: whole(1, 20)]
    else:
        choose = [lambda: whole(low, high), lambda: 5 * whole(0, high // 5), lambda: whole(1, 10)]
    return choose[int(rng.random() * len(choose))]()
