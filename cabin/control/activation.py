"""Where the listening socket comes from: systemd (LISTEN_FDS), or made here. Never two daemons on one.

A socket file alone does not tell whether its daemon lives: it stays when a daemon is killed. So a lock is held beside
it for as long as the daemon lives, which the kernel lets go whatever ends it, and a connection is tried.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import socket
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cabin.errors import ControlError, Problem

__all__ = ["BACKLOG", "FIRST_FD", "Listening", "bind_socket", "is_alive", "taken_over"]

logger = logging.getLogger(__name__)

FIRST_FD = 3
"""SD_LISTEN_FDS_START of sd_listen_fds(3)."""

BACKLOG = 128
"""Connections that may wait to be let in; more are told by their system to try again."""


@dataclass
class Listening:
    """A socket that listens. Close it to end."""

    socket: socket.socket
    path: Path | None
    """The file to remove at the end; None: it is systemd's."""
    lock: IO[str] | None = None
    inode: tuple[int, int] | None = None
    """Device and inode of the file, so that nobody else's is removed."""

    def close(self) -> None:
        """Close the socket, remove its file if it is still ours, and let the lock go."""
        self.socket.close()
        if self.path is not None:
            with contextlib.suppress(OSError):
                if _inode(self.path) == self.inode:
                    self.path.unlink()
        if self.lock is not None:
            self.lock.close()
            self.lock = None


def taken_over(environ: MutableMapping[str, str] = os.environ) -> list[Listening]:
    """Return the sockets that systemd hands over, and take its variables out of the environment: children get none.

    Empty when none are meant for this process. Raises ControlError for what is no listening Unix stream socket.
    """
    pid, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "")
    environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    taken = []
    for number in range(FIRST_FD, FIRST_FD + min(int(count), 64)):
        try:
            os.set_inheritable(number, False)
            taken.append(Listening(_checked(number), None))
        except OSError as error:
            raise ControlError(_not_usable(number, error.strerror or str(error))) from error
    return taken


def bind_socket(path: Path, mode: int = 0o600) -> Listening:
    """Make a socket of our own at `path`; what a dead daemon left there is replaced.

    Raises ControlError when another daemon has it, when something else stands there, or when it cannot be made.
    """
    made = _make_folder(path.parent)
    lock = _lock(path)
    try:
        _check_free(path)
        listener = _bind(path, mode)
    except OSError as error:
        lock.close()
        raise ControlError(_cannot(path, error)) from error
    except ControlError:
        lock.close()
        raise
    logger.info("control socket %s%s", path, " in a new folder" if made else "")
    return Listening(listener, path, lock, _inode(path))


def is_alive(path: Path) -> bool:
    """Whether somebody listens at `path`; a daemon that hangs counts."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError as error:
            return error.errno != errno.ENOTSOCK
    return True


def _checked(number: int) -> socket.socket:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        raise ControlError(_not_usable(number, "no socket"))
    given = socket.socket(fileno=number)
    listens = given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if given.family != socket.AF_UNIX or given.type != socket.SOCK_STREAM or not listens:
        seen = f"{given.family.name}, {given.type.name}, {'listening' if listens else 'not listening'}"
        given.detach()
        raise ControlError(_not_usable(number, seen))
    given.setblocking(False)
    return given


def _not_usable(number: int, seen: str) -> Problem:
    hint = "In cabin.socket write ListenStream=/run/cabin/control.sock, and nothing else that listens."
    return Problem("systemd hands over what cannot be used", f"file descriptor {number}", seen, "a Unix stream", hint)


def _make_folder(folder: Path) -> bool:
    try:
        if folder.is_dir():
            return False
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise ControlError(_cannot(folder, error)) from error
    return True


def _lock(path: Path) -> IO[str]:
    """Hold path.lock for this process (POSIX lock: children do not inherit it, the kernel frees it at our end)."""
    file = path.with_name(f"{path.name}.lock")
    try:
        lock = file.open("a+", encoding="ascii")
    except OSError as error:
        raise ControlError(_cannot(file, error)) from error
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        pid = lock.read(20).strip()
        lock.close()
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise ControlError(_cannot(file, error)) from error
        raise ControlError(_two(path, f"process {pid}" if pid.isdecimal() else "")) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _check_free(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ControlError(Problem("something else stands where the socket goes", str(path), hint="Move it away."))
    if is_alive(path):
        raise ControlError(_two(path, "somebody listens there"))
    logger.info("%s was left by a daemon that is gone; replaced", path)


def _bind(path: Path, mode: int) -> socket.socket:
    """Bind under another name and move it into place: at no time is there a socket with other rights, or none."""
    part = path.with_name(f".{path.name[:8]}{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        before = os.umask(0o177)
        try:
            listener.bind(str(part))
        finally:
            os.umask(before)
        part.chmod(mode)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        part.replace(path)
    except OSError:
        listener.close()
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    return listener


def _inode(path: Path) -> tuple[int, int]:
    told = path.lstat()
    return told.st_dev, told.st_ino


def _two(path: Path, seen: str) -> Problem:
    hint = "`cabin status` asks it, `cabin stop` ends it; CABIN_CONTROL_SOCKET gives a second daemon its own socket."
    return Problem("another daemon runs on this socket", str(path), seen, hint=hint)


def _cannot(path: Path, error: OSError) -> Problem:
    what = f"the control socket cannot be made ({error.strerror or error})"
    return Problem(what, str(path), hint="Set control.socket in cabin.yaml to a place that can be written.")
