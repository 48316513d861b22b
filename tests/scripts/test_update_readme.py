"""README.md holds what docs/figures.json says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIGURES = {"machine": "M", "rows": [{"what": "a", "figure": "1 ms", "how": "`b`"}], "run": ["$ cabin demo", "right"]}
MARKED = "x\n<!-- figures: -->\nold\n<!-- end of figures -->\ny\n<!-- run: -->\n<!-- end of run -->\n"


@pytest.fixture
def script(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("update_readme", ROOT / "scripts" / "update_readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "README", tmp_path / "README.md")
    monkeypatch.setattr(module, "FIGURES", tmp_path / "figures.json")
    module.README.write_text(MARKED)
    module.FIGURES.write_text(json.dumps(FIGURES))
    return module


def test_the_readme_of_the_repository_is_up_to_date(script):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert script.updated(readme, json.loads((ROOT / "docs" / "figures.json").read_text(encoding="utf-8"))) == readme


def test_blocks_are_replaced_and_the_rest_stays(script):
    assert script.main([]) == 0
    text = script.README.read_text()
    assert "| a | 1 ms | `b` |" in text
    assert "Machine: M." in text
    assert "```text\n$ cabin demo\nright\n```\n<!-- end of run -->" in text
    assert "old" not in text
    assert text.startswith("x\n")
    assert script.main(["--check"]) == 0
    assert [path.name for path in script.README.parent.iterdir() if path.name.startswith(".")] == []


def test_check_writes_nothing(script):
    assert script.main(["--check"]) == 1
    assert script.README.read_text() == MARKED


@pytest.mark.parametrize(
    "figures",
    [{**FIGURES, "machine": ""}, {**FIGURES, "rows": [{"what": "a", "figure": ""}]}],
)
def test_figures_without_their_machine_or_command_are_refused(script, figures):
    script.FIGURES.write_text(json.dumps(figures))
    assert script.main([]) == 1
    assert script.README.read_text() == MARKED


def test_a_readme_without_marks_is_refused(script):
    script.README.write_text("nothing")
    assert script.main([]) == 1
