from __future__ import annotations

import dataclasses

from cabin.modelstore.schema import ModelFile, Source

from .conftest import Published, sha


def test_sizes_add_up_and_names_read_well(published: Published) -> None:
    package = Source("pypi", "thing", "1.0", "thing.whl", "0" * 64, 50, ())
    entry = dataclasses.replace(published.entry, sources=(published.source, package))
    assert entry.download_bytes == published.source.size_bytes + 50
    assert str(package) == "thing 1.0 (pypi)"
    assert str(published.source) == published.source.name


def test_hashes_known_beforehand(published: Published) -> None:
    assert set(published.entry.known_files()) == {"weights.bin", "LICENSE", "sub/words.txt"}
    whole = ModelFile("", "LICENSE", sha(b"other"), 5)
    assert dataclasses.replace(published.entry, joined=(whole,)).known_files()["LICENSE"] == whole
    assert dataclasses.replace(published.entry, rebuild="a:b").known_files() == {}
