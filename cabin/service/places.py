"""Directories and devices as the service sees them: what it must write, must only read, and must not see."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cabin.service.findings import ServiceFinding, judged

__all__ = ["ALWAYS", "check_devices", "check_hidden", "check_readable", "check_writable"]

_DEVICES = "console core fd full hwrng kmsg null ptmx random snd stderr stdin stdout tty urandom zero"
_FOLDERS = "char hugepages initctl log mqueue net pts shm"
ALWAYS = frozenset([*_DEVICES.split(), *_FOLDERS.split()])
"""What is in a /dev of one's own (PrivateDevices= in systemd.exec(5)), names that lead nowhere included, and sound."""


def check_writable(folders: Iterable[Path]) -> Iterator[ServiceFinding]:
    """Write a file into each, and take it away again."""
    for folder in folders:
        seen = "written"
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            seen = error.strerror or str(error)
        hint = "`systemd-tmpfiles --create cabin.conf` makes it; a full disk or another owner shows in `ls -ld`, `df`."
        yield judged(seen == "written", "directory", "can be written", str(folder), seen, "written", hint)


def check_readable(folders: Iterable[Path]) -> Iterator[ServiceFinding]:
    """Each must be readable and must not be writable: a service that is broken into must not change itself."""
    for folder in folders:
        can_read = os.access(folder, os.R_OK | os.X_OK)
        can_write = os.access(folder, os.W_OK)
        seen = ("readable" if can_read else "not readable" if folder.exists() else "not there") + (
            ", writable" if can_write else ", not writable"
        )
        hint = "`sudo make install` puts it there; owner root, mode 0755: `chmod -R u=rwX,go=rX`."
        good = can_read and not can_write
        yield judged(good, "directory", "can be read only", str(folder), seen, "readable, not writable", hint)


def check_hidden(folders: Iterable[Path]) -> Iterator[ServiceFinding]:
    """Each must show nothing."""
    for folder in folders:
        try:
            count = sum(1 for _ in folder.iterdir())
            seen = f"{count} entries" if count else "empty"
        except OSError as error:
            count, seen = 0, error.strerror or str(error)
        hint = "`systemctl cat cabin` shows which drop-in opens it (ProtectHome=)."
        yield judged(count == 0, "directory", "shows nothing", str(folder), seen, "nothing", hint)


def check_devices(needs_cards: bool, dev: Path = Path("/dev")) -> Iterator[ServiceFinding]:
    """Sound devices that can be opened, and no others. `needs_cards`: sound comes from a card, not from a server."""
    cards = sorted((dev / "snd").glob("pcm*c")) if (dev / "snd").is_dir() else []
    usable = [card.name for card in cards if os.access(card, os.R_OK | os.W_OK)]
    if cards:
        hint = "Is the group audio there, and does it own /dev/snd/*? `ls -l /dev/snd`"
        seen, expected = ", ".join(usable) or "none of them", ", ".join(card.name for card in cards)
        yield judged(bool(usable), "device", "microphones can be opened", str(dev / "snd"), seen, expected, hint)
    else:
        hint = "No sound card is plugged in, or it came after the service while /dev/snd was not there: restart cabin."
        what = "sound cards" if needs_cards else "sound cards (not needed: a sound server is used)"
        seen, expected = "none", "a capture device"
        yield judged(not needs_cards, "device", what, str(dev / "snd"), seen, expected, hint, "warn")
    others = sorted({entry.name for entry in dev.iterdir()} - ALWAYS)
    hint = "`systemctl cat cabin` shows which drop-in opens it (PrivateDevices=, DeviceAllow=)."
    seen = ", ".join(others[:8]) or "none"
    yield judged(not others, "device", "no others", str(dev), seen, "none", hint)
