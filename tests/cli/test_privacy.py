from __future__ import annotations

import numpy as np
import pytest

from cabin.control.protocol import PrivacyResult, PurgeResult
from cabin.privacy.recordings import Recordings


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("CABIN_STATE", str(tmp_path / "state"))
    made = Recordings(tmp_path / "state" / "recordings", 7.0, 100.0)
    made.write(np.zeros(100, dtype=np.float32), {"turn": {"text": "secret"}}, 1_790_000_000.0)
    return made


def test_without_a_daemon_it_looks_for_itself(cabin, kept):
    code, out, _ = cabin("privacy", "show", "--json", small=False)
    assert code == 0
    assert (out[0]["daemon"], out[0]["recording"], out[0]["utterances"]) == (False, False, 1)
    assert out[0]["folder"] == str(kept.folder)
    code, out, _ = cabin("privacy", "show", small=False)
    assert "does not run" in out
    assert "1 utterances" in out
    assert "holds no word said" in out
    assert "secret" not in out


def test_purge_without_a_daemon(cabin, kept):
    assert cabin("privacy", "purge", small=False)[0] in (1, 130)  # nobody said yes
    assert kept.usage().utterances == 1
    code, out, _ = cabin("privacy", "purge", "--yes", small=False)
    assert code == 0
    assert out.startswith("removed: 1 utterances")
    assert kept.usage().utterances == 0
    assert cabin("privacy", "purge", "--yes", "--json", small=False)[1] == [{"utterances": 0, "size_bytes": 0}]


def test_with_a_daemon_it_is_asked(cabin, live, kept):
    daemon = live()

    async def privacy():
        return PrivacyResult(True, None, "always", "/elsewhere", 5, 1_000_000, None, 1.0, 2.0, True)

    async def purge():
        return PurgeResult(5, 1_000_000)

    daemon.target.privacy, daemon.target.purge = privacy, purge
    _, out, _ = cabin("privacy", "show", small=False)
    for word in ("runs", "RECORDING", "/elsewhere", "5 utterances", "holds what is said"):
        assert word in out
    assert cabin("privacy", "purge", "--yes", small=False)[1] == "removed: 5 utterances, 1.0 MB\n"
    assert kept.usage().utterances == 1  # its own folder was left alone
