from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("device: fragrance", "devise: fragrance", "unknown key 'devise'"),
        ("device: fragrance", "device: on", "a boolean where text is meant"),
        ("device: fragrance", "device: Fragrance", "not a device name"),
        ('"on":', "on:", "key 'on' is a boolean in YAML"),
        ("title: set the scent", "title: 5", "a number where text is meant"),
        ("[rose, sea_breeze]", "[rose, on]", "a boolean where text is meant"),
        ("[rose, sea_breeze]", "[rose, sea_breeze, rose]", "'rose' stands twice"),
        ("[rose, sea_breeze]", "[rose, sea_breeze, Sea Salt]", "not a slot value"),
        ("text: open}", "text: opened}", "not a kind of slot"),
        ("text: open}", "text: {kind: open}}", "not a kind of slot"),
        ("required: true", "required: maybe", "not true or false"),
        ("number: [0, 10]", "number: [10, 0]", "range is reversed"),
        ("number: [0, 10]", "number: [10]", "not a range"),
        ("number: [0, 10]", "number: [zero, 10]", "not a number"),
        ("words: [max, min]", "word: [max, min]", "Did you mean 'words'"),
        ("all: [Front, Rear]", "every: [Front, Rear]", "no zone for the position 'all'"),
        ("position: [front, all]", "position: [front]", "no intent has the position"),
        ("  get:\n    read", "  Get:\n    read", "not an action name"),
        ("slots: {amount: [little, lot]}", "slots: [little, lot]", "not a mapping"),
    ],
)
def test_mistakes(problems, files, old, new, said):
    assert old in files["fragrance.yaml"]
    found = problems({**files, "fragrance.yaml": files["fragrance.yaml"].replace(old, new, 1)})
    assert any(said in problem for problem in found), found
    assert all("fragrance.yaml:" in problem for problem in found)


def test_the_line_and_the_key_are_told(mistake, files):
    problem = mistake("number: [0, 10]", "number: [10, 0]")
    line = next(n for n, text in enumerate(files["fragrance.yaml"].splitlines(), 1) if "number:" in text)
    assert f"fragrance.yaml:{line}, intents.set.slots.value.number" in problem


def test_a_unit_needs_a_number(mistake):
    assert "a unit without a number slot" in mistake(
        "slots: {amount: [little, lot]}", "slots: {amount: [little, lot], unit: [percent]}"
    )


def test_an_intent_may_bring_its_own_zones(problems, files):
    own = "slots: {scent: [rose, sea_breeze], position: [front, all]}"
    zones = "zones: {default: [Rear], front: [Front], all: [Rear]}"
    files["fragrance.yaml"] = files["fragrance.yaml"].replace(own, f"{own}\n    {zones}")
    assert problems(files) == []


def test_long_forms_of_slots(catalog):
    note = catalog.intents["fragrance.note"].slots
    assert note["person"].required
    assert note["person"].kind == "open"
    assert not note["text"].required
    assert catalog.intents["fragrance.set"].slots["unit"].kind == "unit"


@pytest.mark.parametrize("text", ["device: x", "intents: {}", "- a", "''", "5"])
def test_files_that_are_no_device(problems, files, text):
    assert problems({**files, "x.yaml": text})


def test_an_empty_file_is_told(problems, files):
    assert "the file is empty" in problems({**files, "x.yaml": "# nothing\n"})[0]
