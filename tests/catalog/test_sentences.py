from __future__ import annotations

import pytest

ON = "(turn|switch) on the [{position}] scent diffuser"
MORE = "sentences: [more scent]"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (ON, "(turn|switch on", "not a template"),
        (ON, "'[please]'", "the sentence can be empty"),
        (ON, "''", "not text"),
        (ON, "Turn it on", "never stands in a normalized utterance"),
        (ON, "turn on {positoin}", "Did you mean 'position'"),
        (ON, "turn on {scent:positio}", "the intent has no slot 'positio'"),
        (ON, "turn on {side:scent}", "has no value that slot 'scent' takes"),
        (ON, "turn on {odour:scent}", "unknown list 'odour'"),
        (ON, "turn on {person}", "the intent has no slot 'person'"),
        (ON, "turn on {position} {position}", "more than once"),
        ("set the scent [strength] to {value}", "set the scent {value} {unit}", "leave it out"),
        (
            "set the scent [strength] to {value}",
            "set the scent [to {value}]",
            "may leave out the required slot 'value'",
        ),
        ("set the scent [strength] to {value}", "set the scent", "does not fill the required slot 'value'"),
        (
            "sentences: [full scent]",
            'sentences: ["full scent {value}"]',
            "fixed by the group and filled by the sentence",
        ),
        ("slots: {scent: rose}\n", "slots: {scent: pine}\n", "has no value 'pine'"),
        ("slots: {scent: rose}\n", "slots: {sent: rose}\n", "unknown slot of fragrance.on: 'sent'"),
        ("slots: {scent: rose}\n", 'slots: {scent: "{scent}"}\n', "a group's slots hold fixed values"),
        ("slots: {value: max}", "slots: {value: 12}", "outside the range"),
        (MORE, "sentences: []", "the list is empty"),
        (MORE, "sentences: more scent", "not a list"),
        (MORE, "sentences: [on]", "a boolean where text is meant"),
        (MORE, "sentences: [{slot: {}, sentences: [a]}]", "unknown key 'slot'"),
    ],
)
def test_mistakes_in_devices(problems, files, old, new, said):
    text = files["fragrance.yaml"]
    assert old in text
    quoted = new if old == MORE or "slots:" in old or "sentences:" in old or new.startswith("'") else f'"{new}"'
    found = problems({**files, "fragrance.yaml": text.replace(old, quoted, 1)})
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("device: fragance\nintents: {up: [a]}", "Did you mean 'fragrance'"),
        ("device: fragrance\nintents: {uup: [a]}", "Did you mean 'up'"),
        ("device: fragrance\nintent: {up: [a]}", "Did you mean 'intents'"),
        ("device: fragrance", "no key 'device' or no key 'intents'"),
        ("combined: [{calls: [{fragrance.up: {}}], sentences: [more]}]", "two calls or more"),
        (
            "combined: [{calls: [{fragrance.up: {}}, {fragrance.of: {}}], sentences: [more]}]",
            "unknown intent 'fragrance.of'",
        ),
        (
            "combined: [{calls: [{fragrance.up: {}}, {fragrance.on: {scent: pine}}], sentences: [more]}]",
            "has no value 'pine'",
        ),
        ("combined: [{calls: [{fragrance.up: {}}, {fragrance.on: {sent: rose}}], sentences: [more]}]", "unknown slot"),
        ("combined: [{calls: [{fragrance.up: {}}, {fragrance.get: {}}]}]", "needs the keys"),
        ('combined: [{calls: [{fragrance.up: {}}, {fragrance.get: {}}], sentences: ["more (a"]}]', "not a template"),
        (
            'combined: [{calls: [{fragrance.up: {}}, {fragrance.get: {}}], sentences: ["more {scent}"]}]',
            "fills no slot",
        ),
        ("refusals: {answer: [why]}", "unknown reason 'answer'"),
        ('refusals: {question: ["why {odour}"]}', "unknown list 'odour'"),
        ("refusals: {question: why}", "not a list"),
        ("refusals: [why]", "not a mapping"),
    ],
)
def test_mistakes_in_sentence_files(problems, files, text, said):
    found = problems({**files, "sentences/x.yaml": text})
    assert any(said in problem for problem in found), found


def test_bare_and_grouped_sentences_together(catalog):
    groups = catalog.intents["fragrance.set"].sentences
    assert [group.slots for group in groups] == [{}, {"value": "max"}]
    assert len(groups[0].templates) == 2
