"""manifest.json: what `cabin models get` put into a model's folder, so that every byte can be checked later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cabin.modelstore.fetch import sha256_of
from cabin.modelstore.schema import ModelEntry

__all__ = ["LICENCE_FILE", "MANIFEST_FILE", "Manifest", "check_files", "read_manifest", "write_manifest"]

MANIFEST_FILE = "manifest.json"
LICENCE_FILE = "LICENSE"
_FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a folder should hold."""

    name: str
    files: dict[str, tuple[int, str]]
    """Path below the folder -> (bytes, SHA-256)."""


def write_manifest(entry: ModelEntry, folder: Path, version: str) -> None:
    """Hash every file of `folder` and write the manifest, with sources and licence."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in names
        if name != MANIFEST_FILE
    }
    content = {
        "format": _FORMAT,
        "model": entry.name,
        "purpose": entry.purpose,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "sources": [
            {"from": str(source), "archive": source.archive, "sha256": source.sha256} for source in entry.sources
        ],
        "rebuilt_by": entry.rebuild,
        "cabin": version,
        "files": files,
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, or None when it has none that can be read."""
    try:
        content: Any = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        files = {str(name): (int(file["bytes"]), str(file["sha256"])) for name, file in content["files"].items()}
        return Manifest(str(content["model"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def check_files(folder: Path, manifest: Manifest, hashes: bool = True) -> list[str]:
    """Return what is wrong with the folder, one clause each. Without `hashes` only presence and size are looked at."""
    wrong = []
    for name, (size, sha256) in manifest.files.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != size:
            wrong.append(f"{name} has {path.stat().st_size:,} bytes, not {size:,}")
        elif hashes and sha256_of(path) != sha256:
            wrong.append(f"{name} has another SHA-256 than when it was made")
    return wrong
