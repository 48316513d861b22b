from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.modelstore.manifest import MANIFEST_FILE, check_files, read_manifest, write_manifest

from .conftest import Published


@pytest.fixture
def folder(tmp_path: Path, published: Published) -> Path:
    path = tmp_path / "small"
    (path / "sub").mkdir(parents=True)
    (path / "a.bin").write_bytes(b"abc")
    (path / "sub" / "b.bin").write_bytes(b"defg")
    write_manifest(published.entry, path, "1.2.3")
    return path


def test_lists_every_file_with_licence_and_sources(folder: Path) -> None:
    content = json.loads((folder / MANIFEST_FILE).read_text())
    assert content["licence"] == "MIT"
    assert content["cabin"] == "1.2.3"
    assert content["sources"][0]["archive"] == "model.zip"
    manifest = read_manifest(folder)
    assert manifest is not None
    assert set(manifest.files) == {"a.bin", "sub/b.bin"}
    assert check_files(folder, manifest) == []


def test_tells_what_changed(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    (folder / "a.bin").write_bytes(b"abd")
    assert check_files(folder, manifest, hashes=False) == []
    assert "another SHA-256" in check_files(folder, manifest)[0]
    (folder / "a.bin").write_bytes(b"ab")
    (folder / "sub" / "b.bin").unlink()
    wrong = check_files(folder, manifest, hashes=False)
    assert wrong == ["a.bin has 2 bytes, not 3", "sub/b.bin is missing"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": "x", "files": {"a": 3}}', '{"model": "x", "files": []}'])
def test_an_unreadable_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST_FILE).write_text(text)
    assert read_manifest(tmp_path) is None
