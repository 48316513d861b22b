"""Contacts and telephone numbers: Faker's names of many countries, and the ways people keep them in a phone."""

from __future__ import annotations

import random
import re
from collections.abc import Collection
from functools import cache

from faker import Faker

from scripts.fillers.drawing import collect, say_digits

__all__ = ["contacts", "numbers"]

_LOCALES = (
    *("en_US", "en_US", "en_US", "en_GB", "en_GB", "en_AU", "en_CA", "en_IE", "en_IN", "en_NZ", "de_DE", "de_AT"),
    *("fr_FR", "fr_CA", "es_ES", "es_MX", "es_CO", "it_IT", "pt_BR", "pt_PT", "nl_NL", "nl_BE", "sv_SE", "da_DK"),
    *("no_NO", "fi_FI", "pl_PL", "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "tr_TR", "id_ID", "vi_VN", "zu_ZA"),
    *("yo_NG", "fil_PH", "lt_LT", "et_EE"),
)
_PHONE_LOCALES = ("en_US", "en_US", "en_GB", "en_GB", "en_AU", "en_CA", "de_DE", "fr_FR", "es_ES", "en_IN")
_TITLES = (
    *(
        "doctor",
        "doctor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "professor",
        "coach",
        "pastor",
        "father",
        "judge",
        "officer",
        "chef",
    ),
)
_KIN = ("aunt", "uncle", "aunty", "cousin", "grandma", "grandpa", "big", "little", "old", "sister", "brother", "nurse")
_FROM = (
    *("from work", "from the gym", "from school", "from church", "from next door", "from accounting", "from college"),
    *("from the office", "from yoga", "from upstairs", "from tennis", "the plumber", "the electrician", "the realtor"),
    *("the mechanic", "the landlord", "the babysitter", "the dog walker", "the gardener", "the dentist", "the vet"),
    *("the contractor", "the accountant", "the piano teacher", "the trainer", "at the bank", "at reception", "junior"),
)
_RELATED = (
    "mom",
    "mum",
    "dad",
    "wife",
    "husband",
    "brother",
    "sister",
    "son",
    "daughter",
    "boss",
    "office",
    "assistant",
)
_MY = (
    *(
        "cousin",
        "friend",
        "brother",
        "sister",
        "uncle",
        "aunt",
        "neighbor",
        "colleague",
        "boss",
    ),
    *("nephew", "niece", "lawyer", "doctor", "son", "daughter", "roommate", "coworker"),
)
_SUFFIX = re.compile(r"\b(?:inc|llc|ltd|plc|and sons|group)\b\.?", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:x|ext).*", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^\d+]+")


@cache
def _fakers(seed: int) -> dict[str, Faker]:
    fakers = {}
    for number, locale in enumerate(sorted({*_LOCALES, *_PHONE_LOCALES})):
        fakers[locale] = Faker(locale)
        fakers[locale].seed_instance(1000 * seed + number)
    return fakers


def contacts(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return names of people and companies as they may stand in a phone."""
    _fakers.cache_clear()
    rng, fakers = random.Random(f"{seed}/contact"), _fakers(seed)

    def make() -> str:
        fake, draw = fakers[rng.choice(_LOCALES)], rng.random()
        first, last = fake.first_name(), fake.last_name()
        if draw < 0.50:
            return f"{first} {last}"
        if draw < 0.64:
            return str(first)
        if draw < 0.73:
            return f"{rng.choice(_TITLES)} {last}"
        if draw < 0.79:
            return f"{rng.choice(_KIN)} {first}"
        if draw < 0.86:
            return f"{first} {rng.choice(_FROM)}"
        if draw < 0.91:
            return f"{first}'s {rng.choice(_RELATED)}"
        if draw < 0.95:
            return f"{rng.choice(_MY)} {first}"
        return _SUFFIX.sub("", fakers["en_US"].company())

    return collect(make, count, taken)


def numbers(seed: int, count: int, taken: Collection[str]) -> list[str]:
    """Return telephone numbers in words and in digits."""
    _fakers.cache_clear()
    rng, fakers = random.Random(f"{seed}/number"), _fakers(seed)

    def make() -> str:
        dialled = _EXTENSION.sub("", fakers[rng.choice(_PHONE_LOCALES)].phone_number())
        blocks = _NOT_DIALLED.sub(" ", dialled).replace("+", " plus ").split()
        if rng.random() < 0.25:
            blocks = blocks[-2:] if blocks[-2:-1] != ["plus"] else blocks
        digits = sum(len(block) for block in blocks if block.isdigit())
        if not 5 <= digits <= 13 or (digits > 8 and len(blocks) == 1 and rng.random() < 0.7):
            return ""
        if rng.random() < 0.4:
            return " ".join(blocks)
        said = " ".join(say_digits(block, rng) if block.isdigit() else block for block in blocks)
        return said.replace("one eight oh oh ", "one eight hundred ")

    return collect(make, count, taken, most_words=16)
