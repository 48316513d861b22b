"""Versions of a model: switched as one step, rolled back, never half; and nothing bad is ever put in place."""

from __future__ import annotations

import json
import os
import shutil
import threading

import pytest

from cabin.errors import ModelError
from cabin.modelstore import versions as module
from cabin.modelstore.versions import Versions
from cabin.slm.package import read_info, verify
from tests.slm import tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Four small models, whole."""
    folder = tmp_path_factory.mktemp("made")
    catalog = tiny.load(tiny.write_catalog(folder / "catalog"))
    return [tiny.write_fp32(folder / f"model{number}", catalog, seed=number) for number in range(4)]


@pytest.fixture
def kept(tmp_path, made):
    """A models folder with a plain model in it, as a checkout or an installation has it."""
    shutil.copytree(made[0], tmp_path / "models" / "intent")
    return Versions(tmp_path / "models" / "intent")


def weights(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]


def test_a_plain_folder_becomes_the_first_version(kept, made):
    assert [(each.in_use, each.is_previous) for each in kept.all()] == [(True, False)]
    assert kept.previous is None
    new = kept.add(made[1])
    assert weights(kept.link) == weights(made[0])  # added is not in use
    kept.use(new)
    assert kept.link.is_symlink()
    assert not kept.link.readlink().is_absolute()  # it may be moved or mounted elsewhere
    assert weights(kept.link) == weights(made[1])
    assert weights(kept.previous) == weights(made[0])
    assert sorted((each.in_use, each.is_previous) for each in kept.all()) == [(False, True), (True, False)]
    verify(kept.link)
    read_info(kept.link)


def test_rollback_and_back_again(kept, made):
    kept.use(kept.add(made[1]))
    kept.use(kept.add(made[2]))
    assert kept.rollback() == kept.current
    assert weights(kept.link) == weights(made[1])
    kept.rollback()
    assert weights(kept.link) == weights(made[2])


def test_without_a_previous_version_there_is_no_rollback(kept, tmp_path):
    with pytest.raises(ModelError, match="no previous version"):
        kept.rollback()
    assert Versions(tmp_path / "none" / "intent").all() == []


def test_where_there_was_no_model_the_first_is_put(tmp_path, made):
    kept = Versions(tmp_path / "models" / "intent")
    assert kept.use(kept.add(made[0])) is None
    assert weights(kept.link) == weights(made[0])
    assert kept.previous is None


def test_the_same_model_is_kept_once(kept, made):
    assert kept.add(made[1]) == kept.add(made[1])
    assert kept.use(kept.add(made[1])) is not None
    assert kept.use(kept.add(made[1])) == kept.current
    assert weights(kept.previous) == weights(made[0])


def test_the_oldest_go_but_never_what_is_needed(kept, made):
    for folder in made[1:]:
        kept.use(kept.add(folder))
    kept.rollback()
    assert len(kept.all()) == 4
    assert len(kept.prune()) == 1
    assert len(kept.prune(1)) == 1
    assert weights(kept.current) == weights(made[2])
    assert weights(kept.previous) == weights(made[3])


def test_undoing_a_change_leaves_everything_as_it_was(kept, made):
    kept.use(kept.add(made[1]))
    current, previous = kept.current, kept.previous
    kept.use(kept.add(made[2]))
    kept.restore(current, previous)
    assert (kept.current, kept.previous) == (current, previous)
    kept.restore(current, None)
    assert kept.previous is None


def truncated(folder):
    file = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    file.write_bytes(file.read_bytes()[:-100])


def altered(folder):
    file = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def without_manifest(folder):
    (folder / "manifest.json").unlink()


def lacking(folder):
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize("spoil", [truncated, altered, without_manifest, lacking], ids=lambda each: each.__name__)
def test_what_is_not_whole_is_not_added(kept, made, tmp_path, spoil):
    shutil.copytree(made[1], tmp_path / "bad")
    spoil(tmp_path / "bad")
    with pytest.raises(ModelError):
        kept.add(tmp_path / "bad")
    assert not kept.link.is_symlink()
    assert weights(kept.link) == weights(made[0])
    assert len(kept.all()) == 1


def test_a_disk_that_fills_up_changes_nothing(kept, made, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_copy", full)
    with pytest.raises(ModelError, match="cannot be changed") as caught:
        kept.add(made[1])
    assert caught.value.problems[0].hint == "Free some space."
    assert [path.name for path in kept.folder.iterdir()] == [".lock"]
    assert weights(kept.link) == weights(made[0])


@pytest.mark.parametrize("point", ["after the exchange", "before the previous one is noted"])
def test_cut_short_at_any_point_there_is_a_whole_model(kept, made, monkeypatch, point):
    new = kept.add(made[1])

    class Cut(BaseException):
        pass

    with monkeypatch.context() as patched:
        if point == "after the exchange":
            real = os.replace

            def cut(source, target):
                if str(source).endswith(".link"):
                    raise Cut
                real(source, target)

            patched.setattr(module.os, "replace", cut)
        else:
            patched.setattr(Versions, "_point", lambda self, link, folder: (_ for _ in ()).throw(Cut()))
        with pytest.raises(Cut):
            kept.use(new)
    verify(kept.link)
    assert weights(kept.link) == weights(made[1])
    kept.use(kept.add(made[2]))  # and the next change goes on from there
    assert weights(kept.link) == weights(made[2])
    assert any(weights(each.folder) == weights(made[0]) for each in kept.all())


def test_where_names_cannot_be_exchanged_two_steps_do(kept, made, monkeypatch):
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    kept.use(kept.add(made[1]))
    assert weights(kept.link) == weights(made[1])
    assert weights(kept.previous) == weights(made[0])


def test_whoever_reads_while_it_is_switched_sees_one_whole_model(kept, made):
    kept.use(kept.add(made[1]))
    ended, seen, faults = threading.Event(), set(), []

    def read():
        while not ended.is_set():
            try:
                folder = kept.link.resolve(strict=True)
                verify(folder)
                seen.add(folder)
            except Exception as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(60):
        kept.rollback()
    ended.set()
    reader.join(60)
    assert faults == []
    assert seen


def test_names(kept, made):
    new = kept.add(made[1])
    assert kept.find(new.name) == new
    with pytest.raises(ModelError, match="no version") as caught:
        kept.find(new.name[:-1])
    assert new.name in caught.value.problems[0].hint
