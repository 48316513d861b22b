"""Directories and devices."""

from __future__ import annotations

import os

from cabin.service.places import check_devices, check_hidden, check_readable, check_writable


def levels(findings):
    return [each.level for each in findings]


def test_writable(tmp_path):
    file = tmp_path / "file"
    file.touch()
    told = list(check_writable([tmp_path, tmp_path / "none", file]))
    assert levels(told) == ["ok", "fail", "fail"]
    assert told[1].seen == "No such file or directory"
    assert list(tmp_path.iterdir()) == [file], "nothing is left there"


def test_readable_and_not_writable(tmp_path, monkeypatch):
    told = list(check_readable([tmp_path, tmp_path / "none"]))
    assert [(each.level, each.seen) for each in told] == [
        ("fail", "readable, writable"),
        ("fail", "not there, not writable"),
    ]
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert levels(check_readable([tmp_path])) == ["ok"]


def test_hidden(tmp_path):
    (tmp_path / "empty").mkdir()
    assert levels(check_hidden([tmp_path / "empty", tmp_path, tmp_path / "none"])) == ["ok", "fail", "ok"]


def test_devices(tmp_path):
    (tmp_path / "null").touch()
    told = list(check_devices(True, tmp_path))
    assert levels(told) == ["warn", "ok"], "no card, nothing else"
    assert levels(check_devices(False, tmp_path)) == ["ok", "ok"]
    (tmp_path / "snd").mkdir()
    (tmp_path / "snd" / "pcmC0D0c").touch()
    (tmp_path / "snd" / "pcmC0D0p").touch()
    (tmp_path / "sda").touch()
    told = list(check_devices(True, tmp_path))
    assert levels(told) == ["ok", "fail"]
    assert told[0].seen == "pcmC0D0c"
    assert told[1].seen == "sda"


def test_a_card_that_is_closed_to_this_user(tmp_path, monkeypatch):
    (tmp_path / "snd").mkdir()
    (tmp_path / "snd" / "pcmC0D0c").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (card, _) = check_devices(True, tmp_path)
    assert (card.level, card.seen) == ("fail", "none of them")
