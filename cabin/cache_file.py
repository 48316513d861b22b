"""Files of the user's cache folder: written whole or not at all, the oldest of a kind thrown away."""

from __future__ import annotations

from pathlib import Path

from cabin.whole_file import write_whole

__all__ = ["keep"]


def keep(path: Path, data: bytes, alike: str, most: int) -> None:
    """Write a file beside its own kind, of which the `most` newest stay; `alike` is the pattern of their names.

    Raises OSError when the folder or the disk does not take it; nothing half written stays then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data, 0o600)
    kept = sorted(path.parent.glob(alike), key=lambda each: each.stat().st_mtime_ns, reverse=True)
    for old in kept[most:]:
        old.unlink(missing_ok=True)
