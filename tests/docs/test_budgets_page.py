"""docs/reference/budgets.md tells every key with its default, every step and every sentence."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from cabin.budget.steps import STEPS, sentence
from cabin.config.fields import fields_of, walk
from cabin.config.sections import Budgets

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "budgets.md").read_text(encoding="utf-8")
KEYS = dict(walk(Budgets))
LIMITS = {key for key in KEYS if key.count(".") == 2}


def rows():
    found = re.findall(r"^\| `([a-z0-9_.]+)` \| (\S+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    return {key: (default, meaning) for key, default, meaning in found}


def test_the_tables_have_every_key_and_no_other():
    assert set(rows()) == KEYS.keys() - LIMITS


@pytest.mark.parametrize("key", sorted(KEYS.keys() - LIMITS))
def test_defaults_and_meanings_are_the_codes(key):
    default, meaning = rows()[key]
    assert json.loads(default) == KEYS[key].default
    assert meaning == KEYS[key].doc


@pytest.mark.parametrize("figure", sorted({key.rpartition(".")[2] for key in LIMITS}))
def test_the_table_of_limits(figure):
    (row,) = re.findall(rf"^\| `{figure}` \|(.*)\|$", PAGE, re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")]
    wanted = [KEYS[f"ladder.{step}.{figure}"].default for step in STEPS[1:]]
    assert [float(cell) if cell else None for cell in cells[:4]] == wanted


def test_every_step_and_sentence():
    for step in STEPS:
        assert f"| `{step}` |" in PAGE
    ways = [*itertools.pairwise(STEPS), *((after, before) for before, after in itertools.pairwise(STEPS[:-1]))]
    for before, after in ways:
        assert f"| {before} to {after} | {sentence(before, after)} |" in PAGE


def test_the_default_file_says_what_is_built_in():
    from cabin.config import load_budgets

    file = Path(__file__).parents[2] / "config" / "budgets" / "headunit.yaml"
    written, built_in = load_budgets(file).value, Budgets()
    different = {
        info.name for info in fields_of(Budgets) if getattr(written, info.name) != getattr(built_in, info.name)
    }
    assert different == {"model_function_percent"}
