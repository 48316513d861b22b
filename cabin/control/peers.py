"""Who is at the other end of the socket, told by the kernel, and what cabin.yaml lets them do."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cabin.control.settings import RIGHTS, ControlConfig, Right
from cabin.errors import ConfigError, Problem

__all__ = ["Access", "Peer", "PeerOf", "peer_of"]

_SO_PEERGROUPS = 59
"""Since Linux 4.13; Python has no name for it (include/uapi/asm-generic/socket.h)."""

_GROUPS_BYTES = 1024
"""The most that Python's getsockopt takes: 256 groups. A peer in more is looked up by name."""

_EVERYDAY: frozenset[Right] = frozenset({"watch", "talk", "command", "admin"})
"""What the daemon's own user and root have without being listed: everything but what was said."""


@dataclass(frozen=True)
class Peer:
    """A process at the other end, as it was when it connected."""

    uid: int
    groups: frozenset[int]
    """All its groups, the primary one included."""
    pid: int = 0


PeerOf = Callable[[socket.socket], Peer]


def peer_of(connection: socket.socket) -> Peer:
    """Return who is connected. Raises OSError when the kernel does not tell."""
    size = struct.calcsize("iII")
    pid, uid, gid = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return Peer(uid, frozenset({gid, *_groups(connection, uid, gid)}), pid)


def _groups(connection: socket.socket, uid: int, gid: int) -> Iterable[int]:
    """Return the supplementary groups of the peer; by the user database where the kernel does not tell."""
    try:
        data = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
        return struct.unpack(f"{len(data) // 4}I", data)
    except OSError:
        try:
            return os.getgrouplist(pwd.getpwuid(uid).pw_name, gid)
        except KeyError:
            return ()


@dataclass(frozen=True)
class _Who:
    """One list of cabin.yaml, names looked up."""

    uids: frozenset[int]
    gids: frozenset[int]
    everyone: bool

    def holds(self, peer: Peer) -> bool:
        return self.everyone or peer.uid in self.uids or not self.gids.isdisjoint(peer.groups)


class Access:
    """Who may do what."""

    def __init__(self, config: ControlConfig, own_uid: int | None = None) -> None:
        """`own_uid`: the user that the daemon runs as. Raises ConfigError for users and groups that do not exist."""
        self._own_uid = os.geteuid() if own_uid is None else own_uid
        problems: list[Problem] = []
        self._lists = {right: _look_up(getattr(config, right), right, self._own_uid, problems) for right in RIGHTS}
        if problems:
            raise ConfigError(problems)

    def rights(self, peer: Peer) -> frozenset[Right]:
        """Return what the peer may do."""
        given = frozenset(right for right, who in self._lists.items() if who.holds(peer))
        return given | _EVERYDAY if peer.uid in (self._own_uid, 0) else given

    @property
    def lets_others_in(self) -> bool:
        """Whether anybody but the daemon's own user and root has a right."""
        own = frozenset({self._own_uid, 0})
        return any(who.everyone or who.gids or who.uids - own for who in self._lists.values())

    @property
    def shares_transcripts(self) -> bool:
        """Whether anybody may see what was said."""
        who = self._lists["transcripts"]
        return bool(who.everyone or who.gids or who.uids)


def _look_up(entries: Iterable[str], right: Right, own_uid: int, problems: list[Problem]) -> _Who:
    uids: set[int] = set()
    gids: set[int] = set()
    everyone = False
    for entry in entries:
        kind, _, name = entry.partition(":")
        try:
            if kind == "user":
                uids.add(pwd.getpwnam(name).pw_uid)
            elif kind == "group":
                gids.add(grp.getgrnam(name).gr_gid)
            elif kind == "uid":
                uids.add(int(name))
            elif kind == "gid":
                gids.add(int(name))
            elif kind == "self":
                uids.add(own_uid)
            else:
                everyone = True
        except KeyError:
            hint = f"Make the {kind}, or give its number: {'uid' if kind == 'user' else 'gid'}:1000."
            problems.append(Problem(f"this machine has no {kind} {name!r}", f"control.{right}", hint=hint))
    return _Who(frozenset(uids), frozenset(gids), everyone)
