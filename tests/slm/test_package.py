from __future__ import annotations

import errno
import json
import os

import pytest

from cabin.errors import ModelError
from cabin.slm import package
from cabin.slm.package import read_info, sha256, verify, write_folder


def fill_with(text: str):
    return lambda folder: (folder / "model.json").write_text(text)


@pytest.fixture
def target(tmp_path):
    write_folder(tmp_path / "model", fill_with("old"))
    return tmp_path / "model"


def assert_only_the_old(target):
    assert (target / "model.json").read_text() == "old"
    verify(target)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_new_folder_replaces_the_old_one_whole(target):
    write_folder(target, fill_with("new"))
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "model.json"]
    assert (target / "model.json").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["model"]
    assert target.stat().st_mode & 0o777 == 0o755
    verify(target)


def test_missing_parents_and_empty_folders(tmp_path):
    write_folder(tmp_path / "a" / "b", fill_with("x"))
    (tmp_path / "empty").mkdir()
    write_folder(tmp_path / "empty", fill_with("x"))
    verify(tmp_path / "a" / "b")
    verify(tmp_path / "empty")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")  # noqa: PTH110
def test_a_disk_that_really_says_it_is_full(target):
    def fill(folder):
        (folder / "model.json").write_text("half")
        with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
            full.write(b"x")

    with pytest.raises(ModelError, match=r"could not be written.*No space left"):
        write_folder(target, fill)
    assert_only_the_old(target)


@pytest.mark.parametrize(
    "failing", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError("x")]
)
def test_what_fails_while_filling_leaves_the_old_folder(target, failing):
    def fill(folder):
        (folder / "model.json").write_text("half")
        raise failing

    with pytest.raises(ModelError if isinstance(failing, OSError) else type(failing)):
        write_folder(target, fill)
    assert_only_the_old(target)


@pytest.mark.parametrize("failing", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [1, 2])
def test_what_fails_while_changing_places_leaves_the_old_folder(target, monkeypatch, failing, at):
    real, calls = os.replace, []

    def replace(source, destination):
        calls.append(source)
        if len(calls) == at:
            raise failing
        real(source, destination)

    monkeypatch.setattr(package.os, "replace", replace)
    with pytest.raises((ModelError, KeyboardInterrupt)):
        write_folder(target, fill_with("new"))
    monkeypatch.undo()
    assert_only_the_old(target)


def test_what_is_no_model_is_never_replaced(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letters.txt").write_text("dear")
    with pytest.raises(ModelError, match="something else in the place of the model"):
        write_folder(home, fill_with("new"))
    with pytest.raises(ModelError, match="something else"):
        write_folder(home / "letters.txt", fill_with("new"))
    assert (home / "letters.txt").read_text() == "dear"


def test_a_place_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="could not be written"):
        write_folder(tmp_path / "file" / "model", fill_with("new"))


def test_verify_says_what_is_wrong(target):
    file = target / "model.json"
    file.write_text("new")
    with pytest.raises(ModelError, match="was altered"):
        verify(target)
    file.write_text("longer")
    with pytest.raises(ModelError, match="truncated or grown; seen: 6 bytes; expected: 3 bytes"):
        verify(target)
    file.unlink()
    with pytest.raises(ModelError, match="is missing"):
        verify(target)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}', '{"files": {"a": {"bytes": "x"}}}']
)
def test_a_damaged_manifest(target, text):
    (target / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match="no readable manifest"):
        verify(target)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"architecture": {"layers": 1, "wings": 2}}', "\udcff"])
def test_a_damaged_model_json(tmp_path, text):
    (tmp_path / "model.json").write_text(text, errors="surrogateescape")
    with pytest.raises(ModelError, match=r"model\.json: not a model folder"):
        read_info(tmp_path)


def test_model_json_is_read_as_it_was_written(fp32_dir):
    info = read_info(fp32_dir)
    assert info.to_json() == json.loads((fp32_dir / "model.json").read_text())


def test_sha256_of_a_known_text(tmp_path):
    (tmp_path / "abc").write_text("abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
