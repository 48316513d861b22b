"""The wheel holds every file of the packages: catalogs in sub-folders, recordings, templates, pages."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")


def sources() -> list[Path]:
    """Every file below cabin/ and plugins/ that is no leftover of running."""
    return [
        path.relative_to(ROOT)
        for folder in ("cabin", "plugins")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and not {"__pycache__"} & set(path.parts) and not path.name.startswith(".")
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build it from a copy, without the network: building in place would leave folders in the checkout."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for file in (*map(Path, TOP), *sources()):
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        (copy / file).write_bytes((ROOT / file).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", out, copy], check=True, timeout=600)
    (built,) = out.glob("cabin-*.whl")
    return zipfile.ZipFile(built)


def test_every_file_is_in_it(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    wanted = {
        path.relative_to("plugins").as_posix() if path.parts[0] == "plugins" else path.as_posix() for path in sources()
    }
    assert wanted - held == set()


def test_nothing_else_is_in_it(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    plugins = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"cabin", *plugins}


def test_licence_and_entry_points(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    (entries,) = (name for name in names if name.endswith("entry_points.txt"))
    text = wheel.read(entries).decode()
    assert "cabin = cabin.cli.main:main" in text
    for path in (ROOT / "plugins").iterdir():
        if (path / "__init__.py").is_file():
            assert f"{path.name} = {path.name}" in text
