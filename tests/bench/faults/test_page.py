from __future__ import annotations

from cabin.bench.faults.fault import Claim, Result
from cabin.bench.faults.page import page_text, write_page

HELD = Result("worker killed", "workers", "a new one", (Claim("works", True),), 1.26)
BROKEN = Result("disk full", "machine", "told", (Claim("works", True), Claim("was told", False, "no event")), 3.0)
SKIPPED = Result("read-only", "machine", "told", skipped="no mounts here")


def test_what_held_what_did_not_and_what_was_not_run():
    text = page_text([HELD, BROKEN, SKIPPED], "A busy machine.")
    assert "**1 of 2 kinds held.**" in text
    assert "| worker killed | a new one | all 1 looked at | 1.3 |" in text
    assert "| disk full | told | **1 of 2 looked at** | 3.0 |" in text
    assert "| read-only | told | not run: no mounts here | |" in text
    assert "- disk full: was told." in text
    assert "A busy machine." in text
    assert text.index("## Workers") < text.index("## Machine")


def test_where_all_held_nothing_is_told_of_what_did_not(tmp_path):
    file = tmp_path / "reliability.md"
    write_page(file, [HELD])
    assert "did not hold" not in file.read_text(encoding="utf-8").casefold()
    assert [each.name for each in tmp_path.iterdir()] == ["reliability.md"]
