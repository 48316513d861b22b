"""Where the socket is: where a daemon puts it, and where a client looks for one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cabin import paths
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError, Problem

__all__ = ["LONGEST_PATH_BYTES", "SOCKET_NAME", "SYSTEM_DIR", "bind_path", "connect_paths"]

SOCKET_NAME = "control.sock"
SYSTEM_DIR = Path("/run/cabin")
"""The daemon's runtime folder as a system service."""

LONGEST_PATH_BYTES = 107
"""sun_path of Linux holds 108 bytes, one of them the end."""


def bind_path(config: ControlConfig, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the daemon makes its socket; the folder may have to be made. Raises ConfigError: path too long."""
    if config.socket is not None:
        return _checked(config.socket)
    given = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if given:
        return _checked(Path(given) / SOCKET_NAME)
    if os.access(SYSTEM_DIR if SYSTEM_DIR.is_dir() else SYSTEM_DIR.parent, os.W_OK):
        return SYSTEM_DIR / SOCKET_NAME
    return _checked(_own_paths(environ)[0])


def connect_paths(config: ControlConfig, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return where a client looks, in this order: what is configured; else the user's own daemon, then the system's."""
    if config.socket is not None:
        return (_checked(config.socket),)
    return (*_own_paths(environ), SYSTEM_DIR / SOCKET_NAME)


def _own_paths(environ: Mapping[str, str]) -> tuple[Path, ...]:
    runtime = environ.get("XDG_RUNTIME_DIR")
    folders = [Path(runtime) / "cabin"] if runtime else []
    return tuple(folder / SOCKET_NAME for folder in (*folders, paths.cache_dir(environ) / "run"))


def _checked(path: Path) -> Path:
    length = len(os.fsencode(path))
    if length > LONGEST_PATH_BYTES:
        expected = f"at most {LONGEST_PATH_BYTES} bytes"
        hint = "Set control.socket to a shorter one."
        raise ConfigError(Problem("path of the socket too long", str(path), f"{length} bytes", expected, hint))
    return path
