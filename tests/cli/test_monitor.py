from __future__ import annotations

import json

import pytest

from cabin.cli.main import main
from cabin.vehicle.recording import header, line_of
from cabin_drowsiness.drives import simulate


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["monitor", *map(str, arguments)])
        told = capsys.readouterr()
        return caught.value.code, told.out, told.err

    return call


@pytest.fixture
def drowsy(tmp_path):
    path = tmp_path / "drowsy.jsonl"
    lines = [line_of(event) for event in simulate("drowsy", 20)]
    path.write_text(header("test") + "".join(lines))
    return path


def test_lists_what_watches(run):
    code, out, _ = run()
    assert code == 0
    assert all(name in out for name in ("drowsiness", "belts", "doors", "cabin_reminders"))
    code, out, _ = run("--json", "--only", "doors")
    (row,) = map(json.loads, out.splitlines())
    assert (row["monitor"], row["plugin"]) == ("doors", "cabin_reminders")
    assert {"path": "Vehicle.Speed", "most_hz": 2} in row["signals"]


def test_a_drive_as_lines_and_as_json(run, drowsy):
    code, out, _ = run(drowsy, "--only", "drowsiness")
    assert code == 0
    assert "You seem tired. Shall I find a rest area?" in out
    code, out, _ = run(drowsy, "--only", "drowsiness", "--answer", "no", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [each["kind"] for each in told] == ["driver", "asked", "answered"]
    assert told[1]["commands"] == [{"intent": "poi.find", "slots": {"category": "rest area"}}]


def test_what_is_wrong_is_told(run, tmp_path, drowsy):
    code, _, err = run(drowsy, "--only", "drowsines")
    assert (code, "drowsiness" in err) == (2, True)
    bad = tmp_path / "bad.jsonl"
    bad.write_text("no recording\n")
    code, _, err = run(bad)
    assert code == 2
    assert f"{bad}:1" in err
    assert run(tmp_path / "none.jsonl")[0] == 2
