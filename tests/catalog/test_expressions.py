from __future__ import annotations

import pytest

STEP = "{by: 2, little: 1, lot: 5}"
MAP = "{map: scent, rose: ROSE, sea_breeze: SEA}"
VALUE = 'Strength: "{value}"'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (STEP, "11", "outside the range of signal Vehicle.Scent.Front.Strength"),
        (STEP, "2.5", "takes whole numbers"),
        (STEP, "full", "not a number"),
        (STEP, "true", "not a number"),
        (STEP, "[1]", "not an expression"),
        (STEP, "{up: 1}", "one of by, map, toggle"),
        (STEP, "{by: 2, small: 1}", "unknown key 'small'"),
        (STEP, "{by: two}", "not a number"),
        (STEP, '{by: "{amount}"}', "may be missing here"),
        (STEP, "{toggle: true}", "has not just two values"),
        (STEP, '"{strength}"', "unknown slot 'strength'"),
        (MAP, "{map: sent, rose: ROSE}", "unknown slot 'sent'"),
        (MAP, "{map: scent, rose: ROSES}", "Did you mean 'ROSE'"),
        (MAP, "{map: scent, pine: ROSE}", "slot 'scent' has no value 'pine'"),
        (MAP, "{map: scent}", "a map that maps nothing"),
        (MAP, "{map: position, front: ROSE}", "slot 'position' may be missing here"),
        (MAP, '"{scent}"', "does not allow 'rose'"),
        (MAP, '"-{scent}"', "slot 'scent' is no number"),
        (MAP, "{by: 1}", "'by' needs a number"),
        (MAP, "on", "a boolean where text is meant"),
        (MAP, "YELLOW", "does not allow 'YELLOW'"),
        ('IsOn": true', 'IsOn": on', "is boolean"),
        ('IsOn": true', 'IsOn": 1', "is boolean"),
        ('IsOn": true', 'IsOn": {toggle: maybe}', "not true or false"),
        ('IsOn": true', 'IsOn": {toggle: false}', "not a toggle"),
        ('IsOn": true', 'IsOn": "{scent}"', "slot 'scent' holds words"),
    ],
)
def test_mistakes(problems, files, old, new, said):
    assert old in files["fragrance.yaml"]
    found = problems({**files, "fragrance.yaml": files["fragrance.yaml"].replace(old, new, 1)})
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    "good", ["3", '{by: "{value}"}', '{by: "-{value}", min: 0}', '"-{value}"', "{by: -1}", '"{value}"']
)
def test_numbers(problems, files, good):
    files["fragrance.yaml"] = files["fragrance.yaml"].replace('"{value}"', good, 1)
    assert problems(files) == []


def test_a_number_does_not_fit_a_text(mistake):
    assert "does not fit" in mistake('Vehicle.Scent.Front.Strength: "{value}"', 'Vehicle.Scent.Front.Kind: "{value}"')
