from __future__ import annotations

from cabin.speech.bias_graph import END_NODE, GraphBuilder
from cabin.speech.bias_language import Language


def language(*templates: str) -> Language:
    builder = GraphBuilder()
    for template in templates:
        builder.add_template(template, {})
    return Language(builder.build())


def test_letters_joined_to_a_word_make_one_word():
    told = language("turn[ed] (on|off) the light[s]", "(re|un)lock it")
    for text in ("turned on the lights", "turn off the light", "relock it", "unlock it"):
        assert told.accepts(text.split())
    for text in ("turn ed on the light", "turn on the light s", "lock it", "re lock it", "turn on the"):
        assert not told.accepts(text.split())


def test_any_order_of_a_permutation():
    told = language("make it (small;dark;sweet) now")
    assert told.accepts(["make", "it", "dark", "sweet", "small", "now"])
    assert told.accepts(["make", "it", "small", "dark", "sweet", "now"])
    assert not told.accepts(["make", "it", "small", "dark", "now"])
    assert not told.accepts(["make", "it", "small", "small", "sweet", "now"])


def test_sentences_share_their_endings():
    builder = GraphBuilder()
    for verb in ("open", "close", "shut", "lower"):
        builder.add_template(f"{verb} the (left|right|front|rear) window [please]", {})
    graph = builder.build()
    assert len(graph.final) <= 8
    assert len(graph.labels) <= 13
    assert graph.nbytes < 500
    assert list(graph.final[:1]) == [True]
    assert graph.first[END_NODE] == graph.first[END_NODE + 1]


def test_options_in_a_row_do_not_multiply_nodes():
    builder = GraphBuilder()
    builder.add_template("go " + " ".join(f"[(a{number}|b{number}|c{number})]" for number in range(40)) + " now", {})
    assert len(builder.build().final) < 60


def test_a_class_may_have_something_after_its_phrases():
    builder = GraphBuilder()
    numbers = builder.add_class("value", ["twenty two", "five"], then=["percent", "degrees celsius"])
    from cabin.catalog.template_tree import Reference

    builder.add_template("set it to {value} now", {Reference("value", "value"): numbers})
    told = Language(builder.build())
    for text in ("set it to five now", "set it to twenty two degrees celsius now", "set it to five percent now"):
        assert told.accepts(text.split())
    for text in ("set it to twenty now", "set it to five degrees now", "set it to now", "set it to five percent"):
        assert not told.accepts(text.split())


def test_a_sentence_cannot_begin_with_any_words():
    from cabin.catalog.template_tree import Reference

    builder = GraphBuilder()
    names = builder.add_class("contact", ["anna"], is_free=True)
    builder.add_template("[call] {contact} please", {Reference("contact", "contact"): names})
    told = Language(builder.build())
    assert told.accepts(["anna", "please"])
    assert told.accepts(["call", "whoever", "it", "was", "please"])
    assert not told.accepts(["whoever", "it", "was", "please"])
