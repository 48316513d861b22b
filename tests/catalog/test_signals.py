from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.loader import load_catalog
from cabin.catalog.signals import expand_braces
from cabin.errors import CatalogError

words = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=5)


@given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=4))
def test_braces_stand_for_each(parts):
    pattern = "A" + "".join("." + "{" + ",".join(part) + "}" for part in parts)
    expanded = list(expand_braces(pattern))
    product = 1
    for part in parts:
        product *= len(part)
    assert len(expanded) == product
    assert expanded[0] == "A" + "".join("." + part[0] for part in parts)
    assert expanded[-1] == "A" + "".join("." + part[-1] for part in parts)
    assert all("{" not in path and "," not in path for path in expanded)


@given(words)
def test_a_path_without_braces_is_itself(path):
    assert list(expand_braces(path)) == [path]


@pytest.mark.parametrize("pattern", ["A.{B", "A.B}", "A.{}", "A.{B,}", "A.{{B}}"])
def test_braces_that_are_wrong(pattern):
    with pytest.raises(ValueError, match="braces"):
        list(expand_braces(pattern))


SPEC = "kind: sensor, datatype: float, min: 0, max: 1.5, standard: false"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("kind: senser, datatype: float", "Did you mean 'sensor'"),
        ("kind: sensor, datatype: floot", "Did you mean 'float'"),
        ("kind: sensor", "no key 'datatype'"),
        ("kind: sensor, datatype: float, mim: 0", "unknown key 'mim'"),
        ("kind: sensor, datatype: float, min: 2, max: 1", "range is reversed"),
        ("kind: sensor, datatype: uint8, min: 0, max: 300", "outside uint8"),
        ("kind: sensor, datatype: string, min: 0", "'min' fits numbers only"),
        ("kind: sensor, datatype: float, allowed: [A]", "'allowed' fits strings only"),
        ("kind: sensor, datatype: string, allowed: [ON, B]", "a boolean where text is meant"),
        ("kind: sensor, datatype: float, min: 0, max: 1, initial: 2", "outside the range"),
        ("kind: sensor, datatype: boolean, initial: on", "true or false"),
        ("kind: sensor, datatype: string, allowed: [A], initial: B", "does not allow 'B'"),
        ("kind: sensor, datatype: float, rate_per_s: 0", "not above zero"),
        ("kind: sensor, datatype: float, levels: 3", "levels need"),
        ("kind: sensor, datatype: boolean, says: {maybe: x}", "unknown value 'maybe'"),
        ("kind: sensor, datatype: float, standard: 1", "not true or false"),
    ],
)
def test_mistakes(mistake, new, said):
    assert said in mistake(SPEC, new, "signals.yaml")


@pytest.mark.parametrize("path", ["vehicle.x", "Vehicle", "Vehicle..X", "Vehicle.{A", "Vehicle.X Y"])
def test_paths_that_are_none(problems, files, path):
    files["signals.yaml"] += f'  "{path}": {{kind: sensor, datatype: float}}\n'
    assert len(problems(files)) == 1


def test_a_path_twice_by_braces(mistake):
    assert "stands twice" in mistake("Vehicle.Scent.Left:", '"Vehicle.Scent.{Left,Left}":', "signals.yaml")


def test_two_plugins_may_agree_on_a_signal(write, files):
    other = (
        "signals: {Vehicle.Scent.Left: {kind: sensor, datatype: float, min: 0, max: 1.5, standard: false, initial: 1}}"
    )
    catalog = load_catalog([write(files, "a"), write({"signals.yaml": other}, "b")])
    assert catalog.signals["Vehicle.Scent.Left"].initial == 1


def test_two_plugins_may_not_disagree(write, files):
    other = "signals: {Vehicle.Scent.Left: {kind: sensor, datatype: double, min: 0, max: 1.5, standard: false}}"
    with pytest.raises(CatalogError, match="described in two ways"):
        load_catalog([write(files, "a"), write({"signals.yaml": other}, "b")])
