from __future__ import annotations

from cabin.messages import Verdict
from cabin.vehicle.policy import Policy


def test_nothing_forbidden_is_written(cabin, small_catalog_dir):
    options = ["policy", "--pairs", "200", "--catalog", small_catalog_dir]
    code, out, _ = cabin("bench", *options, small=False)
    assert code == 0
    assert "0 forbidden writes" in out
    code, (told,), _ = cabin("bench", *options, "--json", "--seed", "2", small=False)
    assert (code, told["pairs"], told["seed"], told["forbidden"], told["violations"]) == (0, 200, 2, 0, [])
    assert told["writes"] > 0


def test_a_forbidden_write_is_told_and_fails(cabin, small_catalog_dir, monkeypatch):
    monkeypatch.setattr(Policy, "judge", lambda *_arguments, **_options: Verdict("allow"))
    monkeypatch.setattr(Policy, "judge_write", lambda *_arguments, **_options: Verdict("allow"))
    code, out, _ = cabin("bench", "policy", "--pairs", "200", "--catalog", small_catalog_dir, small=False)
    assert code == 1
    assert "wrote Vehicle." in out
