"""The JSON schema agrees with what the loader takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import jsonschema
import pytest
import yaml

from cabin.config import Bounds
from cabin.config.schema import FILES, schema_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lamp:
    """A lamp."""

    level: Annotated[int, Bounds(0, 9)]
    """How bright."""
    colour: Literal["red", "white"] = "white"
    name: str | None = None
    zones: tuple[str, ...] = ()


@pytest.mark.parametrize("file", FILES)
def test_each_is_a_valid_schema(file):
    jsonschema.Draft202012Validator.check_schema(schema_of(file, {"lamp": Lamp}))


@pytest.mark.parametrize(
    ("file", "path"),
    [("cabin.yaml", "cabin.yaml"), ("vehicle.yaml", "vehicle.yaml"), ("budgets", "budgets/headunit.yaml")],
)
def test_the_files_of_the_repository_hold_to_it(file, path):
    data = yaml.safe_load((ROOT / "config" / path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema_of(file)).validate(data)


@pytest.mark.parametrize(
    ("data", "right"),
    [
        ({"plugins": {"lamp": {"level": 3}}}, True),
        ({"plugins": {"lamp": {"level": 3, "colour": "red", "name": None, "zones": ["a"]}}}, True),
        ({"plugins": {"lamp": {"level": 10}}}, False),
        ({"plugins": {"lamp": {"level": 3, "colour": "blue"}}}, False),
        ({"plugins": {"lamp": {}}}, False),
        ({"plugins": {"lmap": {"level": 3}}}, False),
        ({"recognizer": {"threads": 0}}, False),
        ({"recogniser": {}}, False),
    ],
)
def test_sections_of_plugins_are_in_it(data, right):
    validator = jsonschema.Draft202012Validator(schema_of("cabin.yaml", {"lamp": Lamp}))
    assert validator.is_valid(data) is right


def test_meanings_are_in_it():
    properties = schema_of("cabin.yaml")["properties"]["recognizer"]["properties"]
    assert properties["threads"]["description"] == "Processor threads of the recognizer."
    assert properties["threads"]["default"] == 1
