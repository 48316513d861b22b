"""Sections deadlines and ladder: defaults, ranges, mistakes with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.budget.settings import DeadlineSettings, LadderSettings
from cabin.config import load_budgets
from cabin.errors import ConfigError

BUDGETS = sorted((Path(__file__).parents[2] / "config" / "budgets").glob("*.yaml"))


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "tiny.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_budgets(file)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_there_are_three_classes_of_hardware_and_all_can_be_read():
    assert len(BUDGETS) >= 3
    for file in BUDGETS:
        assert load_budgets(file).value.deadlines.utterance_ms > 0


def test_a_step_keeps_its_other_limits_when_one_is_written(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text("ladder:\n  lean: {memory_percent: 80, late_percent: null}\n")
    lean = load_budgets(file).value.ladder.lean
    assert (lean.memory_percent, lean.stage_percent, lean.late_percent) == (80, 100, None)


def test_every_mistake_is_told_with_its_line(tmp_path):
    told = problems(
        tmp_path,
        "resident_mib: 300 MiB\n"
        "deadlines:\n"
        "  parse_ms: 9000\n"
        "ladder:\n"
        "  dwell_s: 0\n"
        "  lean:\n"
        "    memory_percent: 2000\n"
        "  esential: {}\n",
    )
    assert [line.split(": ")[0] for line in told] == [
        "tiny.yaml:1",
        "tiny.yaml:3",
        "tiny.yaml:8",
        "tiny.yaml:5",
        "tiny.yaml:7",
    ]
    assert "write 300" in told[0]
    assert "deadlines.parse_ms" in told[1]
    assert "at most 2500" in told[1]
    assert "'essential'" in told[2]
    assert "0.1 to 86400" in told[3]
    assert "1 to 1000" in told[4]


def test_limits_that_fall_from_step_to_step(tmp_path):
    told = problems(tmp_path, "ladder:\n  essential:\n    memory_percent: 90\n  recover_s: 1\n")
    assert any("tiny.yaml:2: ladder.essential: memory_percent is lower than in lean; seen: 90" in line for line in told)
    assert any(line.startswith("tiny.yaml:4: ladder.recover_s: less than dwell_s") for line in told)
    assert problems(tmp_path, "ladder: {recover_most_s: 20}\n")


def test_a_deadline_by_its_stage():
    deadlines = DeadlineSettings(parse_ms=70, act_ms=None, utterance_ms=900, recognize_ms=800)
    assert [deadlines.of(stage) for stage in ("parse", "act", "total", "listen")] == [70, None, 900, None]


def test_limits_by_step():
    assert LadderSettings().limits("restart").memory_percent == 130
