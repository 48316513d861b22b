from __future__ import annotations

import os

import pytest

from cabin.cache_file import keep


def test_it_is_written_and_the_folder_made(tmp_path):
    keep(tmp_path / "deep" / "thing-a.json", b"{}", "thing-*.json", 2)
    assert (tmp_path / "deep" / "thing-a.json").read_bytes() == b"{}"


def test_the_oldest_of_its_kind_goes_and_nothing_else(tmp_path):
    (tmp_path / "other.json").write_text("stays")
    for at, name in enumerate("abc"):
        keep(tmp_path / f"thing-{name}.json", name.encode(), "thing-*.json", 2)
        os.utime(tmp_path / f"thing-{name}.json", ns=(at, at))
    keep(tmp_path / "thing-d.json", b"d", "thing-*.json", 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.json", "thing-c.json", "thing-d.json"]


def test_nothing_half_written_stays(tmp_path):
    (tmp_path / "thing-a.json").mkdir()
    with pytest.raises(OSError):
        keep(tmp_path / "thing-a.json", b"x", "thing-*.json", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["thing-a.json"]
