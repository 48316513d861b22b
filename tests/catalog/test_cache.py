from __future__ import annotations

import os

import pytest

from cabin.catalog.cache import cache_key, decode, encode, read_cached, write_cached
from cabin.catalog.loader import load_catalog


def only_file(folder):
    (file,) = folder.glob("catalog-*.json")
    return file


def test_nothing_is_lost_on_the_way(catalog):
    again = decode(encode(catalog))
    assert again == catalog
    assert list(again.lists) == list(catalog.lists)
    assert len(again.lists) == len(catalog.lists) > 0


def test_lists_are_read_when_one_is_asked_for(catalog):
    lines = encode(catalog)
    broken = [b'["list", no JSON' if line.startswith(b'["list",') else line for line in lines]
    again = decode(broken)
    assert again.intents == catalog.intents
    assert again.signals == catalog.signals
    with pytest.raises(ValueError, match="Expecting value"):
        again.lists.get("x")


def test_written_once_and_read(catalog, own_cache):
    assert only_file(own_cache)
    write_cached("a" * 64, catalog)
    assert read_cached("a" * 64) == catalog
    assert read_cached("b" * 64) is None
    assert not list(own_cache.glob(".catalog-*")), "no temporary file stays"


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"\xff\xfe\x00",
        lambda data: data.replace(b"rose", b"cola"),
        lambda data: data.partition(b"\n")[2],
    ],
)
def test_a_damaged_file_is_ignored(write, files, own_cache, harm):
    folder = write(files)
    first = load_catalog([folder])
    file = only_file(own_cache)
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    assert load_catalog([folder]) == first
    assert file.read_bytes() == whole, "it is written again"


def test_a_changed_file_is_read_again(write, files):
    folder = write(files)
    load_catalog([folder])
    changed = files["fragrance.yaml"].replace("More scent.", "Even more.")
    (folder / "fragrance.yaml").write_text(changed)
    assert load_catalog([folder]).intents["fragrance.up"].reply == "Even more."


def test_the_key_depends_on_the_files(write, files):
    folder = write(files)
    paths = sorted(folder.glob("*.yaml"))
    key = cache_key([("", folder)], paths)
    assert key == cache_key([("", folder)], paths)
    assert key != cache_key([("x", folder)], paths)
    assert key != cache_key([("", folder)], paths[1:])
    os.utime(paths[0], (1, 1))
    assert key != cache_key([("", folder)], paths)


def test_few_are_kept(catalog, own_cache):
    for number in range(20):
        write_cached(f"{number:064d}"[::-1], catalog)
    assert len(list(own_cache.glob("catalog-*.json"))) == 8
