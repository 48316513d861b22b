from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_language import Language
from cabin.speech.bias_spelling import PieceTable, SpellingWalk, plain_piece
from cabin.speech.lexicon import Lexicon, Spelling

LEXICON = Lexicon(
    {
        "mocha": (Spelling("mocker", 2.0),),
        "twenty two": (Spelling("22"),),
        "sun roof": (Spelling("sunroof"),),
        "defrost": (Spelling("to frost", 1.5),),
    }
)
TEMPLATES = (
    "open the {position} window[s]",
    "(order|make) a mocha",
    "set it to {value}",
    "call {contact}'s phone",
    "close (the|my) sun roof",
    "defrost it",
    "to bed it is",
)


@pytest.fixture(scope="module")
def walk(catalog_of, pieces) -> SpellingWalk:
    return SpellingWalk(Language(compile_language(catalog_of(*TEMPLATES), LEXICON)), PieceTable(pieces), LEXICON)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Open the driver window.", "open the driver window"),
        ("Open the driver\u2019s-side windows!", "open the driver's side windows"),
        ("make a Mocker", "make a mocha"),
        ("set it to 22", "set it to 22"),
        ("Set it to 22.5%.", "set it to 22.5 percent"),
        ("call Anna Berg's phone", "call anna berg's phone"),
        ("Close the sunroof.", "close the sun roof"),
        ("to frost it", "defrost it"),
        ("to bed it is", "to bed it is"),
    ],
)
def test_spellings_of_a_sentence(walk, text, read):
    written = walk.read(text)
    assert written is not None
    assert written.text == read


@pytest.mark.parametrize("text", ["", "open", "open the window", "make a mocha mocha", "set it to 22.7 percent", "."])
def test_what_is_no_sentence(walk, text):
    assert walk.read(text) is None


def test_words_in_open_slots_are_told_apart(walk):
    assert walk.read("call anna berg's phone").free == 0
    written = walk.read("call the dentist 's phone") or walk.read("call bob's phone")
    assert written.free > 0
    assert walk.read("make a mocker").cost == 2.0
    assert walk.read("make a mocker").known_words == 3


def test_in_an_open_slot_a_word_is_rather_itself_than_misheard(catalog_of, pieces):
    lexicon = Lexicon({"can": (Spelling("and", 2.0),)}, after=("can you",))
    walk = SpellingWalk(Language(compile_language(catalog_of("call {contact}"), lexicon)), PieceTable(pieces), lexicon)
    read = walk.read("call anna and berta")
    assert read is not None
    assert (read.text, read.cost) == ("call anna and berta", 0.0)


def test_any_piece_is_allowed_inside_an_open_slot_only(walk, pieces):
    start = walk.start()
    assert not walk.allowed(start).any_piece
    (inside,) = walk.write(start, " call ")
    assert walk.allowed(inside).any_piece


@given(st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_a_walk_over_allowed_pieces_never_gets_stuck(walk, pieces, seed):
    """Pieces that are allowed can be taken, those that can be taken are allowed, and there is always an end."""
    rng = random.Random(seed)
    written = walk.start()
    for _ in range(12):
        allowed = walk.allowed(written)
        if allowed.any_piece:
            return
        able = {token for token in range(len(pieces)) if walk.advance(written, token) and pieces[token]}
        assert set(allowed.tokens.tolist()) <= able
        marks = {token for token in able if not any(letter.isalnum() for letter in pieces[token])}
        assert able - marks <= set(allowed.tokens.tolist())
        if not allowed.tokens.size:
            assert walk.endings(written)
            return
        written = rng.choice(walk.advance(written, rng.choice(allowed.tokens.tolist())))


def test_plain_pieces():
    assert plain_piece(" It\u2019s") == " it's"
    assert plain_piece("50%") == "50 percent "
    assert plain_piece("-") == " "
    assert plain_piece("\u00c9t\u00e9") == "\u00e9t\u00e9"


def test_pieces_that_write_nothing_are_never_allowed(pieces):
    table = PieceTable(["", None, "a", "A", ",", "\x7f"])
    assert table.tokens({"a", ""}).tolist() == [2, 3]
    assert table.breaks.tolist() == [4]
