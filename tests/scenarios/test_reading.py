from __future__ import annotations

import pytest

from cabin.errors import ConfigError
from cabin.scenarios.reading import find_scenarios

GOOD = "about: a\nsteps:\n  - say: open the trunk\n"


def problems_of(tmp_path, text):
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        find_scenarios([tmp_path])
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("about: a\nsteps:\n  - say: hi\n    wait_s: 3\n", "a step does one thing"),
        ("about: a\nsteps:\n  - expect: {refused: unclear}\n", "none of them"),
        ("about: a\nsteps: []\n", "without steps"),
        ("about: a\nsteps:\n  - {say: hi, speaker: drivr}\n", "driver"),
        ("about: a\nsteps:\n  - {say: hi, expect: {status: [dome]}}\n", "done"),
        ("about: a\nsteps:\n  - say: open the {side} window\n", "`vary`"),
        ("about: a\nvary: {seat: [rear]}\nsteps:\n  - {say: hi, speaker: '{seat}'}\n", "'rear'"),
        ("about: a\nstep: []\nsteps:\n  - say: hi\n", "steps"),
        ("steps:\n  - say: hi\n", "about"),
        ("about: a\nsteps:\n  - {say: hi, aloud: {snr_db: loud}}\n", "snr_db"),
    ],
)
def test_every_mistake_is_told_with_its_line(tmp_path, text, told):
    found = problems_of(tmp_path, text)
    assert any(told in each for each in found), found
    assert all("s.yaml" in each for each in found)


def test_all_mistakes_of_all_files_at_once(tmp_path):
    (tmp_path / "t.yaml").write_text("about: 3\nsteps: no\n")
    assert len(problems_of(tmp_path, "about: a\nsteps:\n  - {say: hi, wait_s: 2}\n  - {}\n")) >= 4


def test_names_come_from_the_place(tmp_path):
    (tmp_path / "unsafe").mkdir()
    (tmp_path / "unsafe" / "trunk.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    assert [each.name for each in find_scenarios([tmp_path])] == ["b", "unsafe/trunk"]
    assert [each.name for each in find_scenarios([tmp_path / "b.yaml"])] == ["b"]
    with pytest.raises(ConfigError, match="no scenario"):
        find_scenarios([tmp_path / "unsafe" / ".." / "unsafe", _empty(tmp_path)])


def _empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder
