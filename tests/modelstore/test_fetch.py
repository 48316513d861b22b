from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cabin.errors import DownloadError
from cabin.modelstore import fetch as fetching
from cabin.modelstore.fetch import fetch, sha256_of
from cabin.modelstore.progress import SilentProgress
from cabin.modelstore.schema import Source

from .conftest import Published, sha

DATA = bytes(range(256)) * 4000


class Site(ThreadingHTTPServer):
    """Serves DATA; understands Range unless told not to; can break off in the middle."""

    ranges = True
    break_after: int | None = None
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []

    @property
    def source(self) -> Source:
        url = f"http://127.0.0.1:{self.server_port}/data.bin"
        return Source("url", url, "", "data.bin", sha(DATA), len(DATA), ())


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        self.send_response(206 if start else 200)
        body = DATA[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.break_after])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_fetches_once(site: Site, tmp_path: Path) -> None:
    path = fetch(site.source, tmp_path, SilentProgress())
    assert path.read_bytes() == DATA
    assert fetch(site.source, tmp_path, SilentProgress()) == path
    assert len(site.asked) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["data.bin"]


@pytest.mark.parametrize("ranges", [True, False])
def test_goes_on_where_it_was_cut_off(site: Site, tmp_path: Path, ranges: bool) -> None:
    site.ranges, site.break_after = ranges, 300_000
    with pytest.raises(DownloadError, match="goes on where it stopped"):
        fetch(site.source, tmp_path, SilentProgress())
    assert not (tmp_path / "data.bin").exists()
    begun = (tmp_path / "data.bin.part").stat().st_size
    site.break_after = None
    assert fetch(site.source, tmp_path, SilentProgress()).read_bytes() == DATA
    assert site.asked == [None, f"bytes={begun}-"]


def test_another_file_than_listed_is_thrown_away(site: Site, tmp_path: Path) -> None:
    wrong = dataclasses.replace(site.source, sha256="0" * 64)
    with pytest.raises(DownloadError, match=r"not the file that models\.yaml lists"):
        fetch(wrong, tmp_path, SilentProgress())
    assert list(tmp_path.iterdir()) == []


def test_more_than_listed_is_not_read_for_ever(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="not the file"):
        fetch(dataclasses.replace(site.source, size_bytes=1000), tmp_path, SilentProgress())


def test_a_site_that_refuses_is_named(site: Site, tmp_path: Path) -> None:
    site.status = 404
    with pytest.raises(DownloadError, match="404") as caught:
        fetch(site.source, tmp_path, SilentProgress())
    assert str(tmp_path) in str(caught.value)  # where to put the file by hand


def test_a_site_out_of_reach_says_what_to_do(tmp_path: Path) -> None:
    source = Source("url", "http://127.0.0.1:9/model.zip", "", "model.zip", "0" * 64, 10, ())
    with pytest.raises(DownloadError) as caught:
        fetch(source, tmp_path, SilentProgress())
    assert caught.value.exit_code == 1
    assert "put it into" in str(caught.value)


def test_an_archive_brought_by_hand_is_taken(published: Published, tmp_path: Path) -> None:
    unreachable = dataclasses.replace(published.source, name="http://127.0.0.1:9/model.zip")
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    (downloads / "model.zip").write_bytes(published.archive.read_bytes())
    assert sha256_of(fetch(unreachable, downloads, SilentProgress())) == published.source.sha256


def test_a_wrong_archive_brought_by_hand_is_fetched_anew(published: Published, tmp_path: Path) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    (downloads / "model.zip").write_bytes(b"x" * published.source.size_bytes)
    assert sha256_of(fetch(published.source, downloads, SilentProgress())) == published.source.sha256


def test_a_package_that_pip_cannot_get_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    source = Source("pypi", "cabin-no-such-package", "1.0", "x.whl", "0" * 64, 10, ())
    with pytest.raises(DownloadError) as caught:
        fetch(source, tmp_path, SilentProgress())
    assert "pip download --no-deps cabin-no-such-package==1.0" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_comes_through_pip(published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    make_wheel(wheels / "cabin_thing-1.0-py3-none-any.whl")
    data = (wheels / "cabin_thing-1.0-py3-none-any.whl").read_bytes()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    source = Source("pypi", "cabin-thing", "1.0", "cabin_thing-1.0-py3-none-any.whl", sha(data), len(data), ())
    assert fetch(source, tmp_path / "downloads", SilentProgress()).read_bytes() == data


def test_clients_are_asked_for_one_pinned_archive_and_run_nothing_of_it() -> None:
    pip = fetching._client(Source("pypi", "a", "1", "a.whl", "", 1, (), "manylinux2014_x86_64"), "/x")
    assert pip[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64", "a==1"} <= set(pip)
    npm = fetching._client(Source("npm", "b", "2", "b.tgz", "", 1, ()), "/x")
    assert npm[:2] == ["npm", "pack"]
    assert {"--ignore-scripts", "b@2"} <= set(npm)


def make_wheel(path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(path, "w") as zipped:
        info = "cabin_thing-1.0.dist-info"
        zipped.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: cabin-thing\nVersion: 1.0\n")
        zipped.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        zipped.writestr(f"{info}/RECORD", "")
