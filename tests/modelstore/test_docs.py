"""docs/reference/models.md tells what models.yaml and the code hold."""

from __future__ import annotations

import re
from pathlib import Path

from cabin.modelstore import load_models, models_file
from cabin.modelstore.listing import _FILE_KEYS, _MODEL_KEYS, _SOURCE_KEYS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "models.md").read_text(encoding="utf-8")


def test_every_model_has_its_row() -> None:
    rows = {
        row[1]: row[0] for row in re.finditer(r"^\| `([\w.-]+)` \|.*$", PAGE.partition("## Commands")[0], re.MULTILINE)
    }
    models = load_models(models_file({}))
    assert set(rows) == set(models)
    for name, entry in models.items():
        assert f"| {entry.licence} |" in rows[name]
        assert f"| {entry.download_bytes / 1e6:.0f} MB |" in rows[name]
        for version in {source.version for source in entry.sources if source.version}:
            assert version in rows[name]


def test_every_key_is_told() -> None:
    for key in {*_MODEL_KEYS, *_SOURCE_KEYS, *_FILE_KEYS}:
        assert re.search(rf"[`.]{key}[`:\[]", PAGE), key
