"""models/calibration.jsonl must be what the model never trained on, or its confidence flatters itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.plugins import load_plugins
from cabin.slm.evaluation import read_gold
from cabin.slm.text import normalize

SENTENCES = Path(__file__).resolve().parents[1] / "models" / "calibration.jsonl"


@pytest.fixture(scope="module")
def cases():
    return read_gold(SENTENCES)


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(load_plugins({}).catalog_dirs(), sentences=True)


def test_no_sentence_stands_in_a_catalog(cases, catalog):
    groups = [group for intent in catalog.intents.values() for group in intent.sentences]
    templates = {
        template for group in (*groups, *catalog.combinations, *catalog.refusals) for template in group.templates
    }
    known = {normalize(template) for template in templates if "{" not in template}
    assert len(known) > 10_000
    assert [case.text for case in cases if normalize(case.text) in known] == []


def test_no_sentence_stands_twice(cases):
    texts = [normalize(case.text) for case in cases]
    assert len(texts) == len(set(texts)) > 1_500


def test_every_call_is_one_of_the_catalogs(cases, catalog):
    for case in cases:
        for intent, slots in (call for calls in case.readings for call in calls):
            assert intent in catalog.intents, case.text
            assert set(slots) <= set(catalog.intents[intent].slots), case.text
