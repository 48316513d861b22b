from __future__ import annotations

import dataclasses
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from cabin.errors import DownloadError
from cabin.modelstore.schema import ModelFile
from cabin.modelstore.unpack import unpack

from .conftest import CONTENT, Published, sha


def test_files_and_whole_folders(published: Published, tmp_path: Path) -> None:
    unpack(published.source, published.archive, tmp_path / "single")
    whole = dataclasses.replace(published.source, files=(ModelFile("top/", ""),))
    unpack(whole, published.archive, tmp_path / "whole")
    for folder in ("single", "whole"):
        for name, data in CONTENT.items():
            assert (tmp_path / folder / name.removeprefix("top/")).read_bytes() == data


def test_parts_of_one_file_are_joined_in_order(published: Published, tmp_path: Path) -> None:
    parts = tuple(ModelFile(name, "all", sha(CONTENT[name]), 1) for name in ("top/LICENSE", "top/sub/words.txt"))
    unpack(dataclasses.replace(published.source, files=parts), published.archive, tmp_path / "out")
    assert (tmp_path / "out" / "all").read_bytes() == b"MIT\none\ntwo\n"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (ModelFile("top/none", "x", "0" * 64, 1), "no top/none"),
        (ModelFile("top/LICENSE", "x", "0" * 64, 1), "has changed"),
        (ModelFile("elsewhere/", ""), "nothing under"),
    ],
)
def test_an_archive_that_is_not_as_listed(published: Published, tmp_path: Path, file: ModelFile, message: str) -> None:
    with pytest.raises(DownloadError, match=message):
        unpack(dataclasses.replace(published.source, files=(file,)), published.archive, tmp_path / "out")


def test_a_path_that_leads_out_is_refused(published: Published, tmp_path: Path) -> None:
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as zipped:
        zipped.writestr("top/../../../escaped", b"x")
    with pytest.raises(DownloadError, match="leads out"):
        unpack(dataclasses.replace(published.source, files=(ModelFile("top/", ""),)), evil, tmp_path / "a" / "b")
    assert not list(tmp_path.rglob("escaped"))


def test_a_tar_archive(published: Published, tmp_path: Path) -> None:
    path = tmp_path / "x.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in CONTENT.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    unpack(published.source, path, tmp_path / "out")
    assert (tmp_path / "out" / "weights.bin").read_bytes() == CONTENT["top/weights.bin"]


def test_no_archive_at_all(published: Published, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not an archive")
    with pytest.raises(DownloadError, match="no archive"):
        unpack(published.source, tmp_path / "x.zip", tmp_path / "out")
