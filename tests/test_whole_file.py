from __future__ import annotations

import pytest

from cabin.whole_file import write_whole


def test_text_and_bytes(tmp_path):
    write_whole(tmp_path / "a", "ä\n")
    write_whole(tmp_path / "b", b"\x00")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == ("ä\n".encode(), b"\x00")
    write_whole(tmp_path / "c", "secret", 0o600)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in "ac"]
    assert modes == [0o644, 0o600]


def test_what_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", "new")
    with pytest.raises(OSError, match="none"):
        write_whole(tmp_path / "none" / "a", "new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "folder"]
