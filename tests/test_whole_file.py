from __future__ import annotations

import os

import pytest

from cabin.whole_file import write_whole


def test_text_and_bytes(tmp_path):
    write_whole(tmp_path / "a", "ä\n")
    write_whole(tmp_path / "b", b"\x00")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == ("ä\n".encode(), b"\x00")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~_umask()


def test_what_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", "new")
    with pytest.raises(OSError, match="none"):
        write_whole(tmp_path / "none" / "a", "new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "folder"]


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
