"""`cabin doctor --as-service`: the service as systemd runs it, from outside and from inside of its limits."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.cli.output import json_line, print_json, use_colour
from cabin.errors import CabinError, Problem, UsageError
from cabin.service.findings import Level, ServiceFinding, as_text, from_plain, judged
from cabin.service.unit import EXIT_REASONS, Unit, read_unit, run, run_as

if TYPE_CHECKING:
    from cabin.cli.app import App
    from cabin.control.status import Status

__all__ = ["check_service"]

MOST_EXPOSED = 1.5
"""Of systemd-analyze security, from 0 (safe) to 10."""

_COLOURS = {"ok": "32", "warn": "33", "fail": "31"}


def check_service(app: App, as_json: bool) -> bool:
    """Look, print, and return whether nothing failed. Raises UsageError: not root, or no systemd here."""
    unit = read_unit()
    if os.geteuid() != 0:
        hint = "sudo cabin doctor --as-service"
        raise UsageError(Problem("only root can run a process as the service", "--as-service", hint=hint))
    is_well, colour = True, use_colour(sys.stdout)
    for finding in _findings(app, unit):
        is_well &= finding.level != "fail"
        if as_json:
            print_json(finding)
            continue
        for line in as_text(finding):
            mark = finding.level
            shown = f"\033[{_COLOURS[mark]}m{line[:4]}\033[0m{line[4:]}" if colour and line.startswith(mark) else line
            sys.stdout.write(f"{shown}\n")
        sys.stdout.flush()
    return is_well


def _findings(app: App, unit: Unit) -> Iterator[ServiceFinding]:
    yield from _unit(unit)
    if not unit.is_there:
        return
    status = _status(app)
    yield from _socket(unit, status)
    yield from _running(unit, status)
    yield from _inside(unit, status)


def _unit(unit: Unit) -> Iterator[ServiceFinding]:
    told = unit.properties
    state = told.get("LoadState", "?")
    where = told.get("FragmentPath", "") or unit.name
    yield judged(unit.is_there, "unit", "systemd knows it", where, state, "loaded", "sudo make install")
    if not unit.is_there:
        return
    drops = " ".join(Path(path).name for path in told.get("DropInPaths", "").split()) or "no drop-ins"
    stale = told.get("NeedDaemonReload") == "yes"
    hint = "systemctl daemon-reload"
    yield judged(not stale, "unit", "is as its files say", where, drops, "no changes since", hint, "warn")
    enabled = told.get("UnitFileState", "?")
    hint = "systemctl enable cabin"
    yield judged(enabled == "enabled", "unit", "starts with the system", where, enabled, "enabled", hint, "warn")
    seen = f"{told.get('ActiveState')} ({told.get('SubState')}), {told.get('NRestarts')} restarts"
    seen += f", {told['StatusText']}" if told.get("StatusText") else ""
    hint = "systemctl start cabin; `journalctl -u cabin -b` tells why it ended."
    yield judged(unit.is_active, "unit", "runs and is ready", unit.name, seen, "active (running)", hint, "warn")
    yield from _exposure(unit)


def _exposure(unit: Unit) -> Iterator[ServiceFinding]:
    said = run(["systemd-analyze", "security", "--no-pager", unit.name]).stdout
    match = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    seen = match[1] if match else "not told"
    good = match is not None and float(match[1]) <= MOST_EXPOSED
    hint = f"`systemd-analyze security {unit.name}` tells each point; a drop-in has opened something."
    where, expected = "systemd-analyze security", f"at most {MOST_EXPOSED:g} of 10"
    yield judged(good, "unit", "little can be reached from it", where, seen, expected, hint)


def _status(app: App) -> Status | CabinError:
    """Return how the daemon says it is."""
    import asyncio

    from cabin.control.client import CabinClient
    from cabin.control.location import SOCKET_NAME, SYSTEM_DIR

    async def ask() -> Status:
        async with CabinClient(app.config.control.socket or SYSTEM_DIR / SOCKET_NAME) as client:
            return await client.status()

    try:
        return asyncio.run(ask())
    except CabinError as error:
        return error


def _socket(unit: Unit, status: Status | CabinError) -> Iterator[ServiceFinding]:
    from cabin.control.location import SOCKET_NAME, SYSTEM_DIR

    where = str(SYSTEM_DIR / SOCKET_NAME)
    if isinstance(status, CabinError):
        bad: Level = "fail" if unit.is_active else "warn"
        seen, hint = status.problems[0].what, "systemctl start cabin.socket cabin"
        yield ServiceFinding(bad, "socket", "is answered", where, seen, "an answer", hint)
        return
    yield ServiceFinding("ok", "socket", "is answered", where, f"{status.phase}, {status.step}", "an answer")


def _running(unit: Unit, status: Status | CabinError) -> Iterator[ServiceFinding]:
    """Look at the processes that run: the same proofs as inside, of the real ones."""
    from cabin.service.identity import read_status
    from cabin.service.network import check_process, own_namespace

    host = own_namespace()
    for pid in _pids(unit):
        yield from check_process(pid, host)
        try:
            told = read_status(Path(f"/proc/{pid}"))
        except OSError:
            continue
        good = told.get("Seccomp") == "2" and set(told.get("CapEff", "?")) == {"0"}
        seen = f"seccomp {told.get('Seccomp')}, capabilities {told.get('CapEff')}"
        hint = "systemctl restart cabin: it runs with settings of before."
        name = told.get("Name", "?")
        yield judged(good, "rights", "is held", f"process {pid} ({name})", seen, "seccomp 2, capabilities 0", hint)
    if not isinstance(status, CabinError):
        microphone = status.microphone
        seen = f"{microphone.name or 'none'}: {microphone.state}"
        hint = "`journalctl -u cabin` tells why; a microphone that is muted or unplugged gives digital silence."
        bad: Level = "fail" if microphone.state == "absent" else "warn"
        good = microphone.state in ("none", "open")
        yield judged(good, "microphone", "the daemon hears", "cabin status", seen, "open", hint, bad)


def _pids(unit: Unit) -> list[int]:
    """Return all processes of the service; none when it does not run."""
    group = unit.properties.get("ControlGroup", "")
    for top in ("", "systemd", "unified"):
        file = Path("/sys/fs/cgroup") / top / group.lstrip("/") / "cgroup.procs"
        if group and file.is_file():
            return [int(line) for line in file.read_text(encoding="ascii").split()]
    return []


def _inside(unit: Unit, status: Status | CabinError) -> Iterator[ServiceFinding]:
    from cabin.service.inside import Expected
    from cabin.service.network import own_namespace

    told, environ = unit.properties, unit.environment
    program = unit.program
    python = program.with_name("python") if program is not None else None
    if python is None or not python.exists():
        hint = "`sudo make install` puts it there; a drop-in with ExecStart= must name a file beside its Python."
        yield ServiceFinding("fail", "program", "is not there", str(program), "no Python beside it", "", hint)
        return
    read_only = (environ.get("CABIN_CONFIG", "/etc/cabin"), environ.get("CABIN_MODELS", "/usr/share/cabin/models"))
    expected = Expected(
        told.get("User", ""),
        tuple(told.get("SupplementaryGroups", "").split()),
        unit.folders,
        (*read_only, str(python.parent.parent)),
        unit.memory_mib,
        unit.cpu_percent,
        unit.tasks,
        own_namespace(),
        isinstance(status, CabinError),
    )
    words = [str(python), "-P", "-m", "cabin.service.inside", json_line(dataclasses.asdict(expected))]
    done = run_as(unit, words)
    yield from _told(done.stdout)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        what, hint = EXIT_REASONS.get(done.returncode, ("a process as the service failed", "journalctl -b -e"))
        seen = f"status {done.returncode}; {''.join(lines[-1:])}"
        yield ServiceFinding("fail", "program", what, unit.name, seen, "", hint)


def _told(text: str) -> Iterator[ServiceFinding]:
    for line in text.splitlines():
        try:
            yield from_plain(json.loads(line))
        except (ValueError, KeyError, TypeError):
            yield ServiceFinding("warn", "program", "said what is no finding", seen=line[:200])
