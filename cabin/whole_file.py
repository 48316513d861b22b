"""A file written whole or not at all: who reads it meanwhile sees the old one; a full disk leaves nothing behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, data: bytes | str, mode: int = 0o644) -> None:
    """Write a file in place of the old one; text in UTF-8. Raises OSError when the folder or disk does not take it."""
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name[:12]}-", delete=False) as file:
            temporary = Path(file.name)
            file.write(data.encode() if isinstance(data, str) else data)
        temporary.chmod(mode)
        os.replace(temporary, path)  # a name, not a Path
        temporary = None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
