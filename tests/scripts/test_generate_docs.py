"""The pages made from the code are what the code would make."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from cabin.cli.main import COMMANDS
from cabin.config.fields import walk
from cabin.config.sections import Budgets, CabinConfig, VehicleConfig
from cabin.hookspecs import CabinSpec

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate_docs():
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_docs"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["hooks.md", "config.md", "commands.md", "intents.md", "control-socket.md", "policy-table.md"]
)
def test_the_page_is_what_the_code_makes(generate_docs, name):
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert generate_docs.PAGES[name]() == written, "run: python scripts/generate_docs.py"


def test_every_hook_has_its_heading(generate_docs):
    page = generate_docs.hooks_page()
    for name in vars(CabinSpec):
        if not name.startswith("_"):
            assert f"## `{name}(" in page


def test_every_key_has_its_row(generate_docs):
    page = generate_docs.config_page()
    for section in (CabinConfig, VehicleConfig, Budgets):
        for path, _ in walk(section):
            assert f"| `{path}` |" in page


def test_every_command_has_its_heading(generate_docs):
    page = generate_docs.commands_page()
    for name in COMMANDS:
        assert f"## cabin {name}\n" in page


def test_check_writes_nothing(generate_docs, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate_docs, "REFERENCE", tmp_path)
    monkeypatch.setattr(generate_docs, "PAGES", {"a.md": lambda: "text\n"})
    assert generate_docs.main(["--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert generate_docs.main([]) == 0
    assert (tmp_path / "a.md").read_text() == "text\n"
    assert generate_docs.main(["--check"]) == 0
