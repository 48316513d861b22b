"""What dataclasses say of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from cabin.config.fields import MISSING, Bounds, fields_of, type_name, walk
from cabin.config.sections import Budgets, CabinConfig, ParserConfig, VehicleConfig


def test_fields_with_docs_bounds_and_defaults():
    threads = next(info for info in fields_of(ParserConfig) if info.name == "threads")
    assert (threads.type, threads.bounds, threads.default) == (int, Bounds(1, 64), 1)
    assert threads.doc == "Processor threads of the parser."
    assert threads.default is not MISSING


@pytest.mark.parametrize("section", [CabinConfig, VehicleConfig, Budgets])
def test_every_key_says_what_it_means(section):
    assert [path for path, info in walk(section) if not info.doc] == []


@pytest.mark.parametrize(
    ("bounds", "text", "inside", "outside"),
    [
        (Bounds(1, 5), "1 to 5", 5, 6),
        (Bounds(minimum=0), "0 or more", 0, -1),
        (Bounds(maximum=2.5), "2.5 or less", -9, 3),
    ],
)
def test_bounds(bounds, text, inside, outside):
    assert str(bounds) == text
    assert bounds.hold(inside)
    assert not bounds.hold(outside)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (str, "text"),
        (Annotated[int, Bounds(1, 2)], "whole number"),
        (Literal["a", "b"], "a | b"),
        (float | None, "number or nothing"),
        (tuple[str, ...], "list of text"),
        (Mapping[str, Any], "mapping of anything"),
        (Path, "path"),
    ],
)
def test_type_names(kind, name):
    assert type_name(kind) == name
