"""Files of the user's cache folder: written whole or not at all, the oldest of a kind thrown away."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["keep"]


def keep(path: Path, data: bytes, alike: str, most: int) -> None:
    """Write a file beside its own kind, of which the `most` newest stay; `alike` is the pattern of their names.

    Raises OSError when the folder or the disk does not take it; nothing half written stays then.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name[:12]}-", delete=False) as file:
            temporary = file.name
            file.write(data)
        os.replace(temporary, path)  # a name, not a Path
        temporary = None
        kept = sorted(path.parent.glob(alike), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for old in kept[most:]:
            old.unlink(missing_ok=True)
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
