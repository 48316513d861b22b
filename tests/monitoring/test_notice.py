from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.monitoring.notice import LEVELS, Notice


def test_levels_rise():
    assert [Notice("k", "t", level).rank for level in LEVELS] == [0, 1, 2, 3]


def test_what_is_no_notice():
    with pytest.raises(UsageError, match="warning"):
        Notice("k", "t", "warnin")
    for key, text in (("", "t"), ("k", "  ")):
        with pytest.raises(UsageError, match="a key and a text"):
            Notice(key, text)
