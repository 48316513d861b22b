"""The proof that a process has no network: it tries, and it looks at what the kernel says it has.

Two locks, each enough by itself: a network namespace of its own without an interface that leads anywhere (Linux
network_namespaces(7)), and system calls filtered so that no socket but a Unix one can be made (seccomp(2)).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from cabin.service.findings import ServiceFinding, judged

__all__ = ["FAMILIES", "check_network", "check_process", "interfaces", "own_namespace", "try_family"]

FAMILIES = {
    "AF_INET": (socket.AF_INET, socket.SOCK_DGRAM),
    "AF_INET6": (socket.AF_INET6, socket.SOCK_DGRAM),
    "AF_NETLINK": (socket.AF_NETLINK, socket.SOCK_RAW),
    "AF_PACKET": (socket.AF_PACKET, socket.SOCK_DGRAM),
}
"""What is tried: the internet, old and new, the kernel's network settings, and bare frames."""

_NAMESPACE = "PrivateNetwork=yes"
_FAMILY = "RestrictAddressFamilies=AF_UNIX"
_HINT = "`systemctl cat cabin` shows which drop-in opens it; only a car reached over a network needs one."


def interfaces(proc: Path = Path("/proc/self")) -> list[str]:
    """Return the network interfaces of a process's namespace, from its net/dev (proc(5)). Raises OSError."""
    lines = (proc / "net" / "dev").read_text(encoding="ascii", errors="replace").splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines if ":" in line]


def own_namespace(proc: Path = Path("/proc/self")) -> str:
    """Return the name of a process's network namespace, "net:[4026531840]". Raises OSError."""
    return str((proc / "ns" / "net").readlink())


def try_family(name: str, make: Callable[[int, int], socket.socket] = socket.socket) -> str:
    """Try to make a socket of a family; return the kernel's error by its name, or the empty string: it was made."""
    family, kind = FAMILIES[name]
    try:
        make(family, kind).close()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    return ""


def check_network(host_namespace: str, tried: Callable[[str], str] = try_family) -> Iterator[ServiceFinding]:
    """Look at this process. `host_namespace`: that of the system, which it must not share."""
    for name in FAMILIES:
        refused = tried(name)
        yield judged(
            bool(refused),
            "network",
            f"a socket of {name} is {'refused' if refused else 'given'}",
            _FAMILY,
            refused or "a socket",
            "refused",
            _HINT,
        )
    yield from _namespace(Path("/proc/self"), "", host_namespace)


def check_process(pid: int, host_namespace: str) -> Iterator[ServiceFinding]:
    """Look at a process that runs; needs root. What is gone meanwhile is no finding."""
    try:
        yield from _namespace(Path(f"/proc/{pid}"), f"process {pid}", host_namespace)
    except OSError:
        return


def _namespace(proc: Path, who: str, host_namespace: str) -> Iterator[ServiceFinding]:
    own, found = own_namespace(proc), interfaces(proc)
    where = f"{who}, {_NAMESPACE}" if who else _NAMESPACE
    is_own = own != host_namespace
    seen = f"{own}, the system's is {host_namespace}"
    yield judged(is_own, "network", "a namespace of its own", where, seen, "another than the system's", _HINT)
    others = [name for name in found if name != "lo"]
    yield judged(
        not others, "network", "no way out of it", where, ", ".join(found) or "no interface", "lo alone", _HINT
    )
