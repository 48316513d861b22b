from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.catalog.loader import load_catalog
from cabin.catalog.sampling import Sampler, expand
from cabin.catalog.schema import Catalog, Combination, Place, Slot
from cabin.catalog.templates import TemplateMatcher
from cabin.speech.bias_compile import compile_language, number_phrases
from cabin.speech.bias_language import Language
from cabin.speech.lexicon import Lexicon

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ALPHABET = st.sampled_from(["open", "window", "windows", "please", "roll", "down", "the", "driver", "rear", "left"])
WORDS = st.sampled_from(["open", "window[s]", "please", "roll down", "the"])


def templates(depth: int = 2):
    leaf = st.one_of(WORDS, WORDS, st.just("{position}"))
    if depth == 0:
        return leaf
    inner = templates(depth - 1)
    return st.one_of(
        leaf,
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"({'|'.join(items)})"),
        inner.map(lambda item: f"[{item}]"),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: f"({';'.join(items)})"),
    )


def language(catalog: Catalog) -> Language:
    return Language(compile_language(catalog, Lexicon()))


@given(template=templates(), said=st.lists(ALPHABET, min_size=1, max_size=7), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_exactly_what_the_templates_say_is_accepted(catalog_of, template, said, seed):
    """Random words are judged as hassil judges them; what a template can say is always accepted."""
    catalog = catalog_of(f"open {template} now")
    told = language(catalog)
    text = " ".join(["open", *said, "now"])
    assert told.accepts(text.split()) == (TemplateMatcher(catalog).match(text) is not None)
    pieces = expand(f"open {template} now", random.Random(seed))
    expanded = " ".join("".join(piece if isinstance(piece, str) else "driver" for piece in pieces).split())
    assert told.accepts(expanded.split())


def test_sentences_of_the_first_party_are_accepted_and_a_mixture_of_their_words_is_not():
    catalog = load_catalog([(path.parent.name, path) for path in sorted(PLUGINS.glob("*/catalog"))])
    told = language(catalog)
    sampler, rng = Sampler(catalog), random.Random(7)
    sampled = [
        sampler.group(intent, group, rng).text.split()
        for intent in catalog.intents.values()
        for group in intent.sentences
        if not any(slot.kind == "number" for slot in intent.slots.values())
    ]
    assert len(sampled) > 200
    assert [" ".join(words) for words in sampled if not told.accepts(words)] == []
    closed = [words for words in sampled if len(words) > 3]
    mixed = [rng.sample(words, len(words)) for words in closed]
    assert sum(told.accepts(words) for words in mixed) < len(mixed) / 4


def test_numbers_of_a_slot():
    level = number_phrases(Slot("value", "number", (), 1, 3))
    assert {"one", "1", "two", "2.5", "two and a half", "three"} <= set(level)
    assert {"four", "three hundred", "300"} <= set(level), "numbers out of range are heard as what they are"
    assert "3.5" not in level
    assert "two thousand" not in level
    station = number_phrases(Slot("value", "number", (), 87.5, 1700), ("mhz",))
    assert {"101.7", "1000"} <= set(station)
    cold = number_phrases(Slot("value", "number", (), -2, 0))
    assert {"minus two", "minus 2", "zero"} <= set(cold)


def test_numbers_take_their_units_and_named_values(catalog_of):
    told = language(catalog_of("open it [to] {value}"))
    for text in ("open it to fifty percent", "open it 50", "open it to 22.5 percent", "open it max"):
        assert told.accepts(text.split())
    for text in ("open it to fifty degrees", "open it to 1300", "open it percent"):
        assert not told.accepts(text.split())


def test_open_slots_take_any_words_but_know_their_list(catalog_of):
    told = language(catalog_of("call {contact}"))
    assert told.accepts(["call", "anna", "berg"])
    assert told.accepts(["call", "somebody", "else", "entirely"])
    assert not told.accepts(["call"])


def test_words_around_a_sentence(catalog_of):
    catalog = catalog_of("open the window")
    told = Language(compile_language(catalog, Lexicon({}, before=("um", "could you"), after=("please",))))
    for text in ("um could you open the window please", "open the window", "could you open the window"):
        assert told.accepts(text.split())
    for text in ("please open the window", "um", "um could you", "um um um open the window"):
        assert not told.accepts(text.split())


def test_commands_in_one_breath(catalog_of):
    where = Place(Path("x.yaml"), 1)
    calls = (("window.open", {"position": "{position}"}), ("window.open", {"position": "driver"}))
    base = catalog_of("open the window")
    both = Combination(calls, ("open the {position} window and mine",), where)
    told = language(Catalog(base.intents, {}, base.lists, (both,)))
    assert told.accepts(["open", "the", "rear", "left", "window", "and", "mine"])
    assert not told.accepts(["open", "the", "window", "and", "mine"])
