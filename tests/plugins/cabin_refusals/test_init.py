"""The plugin of what must not be acted on: a folder of sentences, one file a reason."""

from __future__ import annotations

from typing import get_args

from cabin.catalog.loader import load_catalog
from cabin.messages import Refusal
from cabin_refusals import catalog_dirs


def test_every_reason_has_sentences_and_no_intent_comes_along() -> None:
    common = load_catalog([*catalog_dirs()])
    assert not common.intents and not common.refusals
    (folder,) = catalog_dirs()
    assert {file.stem for file in (folder / "refusals").glob("*.yaml")} == set(get_args(Refusal))
