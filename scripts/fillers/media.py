"""Songs, artists, albums and stations: the heads of media.yaml, and names made of its words."""

from __future__ import annotations

import random
from collections.abc import Collection

from scripts.fillers.drawing import collect, fill, plain, read_heads, say_digits, say_house_number

__all__ = ["albums", "artists", "songs", "stations"]

_HEADS = "media.yaml"
_FM_TENTHS = (881, 1080)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def songs(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return titles of songs, most of them made up, many with function words."""
    return _titles("song", seed, count, taken)


def artists(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return names of musicians and bands."""
    return _titles("artist", seed, count, taken)


def albums(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return titles of albums."""
    return _titles("album", seed, count, taken)


def _titles(what: str, seed: int, count: int, taken: Collection[str]) -> list[str]:
    rng, heads = random.Random(f"{seed}/{what}"), read_heads(_HEADS)
    known = _known(what, taken)
    patterns = heads[f"{what}_pattern"]
    made = collect(lambda: fill(rng.choice(patterns), heads, rng), count - len(known), {*taken, *known})
    return [*known, *made]


def _known(what: str, taken: Collection[str]) -> list[str]:
    names = dict.fromkeys(plain(name) for name in read_heads(_HEADS)[what])
    return [name for name in names if name and name not in taken]


def stations(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return stations: names, call letters and frequencies in words and digits."""
    rng, heads = random.Random(f"{seed}/station"), read_heads(_HEADS)
    known = _known("station", taken)

    def frequency() -> tuple[str, str]:
        """Return a frequency as typed and as said."""
        tenths = 2 * rng.randrange(*(end // 2 for end in _FM_TENTHS)) + 1
        high, low = divmod(tenths, 10)
        point = rng.choice((" point ", " ", " point "))
        whole = say_house_number(high) if rng.random() < 0.8 else say_digits(str(high), rng)
        return f"{high}.{low}", f"{whole}{point}{say_house_number(low)}"

    def make() -> str:
        draw, word, (typed, said) = rng.random(), rng.choice(heads["station_word"]), frequency()
        if draw < 0.20:
            return f"{word} {said}"
        if draw < 0.30:
            return f"{word} {typed}"
        if draw < 0.42:
            return f"{said}{rng.choice(('', ' f m'))}"
        if draw < 0.50:
            return f"{typed}{rng.choice(('', ' f m', ' fm'))}"
        if draw < 0.56:
            return f"{say_house_number(10 * rng.randrange(53, 171))} a m"
        if draw < 0.76:
            letters = " ".join((rng.choice("wk"), *rng.choices(_LETTERS, k=rng.choice((2, 3, 3)))))
            return f"{letters}{rng.choice(('', '', ' f m', ' radio'))}"
        place = rng.choice([name for name in heads["place"] if not name.startswith("the ")])
        form = rng.choice(
            ("radio {1}", "{0} radio", "{1} f m", "{1} {0} radio", "{0} {1}", "{1} public radio", "the {0}")
        )
        return form.format(word, place)

    return [*known, *collect(make, count - len(known), {*taken, *known})]
