"""A stranger's catalog, and a way to see what the loader says about a changed one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.errors import CatalogError

CATALOG = Path(__file__).with_name("fragrance")

Files = dict[str, str]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the cache of the tests away from the user's."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def files() -> Files:
    """The stranger's files, for a test to change."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(CATALOG.glob("*.yaml"))}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a catalog folder."""

    def write_files(files: Files, name: str = "catalog") -> Path:
        folder = tmp_path / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    return write_files


@pytest.fixture
def catalog(write: Callable[..., Path], files: Files) -> Catalog:
    """The stranger's catalog, loaded."""
    return load_catalog([write(files)])


@pytest.fixture
def problems(write: Callable[..., Path]) -> Callable[[Files], list[str]]:
    """Return what loading says about files, sentences included; nothing when all is well."""

    def load(files: Files) -> list[str]:
        try:
            load_catalog([write(files)], sentences=True)
        except CatalogError as error:
            return [str(problem) for problem in error.problems]
        return []

    return load


@pytest.fixture
def mistake(problems: Callable[[Files], list[str]], files: Files) -> Callable[[str, str, str], str]:
    """Change one place of one file of the stranger's catalog, and return the one problem that this causes."""

    def change(old: str, new: str, file: str = "fragrance.yaml") -> str:
        assert files[file].count(old) >= 1, f"{old!r} is not in {file}"
        found = problems({**files, file: files[file].replace(old, new, 1)})
        assert len(found) == 1, found
        assert f"{file}:" in found[0]
        return found[0]

    return change
