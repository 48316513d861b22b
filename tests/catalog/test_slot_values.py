from __future__ import annotations

from pathlib import Path

import pytest

from cabin.catalog.reading import Reader
from cabin.catalog.schema import Slot
from cabin.catalog.slot_values import read_slot_value
from cabin.yamlfile import parse_yaml

CHOICE = Slot("mode", "choice", ("on", "auto"))
NUMBER = Slot("value", "number", ("max",), 0, 10)
OPEN = Slot("song", "open")


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        (CHOICE, '"on"', "on"),
        (NUMBER, "3", 3),
        (NUMBER, "2.5", 2.5),
        (NUMBER, "max", "max"),
        (OPEN, "imagine", "imagine"),
    ],
)
def test_values(slot, text, value):
    reader = Reader()
    assert read_slot_value(reader, parse_yaml(text, Path("x.yaml")), slot, "key") == value
    assert reader.problems == []


@pytest.mark.parametrize(
    ("slot", "text", "said"),
    [
        (CHOICE, "on", 'Write it in quotes: "on"'),
        (CHOICE, "autos", "Did you mean 'auto'"),
        (NUMBER, "11", "outside the range"),
        (NUMBER, "-1", "outside the range"),
        (NUMBER, "ten", "a number, max"),
        (OPEN, "5", "a number where text is meant"),
        (CHOICE, "[on]", "not text"),
    ],
)
def test_mistakes(slot, text, said):
    reader = Reader()
    read_slot_value(reader, parse_yaml(text, Path("x.yaml")), slot, "key")
    assert len(reader.problems) == 1
    assert said in str(reader.problems[0])
