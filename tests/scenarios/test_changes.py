from __future__ import annotations

import json

from cabin.scenarios.changes import changes_since, read_results


def test_differences_to_an_earlier_run(two_results, tmp_path):
    passed, failed = two_results
    told = json.loads(json.dumps(passed.to_json()))
    told["failures"] = [{"step": 1, "what": "status", "expected": "done", "seen": "failed"}]
    (tmp_path / "other.jsonl").write_text(json.dumps(told) + "\nnothing\n")
    (other,) = read_results(tmp_path / "other.jsonl")
    told = [(c.kind, c.case) for c in changes_since([passed, failed], [other])]
    assert told == [("broken", passed.case), ("gone", failed.case)]
    assert [c.kind for c in changes_since([other], [passed])] == ["mended"]
    assert list(changes_since([passed, failed], [passed, failed])) == []


def test_what_came_out_otherwise_is_told(two_results, tmp_path):
    passed, _ = two_results
    told = json.loads(json.dumps(passed.to_json()))
    told["steps"][0]["reply"] = "Something else."
    (tmp_path / "other.jsonl").write_text(json.dumps(told))
    (change,) = changes_since(read_results(tmp_path / "other.jsonl"), [passed])
    assert (change.kind, "Something else." in change.what) == ("otherwise", True)
