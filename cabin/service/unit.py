"""The unit as systemd holds it, and a process run by systemd with all settings of it but those of a daemon.

`systemctl show` tells what holds; `systemctl cat` tells it in systemd's own words, drop-ins in their order, and so it
can be handed to systemd-run, which makes a unit of it that lasts as long as one process (systemd-run(1)).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cabin.errors import Problem, UsageError

__all__ = ["EXIT_REASONS", "LEFT_OUT", "Unit", "read_unit", "run_as", "sandbox", "service_lines"]

LEFT_OUT = re.compile(
    r"(?:Type|NotifyAccess|Exec\w+|Restart\w*|StartLimit\w+|Watchdog\w+|Timeout\w+|RuntimeMaxSec|PIDFile|BusName|Sockets|"
    r"KillMode|OOMPolicy|FileDescriptorStoreMax|GuessMainPID|RemainAfterExit|SuccessExitStatus|Standard\w+|"
    r"(?:State|Cache|Logs|Runtime|Configuration)Directory\w*)="
)
"""Settings of a daemon, not of what it may. Directories are named as writable instead: looking must make none."""

EXIT_REASONS = {
    200: ("WorkingDirectory= cannot be entered", "`systemctl cat cabin` shows it."),
    203: ("the program cannot be run", "`sudo make install` puts it there."),
    216: ("a group is not there", "`systemd-sysusers`, and the group audio: `groupadd --system audio`."),
    217: ("the user is not there", "`systemd-sysusers cabin.conf` makes it."),
    219: ("the control group cannot be had", "Is this a container without control groups?"),
    226: ("the directories cannot be arranged", "`systemd-tmpfiles --create cabin.conf` makes what is missing."),
    228: ("system calls cannot be filtered", "The kernel has no seccomp: CONFIG_SECCOMP_FILTER."),
    243: ("a credential is missing", "`systemctl cat cabin` shows which (LoadCredential=)."),
}
"""Exit status of what systemd could not start (systemd.exec(5)) -> what is wrong, what to do."""

_PROPERTIES = (
    *("LoadState", "ActiveState", "SubState", "UnitFileState", "FragmentPath", "DropInPaths", "NeedDaemonReload"),
    *("StatusText", "NRestarts", "Result", "MainPID", "ControlGroup", "User", "SupplementaryGroups", "Environment"),
    *("ExecStart", "StateDirectory", "CacheDirectory", "RuntimeDirectory", "MemoryMax", "MemoryLimit", "TasksMax"),
    *("CPUQuotaPerSecUSec", "WatchdogUSec", "NotifyAccess", "Type"),
)
_PLACES = {"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "RuntimeDirectory": "/run"}

Runner = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Unit:
    """cabin.service, as systemd holds it now."""

    name: str
    properties: Mapping[str, str]
    text: str
    """`systemctl cat`: the file and its drop-ins."""

    @property
    def is_there(self) -> bool:
        """Whether systemd knows it."""
        return self.properties.get("LoadState") == "loaded"

    @property
    def is_active(self) -> bool:
        """Whether the daemon runs and has said READY."""
        return self.properties.get("ActiveState") == "active"

    @property
    def program(self) -> Path | None:
        """The file that ExecStart= runs."""
        match = re.search(r"path=(\S+)", self.properties.get("ExecStart", ""))
        return Path(match[1]) if match else None

    @property
    def environment(self) -> dict[str, str]:
        """Environment=, for values without quotes."""
        words = self.properties.get("Environment", "").split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    @property
    def folders(self) -> tuple[str, ...]:
        """State, cache and runtime directory."""
        return tuple(
            f"{parent}/{each}" for name, parent in _PLACES.items() for each in self.properties.get(name, "").split()
        )

    @property
    def memory_mib(self) -> float | None:
        """MemoryMax=."""
        text = self.properties.get("MemoryMax", "")
        return int(text) / 2**20 if text.isdecimal() and int(text) < 2**60 else None

    @property
    def cpu_percent(self) -> float | None:
        """CPUQuota=, of one core."""
        return _seconds(self.properties.get("CPUQuotaPerSecUSec", ""))

    @property
    def tasks(self) -> int | None:
        """TasksMax=."""
        text = self.properties.get("TasksMax", "")
        return int(text) if text.isdecimal() and int(text) < 2**60 else None


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. Raises UsageError when it is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    except FileNotFoundError as error:
        hint = "This needs a machine that systemd runs; `cabin doctor` looks at any other."
        raise UsageError(Problem(f"there is no {command[0]} here", "--as-service", hint=hint)) from error


def read_unit(name: str = "cabin.service", runner: Runner = run) -> Unit:
    """Return the unit. Raises UsageError where no systemd runs."""
    shown = runner(["systemctl", "show", name, f"--property={','.join(_PROPERTIES)}"])
    if shown.returncode:
        seen = shown.stderr.strip().splitlines()[-1:] or ["no answer"]
        hint = "This needs a machine that systemd runs; `cabin doctor` looks at any other."
        raise UsageError(Problem("systemd does not answer", "systemctl show", seen[0], hint=hint))
    properties = dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)
    return Unit(name, properties, runner(["systemctl", "cat", name]).stdout)


def service_lines(text: str) -> list[str]:
    """Return the settings of section [Service] in the order in which systemd reads them, continued lines joined."""
    found, in_service, begun = [], False, ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith(("#", ";")) or (not line and not begun):
            continue
        if line.startswith("[") and not begun:
            in_service = line == "[Service]"
            continue
        whole = begun + line
        begun = f"{whole[:-1].rstrip()} " if whole.endswith("\\") else ""
        if in_service and not begun and "=" in whole:
            found.append(whole)
    return found


def sandbox(unit: Unit) -> list[str]:
    """Return the settings with which systemd-run starts a process that may what the daemon may."""
    kept = [line for line in service_lines(unit.text) if not LEFT_OUT.match(line)]
    return [*kept, *(f"ReadWritePaths=-{folder}" for folder in unit.folders)]


def run_as(unit: Unit, command: Iterable[str], runner: Runner = run) -> subprocess.CompletedProcess[str]:
    """Run a command as the unit would, and wait for its end; needs root."""
    settings = [word for line in sandbox(unit) for word in ("-p", line)]
    words = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--service-type=exec", *settings]
    return runner([*words, "--", *command])


def _seconds(text: str) -> float | None:
    """Return a share of a second as systemd writes it ("1.500000s", "500ms") in percent; None: infinity."""
    match = re.fullmatch(r"(?:(\d+)min ?)?(?:([\d.]+)s)? ?(?:([\d.]+)ms)?", text)
    if not text or match is None:
        return None
    minutes, seconds, milliseconds = (float(part or 0) for part in match.groups())
    return 100 * (60 * minutes + seconds + milliseconds / 1000)
