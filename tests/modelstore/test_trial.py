from __future__ import annotations

from pathlib import Path

import pytest

from cabin.config import CabinConfig
from cabin.errors import ModelError, ModelMismatchError
from cabin.modelstore.trial import INTENT, SENTENCE, try_model
from cabin.plugins import load_plugins
from cabin.slm.package import change_folder, read_info
from tests.slm import tiny

INTENT_MODEL = Path(__file__).resolve().parents[2] / "models" / "intent"


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({})


def test_the_shipped_model_passes(plugins):
    trial = try_model(plugins, CabinConfig(), INTENT_MODEL)
    assert trial.intent == INTENT
    assert trial.load_ms > 0
    assert read_info(INTENT_MODEL).number_format


def test_one_that_was_built_for_another_catalog_does_not(plugins, tmp_path):
    catalog = tiny.load(tiny.write_catalog(tmp_path / "catalog"))
    folder = tiny.write_fp32(tmp_path / "model", catalog)
    with pytest.raises(ModelMismatchError, match="another catalog"):
        try_model(plugins, CabinConfig(), folder)


def test_one_that_is_whole_and_understands_nothing_does_not(plugins, tmp_path):
    import shutil

    shutil.copytree(INTENT_MODEL, tmp_path / "model")
    change_folder(
        tmp_path / "model",
        lambda part: (part / "weights.bin").write_bytes(bytes((part / "weights.bin").stat().st_size)),
    )
    with pytest.raises(ModelError, match="does not understand") as caught:
        try_model(plugins, CabinConfig(), tmp_path / "model")
    assert SENTENCE in caught.value.problems[0].what
