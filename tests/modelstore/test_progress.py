from __future__ import annotations

import pytest

from cabin.modelstore.progress import SilentProgress


def test_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SilentProgress()
    progress.step("x")
    progress.bytes_done(1, 2)
    assert capsys.readouterr() == ("", "")
