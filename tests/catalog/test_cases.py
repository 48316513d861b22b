from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Vehicle.Scent.{place}.Kind"', '"Vehicle.Scent.{place}.Kinds"', "Did you mean 'Vehicle.Scent.Front.Kind'"),
        ("read: [Vehicle.Scent.Front.Strength]", "read: [Vehicle.Scent.Front.Strenth]", "unknown signal"),
        ("Vehicle.Scent.Front.Strength: {by", "Vehicle.Scent.Left: {by", "is a sensor: it is read, never set"),
        ("Vehicle.Scent.Front.Strength: {by", '"Vehicle.Scent.{place}.{row}": {by', "Only {place} may stand in a path"),
        ("when: {scent: given}", "when: {sent: given}", "unknown slot 'sent'"),
        ("when: {scent: given}", "when: {scent: pine}", "slot 'scent' has no value 'pine'"),
        ("when: {scent: given}", "when: {scent: on}", "a boolean where text is meant"),
        ("when: {scent: given}", "whenn: {scent: given}", "Did you mean 'when'"),
        ("      - when: {scent: given}\n        set:", "      - set:", "this case is never reached"),
        ("reply: The {scent} scent is on.", "reply: The {sent} scent is on.", "unknown field in a reply: 'sent'"),
        ("reply: The {scent} scent is on.", "reply: The {reading} scent is on.", "but nothing is read"),
        ("reply: The {scent} scent is on.", "reply: The {scent scent is on.", "braces of the reply do not pair"),
        ("    reply: More scent.\n", "", "no reply"),
        (
            "    action: note_scent",
            "    action: note_scent\n    cases: [{action: other}]",
            "'action' stands beside 'cases'",
        ),
        ("  default: [Front]\n", "", "no zone for the position 'default'"),
        ("    action: note_scent", "    action: true", "a boolean where text is meant"),
    ],
)
def test_mistakes(problems, files, old, new, said):
    assert old in files["fragrance.yaml"]
    found = problems({**files, "fragrance.yaml": files["fragrance.yaml"].replace(old, new, 1)})
    assert any(said in problem for problem in found), found


def test_place_without_zones(problems, files):
    text = files["fragrance.yaml"]
    start, end = text.index("zones:"), text.index("intents:")
    assert all("{place} without zones" in p for p in problems({**files, "fragrance.yaml": text[:start] + text[end:]}))


def test_cases_as_loaded(catalog):
    first, second = catalog.intents["fragrance.on"].cases
    assert first.when == {"scent": "given"}
    assert first.set["Vehicle.Scent.{place}.Kind"] == {"map": "scent", "rose": "ROSE", "sea_breeze": "SEA"}
    assert second.when == {}
    assert catalog.intents["fragrance.get"].cases[0].read == ("Vehicle.Scent.Front.Strength",)


def test_a_slot_is_there_after_a_case_took_its_absence(problems, files):
    files["fragrance.yaml"] = files["fragrance.yaml"].replace(
        "when: {scent: given}\n        set:", "when: {scent: missing}\n        set:"
    )
    found = problems(files)
    assert len(found) == 1, found
    assert "slot 'scent' may be missing here" in found[0]
