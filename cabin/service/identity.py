"""Who a process is and what it may: user, groups, capabilities, system calls. From proc(5), /proc/self/status."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cabin.service.findings import ServiceFinding, judged

__all__ = ["check_identity", "check_rights", "read_status"]

_FILTERED = "2"
"""SECCOMP_MODE_FILTER."""


def read_status(proc: Path = Path("/proc/self")) -> dict[str, str]:
    """Return the fields of a process's status file. Raises OSError."""
    lines = (proc / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def check_identity(user: str, groups: Sequence[str]) -> Iterator[ServiceFinding]:
    """Hold this process's user and groups against the unit's User= and SupplementaryGroups=."""
    uid = os.getuid()
    name = _user(uid)
    is_right = uid != 0 and name == user
    hint = "`systemd-sysusers cabin.conf` makes the user; `systemctl edit cabin` sets another."
    yield judged(is_right, "user", "runs as its own user", "User=", f"{name} ({uid})", f"{user}, not root", hint)
    own = sorted({_group(gid) for gid in {os.getgid(), *os.getgroups()}})
    lacking = [group for group in groups if group not in own]
    hint = f"Without {', '.join(lacking)} sound cards stay closed: groupadd --system {' '.join(lacking)}"
    where, expected = "SupplementaryGroups=", ", ".join(groups)
    yield judged(not lacking, "user", "is in the groups it needs", where, ", ".join(own), expected, hint)


def check_rights(status: Mapping[str, str]) -> Iterator[ServiceFinding]:
    """Hold the fields of /proc/self/status against what the unit promises."""
    hint = "`systemctl cat cabin` shows which drop-in changes it."
    capabilities = status.get("CapBnd", "?")
    none = set(capabilities) == {"0"} and set(status.get("CapEff", "?")) == {"0"}
    where = "CapabilityBoundingSet="
    yield judged(none, "rights", "has no capability, and can get none", where, capabilities, "0", hint)
    fixed = status.get("NoNewPrivs", "?")
    yield judged(fixed == "1", "rights", "can gain no rights", "NoNewPrivileges=", fixed, "1", hint)
    mode = status.get("Seccomp", "?")
    seen = f"mode {mode}, {status.get('Seccomp_filters', '?')} filters"
    where = "SystemCallFilter="
    yield judged(mode == _FILTERED, "rights", "system calls are filtered", where, seen, "mode 2", hint)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
