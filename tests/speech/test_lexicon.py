from __future__ import annotations

from cabin.speech.lexicon import Lexicon, load_fillers, load_lexicon


def test_digits_cost_nothing_and_mishearings_do():
    spellings = load_lexicon().spellings
    assert {"16"} == {each.text for each in spellings["sixteen"] if each.cost == 0}
    assert "22" in {each.text for each in spellings["twenty two"]}
    assert "3rd" in {each.text for each in spellings["third"]}
    assert {each.text: each.cost > 0 for each in spellings["defrost"]} == {"to frost": True}


def test_the_more_often_misheard_the_cheaper():
    spellings = load_lexicon().spellings
    costs = {(said, each.text): each.cost for said, all_of in spellings.items() for each in all_of}
    assert costs["dum", "dumb"] <= costs["defrost", "to frost"] < costs["cedars", "cedar"]
    assert min(costs.values()) == 0


def test_everything_is_spelled_as_the_catalogs_are():
    lexicon = load_lexicon()
    texts = [each.text for all_of in lexicon.spellings.values() for each in all_of]
    for phrase in (*texts, *lexicon.spellings, *lexicon.before, *lexicon.after):
        assert phrase == " ".join(phrase.lower().split())
        assert all(letter.isalnum() or letter in " '" for letter in phrase)
    assert all(len(said.split()) <= 2 for said in lexicon.spellings)


def test_what_is_said_around_an_order_comes_off_both_ends():
    lexicon = Lexicon(before=("okay", "can you", "so"), after=("please", "right now"))
    words = ["so", "okay", "can", "you", "stop", "now", "right", "now", "please"]
    assert lexicon.core(words) == ("stop", "now")
    cores = list(lexicon.cores(words))
    assert cores[0] == tuple(words)
    assert [len(core) for core in cores] == sorted((len(core) for core in cores), reverse=True)
    assert lexicon.core(["please"]) == ("please",)
    assert lexicon.core([]) == ()
    assert lexicon.core(["stop"]) == ("stop",)


def test_fillers_are_those_of_the_lexicon():
    assert load_fillers().before == load_lexicon().before
    assert load_fillers().after == load_lexicon().after
