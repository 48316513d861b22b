"""What models.yaml says of a model, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ModelEntry", "ModelFile", "Origin", "Source"]

Origin = Literal["pypi", "npm", "url"]


@dataclass(frozen=True)
class ModelFile:
    """One file inside an archive, and what it becomes in the model's folder."""

    path: str
    """In the archive. A trailing slash: everything below, under its own names."""
    to: str
    """In the model's folder (before a rebuild); a folder, "" for the top, when `path` ends with a slash."""
    sha256: str = ""
    """Empty only for folders, which the archive's own hash vouches for."""
    size_bytes: int = 0


@dataclass(frozen=True)
class Source:
    """One archive to download."""

    origin: Origin
    name: str
    """The package's name, or the URL."""
    version: str
    """Of the package; empty for a URL."""
    archive: str
    """The archive's file name."""
    sha256: str
    size_bytes: int
    files: tuple[ModelFile, ...]
    platform: str = ""
    """The wheel's platform, when it has one; the files taken out of it run on any."""

    def __str__(self) -> str:
        return self.name if self.origin == "url" else f"{self.name} {self.version} ({self.origin})"


@dataclass(frozen=True)
class ModelEntry:
    """One model."""

    name: str
    purpose: str
    """One line."""
    licence: str
    """SPDX identifier."""
    attribution: str
    """Who made it and where it is described."""
    sources: tuple[Source, ...]
    rebuild: str = ""
    """ "module:function", called with (download folder, target folder, progress) to make what is run out of what was
    fetched; empty: the files are run as they are."""
    joined: tuple[ModelFile, ...] = ()
    """Files made of several parts: those of all sources with the same `to`, in their order."""

    @property
    def download_bytes(self) -> int:
        """All archives together."""
        return sum(source.size_bytes for source in self.sources)

    def known_files(self) -> dict[str, ModelFile]:
        """Return the files whose hash models.yaml knows in the finished folder; empty for what is rebuilt."""
        if self.rebuild:
            return {}
        single = {file.to: file for source in self.sources for file in source.files if file.sha256}
        return single | {file.to: file for file in self.joined}
