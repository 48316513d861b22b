"""The rules of the tree: sizes, twins, layers, and what may not be committed."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
FIRST_PARTY = tuple(sorted(path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file()))
HEAVY = {"torch", "transformers", "accelerate"}
WITHOUT_TWIN = {
    "cabin/cli/model_build.py": "a part of `cabin model`: tests/cli/test_model.py",
    "cabin/slm/training/export.py": "the second half of a build: tests/slm/training/test_build.py",
    "cabin/errors.py": "a tree of classes; every message is tested where it is raised",
    "cabin/hookspecs.py": "signatures and docstrings; tests/test_hookspecs.py and the plugin manager's tests hold them",
    "cabin/messages.py": "frozen dataclasses without behaviour, used by every test of the chain",
}
"""Modules that need no test file of their own, and why. Package files and protocols need none either."""


def library() -> list[Path]:
    return [
        *sorted((ROOT / "cabin").rglob("*.py")),
        *sorted((ROOT / "plugins").rglob("*.py")),
    ]


def committed() -> list[Path]:
    """Every file that git holds, or would: a tree without git is taken as it is, without what make put there."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    made = {".venv", ".cache", "build", "dist", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> dict[str, int]:
    """The first names of all that a file imports, anywhere in it, with their lines."""
    found: dict[str, int] = {}
    for node in ast.walk(parsed(path)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for each in names:
            found.setdefault(each.partition(".")[0], node.lineno)
    return found


def is_protocol_only(path: Path) -> bool:
    """Whether a module holds no behaviour: protocols, dataclasses without methods, constants."""
    return not any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(not isinstance(line, ast.Expr | ast.Pass) for line in node.body)
        for node in ast.walk(parsed(path))
    )


def twin(path: Path) -> Path:
    """tests/audio/test_wav.py for cabin/audio/wav.py; tests/plugins/cabin_x/test_y.py for plugins/cabin_x/y.py."""
    parts = path.relative_to(ROOT).parts
    folder = parts[1:-1] if parts[0] == "cabin" else parts[:-1]
    return ROOT / "tests" / Path(*folder) / f"test_{path.name}"


@pytest.mark.parametrize("path", library(), ids=name)
def test_size_of_file_and_functions(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_has_its_test_file():
    lacking = [
        f"{name(path)}: no {name(twin(path))}"
        for path in library()
        if path.name != "__init__.py"
        and name(path) not in WITHOUT_TWIN
        and not is_protocol_only(path)
        and not twin(path).is_file()
    ]
    assert lacking == []


def test_the_exceptions_are_still_needed():
    assert [path for path in WITHOUT_TWIN if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("path", library(), ids=name)
def test_module_says_what_it_is_and_what_is_public(path):
    tree = parsed(path)
    assert ast.get_docstring(tree)
    if path.name != "__init__.py":
        targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
        assert any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets), "no __all__"


def test_no_print_in_the_library():
    calls = [
        f"{name(path)}:{node.lineno}"
        for path in library()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_only_training_and_its_own_plugin_import_torch():
    allowed = tuple(ROOT / each for each in ("cabin/slm/training", "cabin/wake/training", "plugins/cabin_torch"))
    found = [
        f"{name(path)}:{line}: {package}"
        for path in library()
        if not any(path.is_relative_to(folder) for folder in allowed)
        for package, line in imported(path).items()
        if package in HEAVY
    ]
    assert found == []


def test_onnxruntime_is_loaded_in_one_place_with_its_telemetry_off():
    found = [name(path) for path in library() if "onnxruntime" in imported(path)]
    assert found == []


def test_the_core_imports_no_plugin():
    found = [
        f"{name(path)}:{line}: {package}"
        for path in (ROOT / "cabin").rglob("*.py")
        for package, line in imported(path).items()
        if package in FIRST_PARTY
    ]
    assert found == []


def test_plugins_do_not_import_each_other():
    found = [
        f"{name(path)}:{line}: {package}"
        for path in (ROOT / "plugins").rglob("*.py")
        for package, line in imported(path).items()
        if package in FIRST_PARTY and package != path.relative_to(ROOT / "plugins").parts[0]
    ]
    assert found == []


def test_nothing_is_left_unfinished():
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|Not" r"ImplementedError)\b")
    found = [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in committed()
        if path.suffix in {".py", ".yaml", ".md", ".toml", ".txt"} and path.name != "constraints.txt"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


HOSTS = ("pypi" + ".org", "files.python" + "hosted.org", "registry" + ".npmjs.org", "deb.debian" + ".org")
OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:" + "wo" + "rk|ro" + "ot|home/[a-z]+|Us" + r"ers/\w+)/[\w.]")


def test_no_path_of_a_machine_and_no_registry_host_is_committed():
    found = []
    for path in committed():
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if OF_A_MACHINE.search(line) or any(host in line for host in HOSTS):
                found.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_file_is_bigger_than_it_needs_to_be():
    """Models that can be fetched are not committed; only our own is."""
    big = {
        name(path): path.stat().st_size
        for path in committed()
        if path.stat().st_size > 2_000_000 and not path.is_relative_to(ROOT / "models" / "intent")
    }
    assert big == {}


def test_no_dash_of_typesetters_in_what_people_read():
    found = [
        f"{name(path)}:{number}"
        for path in committed()
        if path.suffix in {".md", ".py"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "\u2014" in line or "\u2013" in line
    ]
    assert found == []
