"""A small model in an archive of its own, and a models.yaml that lists it by file:// URL."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from cabin.modelstore.schema import ModelEntry, ModelFile, Source

CONTENT = {"top/weights.bin": b"weights" * 1000, "top/LICENSE": b"MIT\n", "top/sub/words.txt": b"one\ntwo\n"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Published:
    archive: Path
    source: Source
    entry: ModelEntry


@pytest.fixture
def published(tmp_path: Path) -> Published:
    folder = tmp_path / "site"
    folder.mkdir()
    archive = folder / "model.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, data in CONTENT.items():
            zipped.writestr(name, data)
    data = archive.read_bytes()
    files = tuple(
        ModelFile(name, name.removeprefix("top/"), sha(content), len(content)) for name, content in CONTENT.items()
    )
    source = Source("url", archive.as_uri(), "", "model.zip", sha(data), len(data), files)
    return Published(archive, source, ModelEntry("small", "tests", "MIT", "nobody", (source,)))
