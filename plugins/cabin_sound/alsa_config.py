"""ALSA's configuration without its rate converters and encoders.

PortAudio opens every device that ALSA's configuration defines, and Debian's defines some that convert rates and encode
AC3: one look at the list of microphones then loads libavcodec with all its video encoders. cabin converts rates itself.
Measured on Debian 12 with libasound2-plugins, a process that only imports sounddevice: 36.7 MB resident, 22.3 without.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, MutableMapping
from pathlib import Path

__all__ = ["ALSA_CONFIG", "CONFIG_FOLDER", "lean_config", "use_lean_config"]

ALSA_CONFIG = Path("/usr/share/alsa/alsa.conf")
CONFIG_FOLDER = Path("/etc/alsa/conf.d")

_LEFT_OUT = ("rate-lav", "samplerate", "speexrate", "a52-encoder", "speex", "jack", "oss")
"""Parts of the names of files that define converters, encoders and other sound servers."""
_VARIABLE = "ALSA_CONFIG_PATH"


def use_lean_config(
    environ: MutableMapping[str, str] = os.environ, config: Path = ALSA_CONFIG, folder: Path = CONFIG_FOLDER
) -> bool:
    """Have ALSA, in this process, read the lean configuration from a file without a name; return whether it will.

    Does nothing where ALSA's configuration is elsewhere, or the environment names one.
    """
    if environ.get(_VARIABLE) or not folder.is_dir():
        return False
    try:
        text = config.read_text(encoding="utf-8")
    except OSError:
        return False
    lean = lean_config(text, folder, sorted(folder.glob("*.conf")))
    if lean is None:
        return False
    fd = os.memfd_create("cabin-alsa.conf", os.MFD_CLOEXEC)  # lives as long as the process
    with os.fdopen(os.dup(fd), "wb") as file:
        file.write(lean.encode())
    environ[_VARIABLE] = f"/proc/self/fd/{fd}"
    return True


def lean_config(text: str, folder: Path, files: Iterable[Path]) -> str | None:
    """Return ALSA's configuration with the folder replaced by those of its files that are wanted; None if not named."""
    quoted = f'"{folder}"'
    if quoted not in text:
        return None
    wanted = [file for file in files if not any(part in file.name for part in _LEFT_OUT)]
    return text.replace(quoted, "\n".join(f'"{file}"' for file in wanted))
