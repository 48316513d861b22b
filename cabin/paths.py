"""Where cabin finds and keeps its files: configuration, models, cache.

Each place is looked for in this order; the first that exists wins:

| what     | environment    | repository checkout | installed system           | last                     |
|----------|----------------|---------------------|----------------------------|--------------------------|
| config   | `CABIN_CONFIG` | `config/`           | `/etc/cabin`               | built-in defaults        |
| models   | `CABIN_MODELS` | `models/`           | `/usr/share/cabin/models`  | `~/.local/share/cabin/models` |
| cache    | `CABIN_CACHE`  |                     |                            | `~/.cache/cabin`         |
| state    | `CABIN_STATE`, `STATE_DIRECTORY` |   |                            | `~/.local/state/cabin`   |

`CABIN_CONFIG` may name cabin.yaml itself or its folder. XDG_DATA_HOME, XDG_CACHE_HOME and XDG_STATE_HOME stand for
`~/.local/share`, `~/.cache` and `~/.local/state` where they are set. systemd sets STATE_DIRECTORY.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "cache_dir",
    "checkout_dir",
    "config_dir",
    "config_file",
    "models_dir",
    "models_dirs",
    "state_dir",
    "writable_models_dir",
]

SYSTEM_CONFIG = Path("/etc/cabin")
SYSTEM_DATA = Path("/usr/share/cabin")


def checkout_dir() -> Path | None:
    """Return the repository that this code runs from, or None when cabin is installed as a package."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "config").is_dir() else None


def config_dir(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder of cabin.yaml, vehicle.yaml, policy.yaml and budgets/, or None: there is none."""
    named = environ.get("CABIN_CONFIG")
    if named:
        path = Path(named).expanduser()
        return path if path.is_dir() else path.parent
    checkout = checkout_dir()
    candidates = ([checkout / "config"] if checkout else []) + [SYSTEM_CONFIG]
    return next((folder for folder in candidates if folder.is_dir()), None)


def config_file(name: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the configuration file `name` ("cabin.yaml", "vehicle.yaml", "policy.yaml"), or None when there is none.

    A file that `CABIN_CONFIG` names is returned whether it exists or not, so that reading it tells what is wrong.
    """
    named = environ.get("CABIN_CONFIG")
    if named and name == "cabin.yaml" and not Path(named).expanduser().is_dir():
        return Path(named).expanduser()
    folder = config_dir(environ)
    return folder / name if folder is not None and (folder / name).is_file() else None


def models_dirs(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return the folders that may hold models, in the order looked at, whether they exist or not."""
    named = environ.get("CABIN_MODELS")
    if named:
        return (Path(named).expanduser(),)
    checkout = checkout_dir()
    own = Path(environ.get("XDG_DATA_HOME") or _home(environ) / ".local" / "share") / "cabin" / "models"
    return (*((checkout / "models",) if checkout else ()), SYSTEM_DATA / "models", own)


def models_dir(name: str = "", environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the model `name`, from the first models folder that holds it; else where it would be put."""
    for folder in models_dirs(environ):
        if name and (folder / name).is_dir():
            return folder / name
    return writable_models_dir(environ) / name if name else writable_models_dir(environ)


def writable_models_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the first models folder that can be written to; it may have to be made first."""
    folders = models_dirs(environ)
    return next((folder for folder in folders if _is_writable(folder)), folders[-1])


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what can be made again (catalogs read, downloads); it may have to be made first."""
    named = environ.get("CABIN_CACHE")
    if named:
        return Path(named).expanduser()
    return Path(environ.get("XDG_CACHE_HOME") or _home(environ) / ".cache") / "cabin"


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what outlives the daemon (recordings, where they are wanted); it may have to be made."""
    named = environ.get("CABIN_STATE") or environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if named:
        return Path(named).expanduser()
    return Path(environ.get("XDG_STATE_HOME") or _home(environ) / ".local" / "state") / "cabin"


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ["HOME"]) if environ.get("HOME") else Path("~").expanduser()


def _is_writable(folder: Path) -> bool:
    """Whether `folder`, or the nearest of its parents that exists, can be written to."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
