from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.quantization.page import check_writable, page, table, write_text


def test_text_is_escaped_and_nothing_comes_from_elsewhere():
    html = page("<b>", [table(("a<", "n"), [("<x>", 1.23456), ("y", 2)], [True, False])])
    assert "<title>&lt;b&gt;</title>" in html
    assert '<td>&lt;x&gt;</td><td class="number">1.235</td>' in html
    assert '<th>a&lt;</th><th class="number">n</th>' in html
    assert "<tr class=marked>" in html
    assert "http" not in html


def test_an_empty_table_has_its_head():
    assert "<th>a</th>" in table(("a",), [])


def test_written_whole_or_not_at_all(tmp_path):
    write_text(tmp_path / "a.html", "one")
    write_text(tmp_path / "a.html", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "two"
    with pytest.raises(UsageError, match="cannot be written"):
        write_text(tmp_path / "none" / "a.html", "x")


def test_places_that_take_no_file(tmp_path):
    check_writable(None, "--html")
    check_writable(tmp_path / "a.html", "--html")
    for wrong in (tmp_path, tmp_path / "none" / "a.html"):
        with pytest.raises(UsageError, match="--html: no file can be written there"):
            check_writable(wrong, "--html")
    assert list(tmp_path.iterdir()) == []
