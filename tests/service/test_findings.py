"""Lines of the doctor."""

from __future__ import annotations

import dataclasses

import pytest

from cabin.service.findings import ServiceFinding, as_text, from_plain, judged


def test_a_good_finding_has_no_hint():
    found = judged(True, "user", "runs as its own user", "User=", "cabin", "cabin", "Make it.")
    assert (found.level, found.hint) == ("ok", "")
    assert list(as_text(found)) == ["ok   user: runs as its own user; where User=; seen cabin; expected cabin"]


def test_a_bad_one_tells_what_to_do():
    found = judged(False, "limit", "memory is limited", "", "no limit", "", "Set it.", "warn")
    assert list(as_text(found)) == ["warn limit: memory is limited; seen no limit", "     Set it."]


def test_what_is_sent_comes_back():
    found = ServiceFinding("fail", "network", "open", "here", "a", "b", "c")
    assert from_plain(dataclasses.asdict(found)) == found


@pytest.mark.parametrize("told", [{}, {"level": "good"}, {"level": "ok", "area": "x"}])
def test_what_is_none_is_refused(told):
    with pytest.raises(KeyError):
        from_plain(told)
