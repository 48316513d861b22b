from __future__ import annotations

import dataclasses
import errno
import shutil
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cabin.errors import DownloadError, ModelError
from cabin.modelstore import store
from cabin.modelstore.schema import ModelEntry, ModelFile
from cabin.modelstore.store import fetch_files, get_model, inspect_model

from .conftest import CONTENT, Published, sha


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


def with_rebuild(entry: ModelEntry, monkeypatch: pytest.MonkeyPatch, step: Callable[..., None]) -> ModelEntry:
    module = ModuleType("rebuild_of_tests")
    module.step = step  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rebuild_of_tests", module)
    return dataclasses.replace(entry, rebuild="rebuild_of_tests:step")


def test_puts_a_model_there_once(published: Published, models: Path, downloads: Path) -> None:
    assert get_model(published.entry, models, downloads)
    report = inspect_model(published.entry, models / "small")
    assert (report.state, report.problems) == ("ok", ())
    assert (models / "small" / "weights.bin").read_bytes() == CONTENT["top/weights.bin"]
    assert sorted(path.name for path in models.iterdir()) == ["small"]
    assert list(downloads.iterdir()) == []
    assert not get_model(published.entry, models, downloads)
    assert get_model(published.entry, models, downloads, force=True)


def test_a_changed_file_is_noticed_and_mended(published: Published, models: Path, downloads: Path) -> None:
    get_model(published.entry, models, downloads)
    target = models / "small" / "weights.bin"
    target.write_bytes(b"W" + target.read_bytes()[1:])
    assert inspect_model(published.entry, models / "small", hashes=False).state == "ok"
    assert inspect_model(published.entry, models / "small").state == "damaged"
    assert get_model(published.entry, models, downloads)
    assert inspect_model(published.entry, models / "small").state == "ok"


def test_a_manifest_altered_with_its_file_is_noticed(published: Published, models: Path, downloads: Path) -> None:
    get_model(published.entry, models, downloads)
    target = models / "small" / "weights.bin"
    old = sha(target.read_bytes())
    target.write_bytes(b"W" + target.read_bytes()[1:])
    manifest = models / "small" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(old, sha(target.read_bytes())))
    report = inspect_model(published.entry, models / "small")
    assert report.state == "damaged"
    assert "models.yaml" in report.problems[0]


def test_a_folder_put_there_by_hand(published: Published, models: Path, tmp_path: Path) -> None:
    fetch_files(published.entry, models / "small", tmp_path / "downloads")
    assert inspect_model(published.entry, models / "small").state == "ok"  # models.yaml knows every file of it
    rebuilt = dataclasses.replace(published.entry, rebuild="a:b")
    assert inspect_model(rebuilt, models / "small").state == "unverified"
    assert inspect_model(published.entry, models / "none").state == "absent"


def test_rebuilds_into_what_is_run(
    published: Published, models: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(source: Path, target: Path, progress: Callable[[str], None]) -> None:
        progress("doubling")
        (target / "doubled.bin").write_bytes((source / "weights.bin").read_bytes() * 2)

    get_model(with_rebuild(published.entry, monkeypatch, step), models, downloads)
    names = sorted(path.name for path in (models / "small").iterdir())
    assert names == ["LICENSE", "doubled.bin", "manifest.json"]
    assert (models / "small" / "LICENSE").read_bytes() == CONTENT["top/LICENSE"]


@pytest.mark.parametrize(
    "error", [ModelError("no good"), OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EACCES, "denied")]
)
def test_a_failure_leaves_the_old_model_and_nothing_else(
    published: Published, models: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    get_model(published.entry, models, downloads)
    before = (models / "small" / "manifest.json").read_bytes()

    def step(source: Path, target: Path, progress: Callable[[str], None]) -> None:
        (target / "half").write_bytes(b"half a model")
        raise error

    with pytest.raises(ModelError) as caught:
        get_model(with_rebuild(published.entry, monkeypatch, step), models, downloads, force=True)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        assert "disk is full" in str(caught.value)
    assert [path.name for path in models.iterdir()] == ["small"]
    assert (models / "small" / "manifest.json").read_bytes() == before
    assert [path.name for path in downloads.iterdir()] == ["model.zip"]  # kept for the next try


def test_too_little_space_is_said_before_anything_is_fetched(
    published: Published, models: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100, 100, 10))
    with pytest.raises(ModelError, match="not enough space"):
        get_model(published.entry, models, downloads)
    assert list(models.iterdir()) == []


def test_joined_files_are_checked_whole(published: Published, models: Path, downloads: Path) -> None:
    parts = tuple(ModelFile(name, "all", sha(CONTENT[name]), 1) for name in ("top/LICENSE", "top/sub/words.txt"))
    source = dataclasses.replace(published.source, files=parts)
    whole = ModelFile("", "all", sha(b"MIT\none\ntwo\n"), 12)
    entry = dataclasses.replace(published.entry, sources=(source,), joined=(whole,))
    get_model(entry, models, downloads)
    assert inspect_model(entry, models / "small").state == "ok"
    notice = (models / "small" / "LICENSE").read_text()
    assert "MIT" in notice
    assert "nobody" in notice
    wrong = dataclasses.replace(entry, joined=(dataclasses.replace(whole, sha256="0" * 64),))
    with pytest.raises(DownloadError):
        get_model(wrong, models, downloads, force=True)


def test_an_unknown_rebuild_step_is_a_model_error(published: Published, models: Path, downloads: Path) -> None:
    entry = dataclasses.replace(published.entry, rebuild="no_such_module:step")
    with pytest.raises(ModelError, match="no_such_module"):
        get_model(entry, models, downloads)


def test_a_target_that_cannot_be_replaced_keeps_the_old(
    published: Published, models: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_model(published.entry, models, downloads)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.name == "small" and Path(target) == models / "small" and self.parent.name.startswith(".get-"):
            raise OSError(errno.EBUSY, "busy")
        return replace(self, target)

    monkeypatch.setattr(store.Path, "replace", failing)
    with pytest.raises(ModelError, match="busy"):
        get_model(published.entry, models, downloads, force=True)
    monkeypatch.undo()
    assert inspect_model(published.entry, models / "small").state == "ok"
