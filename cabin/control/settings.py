"""Section `control` of cabin.yaml: where the socket is, who may do what, and what a client may cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cabin.config.fields import Bounds
from cabin.errors import ConfigError, Problem

__all__ = ["RIGHTS", "ControlConfig", "Right"]

Right = Literal["watch", "talk", "command", "admin", "transcripts"]
"""What a peer may be allowed; each stands for itself, none brings another."""

RIGHTS: tuple[Right, ...] = ("watch", "talk", "command", "admin", "transcripts")

_WHO = re.compile(r"(?:self|everyone|(?:user|group):[^\s:]+|(?:uid|gid):\d{1,10})\Z")
_WHO_EXPECTED = "self, everyone, user:NAME, uid:NUMBER, group:NAME or gid:NUMBER"


@dataclass(frozen=True)
class ControlConfig:
    """The control socket. Lists of who may do what hold: self, everyone, user:NAME, uid:N, group:NAME, gid:N.

    The user that the daemon runs as, and root, may watch, talk, command and administer without being listed.
    """

    socket: Path | None = None
    """The socket; null: control.sock in /run/cabin, $XDG_RUNTIME_DIR/cabin or the cache folder, as can be written."""
    watch: tuple[str, ...] = ()
    """Who may see status, metrics and events."""
    talk: tuple[str, ...] = ()
    """Who may open the microphone (push to talk) and cancel."""
    command: tuple[str, ...] = ()
    """Who may send texts that are acted on, and cancel."""
    admin: tuple[str, ...] = ()
    """Who may reload and stop the daemon."""
    transcripts: tuple[str, ...] = ()
    """Who may see what was said and answered. Nobody, not even self or root, without being listed."""
    max_clients: Annotated[int, Bounds(1, 1024)] = 32
    """Connections at a time."""
    max_clients_of_user: Annotated[int, Bounds(1, 1024)] = 16
    """Connections of one user at a time, so that none keeps the others out."""
    max_line_bytes: Annotated[int, Bounds(1024, 1_048_576)] = 16_384
    """The longest request."""
    max_output_bytes: Annotated[int, Bounds(4096, 16_777_216)] = 131_072
    """What may wait for a client to read it; one that leaves more unread is dropped."""
    requests_per_s: Annotated[float, Bounds(0.1, 10_000)] = 50.0
    """Requests and connections of one user a second, in the long run."""
    burst: Annotated[int, Bounds(1, 10_000)] = 100
    """How many may come at once."""
    line_timeout_s: Annotated[float, Bounds(0.1, 3600)] = 10.0
    """How long a line may take from its first byte to its end."""
    idle_timeout_s: Annotated[float, Bounds(0.1, 86_400)] = 300.0
    """How long a client may be connected without watching or asking anything."""

    def __post_init__(self) -> None:
        problems = [
            Problem("not somebody", right, repr(entry), _WHO_EXPECTED)
            for right in RIGHTS
            for entry in getattr(self, right)
            if not _WHO.match(entry)
        ]
        if problems:
            raise ConfigError(problems)
