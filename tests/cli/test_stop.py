from __future__ import annotations

import pytest


def test_stopped_when_it_has_gone(cabin, live, tmp_path):
    daemon = live()
    assert cabin("stop", small=False)[:2] == (0, "stopped\n")
    daemon.thread.join(30)
    assert not daemon.thread.is_alive()
    assert not (tmp_path / "control.sock").exists()
    assert cabin("status", small=False)[0] == 1


def test_without_waiting(cabin, live):
    live()
    code, out, _ = cabin("stop", "--wait", "0", small=False)
    assert (code, out in ("stopping\n", "stopped\n")) == (0, True)


def test_one_that_agrees_and_stays(cabin, live, monkeypatch):
    async def agree():
        pass

    daemon = live()
    monkeypatch.setattr(daemon.target, "stop", agree)
    code, out, err = cabin("stop", "--wait", "0.1", small=False)
    assert (code, out) == (1, "")
    assert "still there" in err


@pytest.mark.parametrize("wait", ["-1", "soon"])
def test_a_wrong_time(cabin, no_daemon, wait):
    assert cabin("stop", "--wait", wait, small=False)[0] == 2
