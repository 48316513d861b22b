"""The unit as systemctl tells it, and what is handed to systemd-run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cabin.errors import UsageError
from cabin.service.unit import Unit, read_unit, run, run_as, sandbox, service_lines

ROOT = Path(__file__).resolve().parents[2]
TEXT = """
# /usr/lib/systemd/system/cabin.service
[Unit]
Description=a = b

[Service]
Type=notify
ExecStart=/opt/cabin/bin/cabin run \\
  --verbose
; a comment
User=cabin
Environment=A=1 \\
  B=2
RuntimeDirectory=cabin
RuntimeDirectoryPreserve=yes
SystemCallFilter=@system-service
SystemCallFilter=~@privileged

[Install]
WantedBy=multi-user.target

# /etc/systemd/system/cabin.service.d/50-budget.conf
[Service]
MemoryMax=420M
RestartSec=1
"""
PROPERTIES = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "ExecStart": "{ path=/opt/cabin/bin/cabin ; argv[]=/opt/cabin/bin/cabin run ; ignore_errors=no }",
    "Environment": "CABIN_CONFIG=/etc/cabin CABIN_DAEMON_BUDGET=headunit",
    "StateDirectory": "cabin",
    "CacheDirectory": "cabin",
    "RuntimeDirectory": "cabin",
    "MemoryMax": str(420 << 20),
    "TasksMax": "64",
    "CPUQuotaPerSecUSec": "1.500000s",
}


def answering(*answers):
    """A system that answers so, in turn, and notes what it was asked."""
    asked, left = [], list(answers)

    def runner(command):
        asked.append(list(command))
        returncode, stdout, stderr = left.pop(0)
        return subprocess.CompletedProcess(command, returncode, stdout, stderr)

    return runner, asked


def test_settings_come_in_systemds_order_with_continued_lines_joined():
    assert service_lines(TEXT) == [
        "Type=notify",
        "ExecStart=/opt/cabin/bin/cabin run --verbose",
        "User=cabin",
        "Environment=A=1 B=2",
        "RuntimeDirectory=cabin",
        "RuntimeDirectoryPreserve=yes",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged",
        "MemoryMax=420M",
        "RestartSec=1",
    ]


def test_a_process_gets_all_but_what_makes_a_daemon():
    assert sandbox(Unit("cabin.service", PROPERTIES, TEXT)) == [
        "User=cabin",
        "Environment=A=1 B=2",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged",
        "MemoryMax=420M",
        "ReadWritePaths=-/var/lib/cabin",
        "ReadWritePaths=-/var/cache/cabin",
        "ReadWritePaths=-/run/cabin",
    ]


def test_every_setting_of_ours_that_closes_something_is_handed_on():
    text = (ROOT / "systemd" / "cabin.service").read_text()
    given = sandbox(Unit("cabin.service", {}, text))
    for line in service_lines(text):
        name = line.partition("=")[0]
        if name.startswith(("Private", "Protect", "Restrict", "SystemCall", "Capability", "Device", "User", "Memory")):
            assert line in given


def test_what_systemd_tells():
    lines = "\n".join(f"{name}={value}" for name, value in PROPERTIES.items())
    runner, asked = answering((0, lines, ""), (0, TEXT, ""))
    unit = read_unit(runner=runner)
    assert unit.is_there
    assert unit.is_active
    assert unit.program == Path("/opt/cabin/bin/cabin")
    assert unit.environment == {"CABIN_CONFIG": "/etc/cabin", "CABIN_DAEMON_BUDGET": "headunit"}
    assert unit.folders == ("/var/lib/cabin", "/var/cache/cabin", "/run/cabin")
    assert (unit.memory_mib, unit.cpu_percent, unit.tasks) == (420, 150, 64)
    assert [words[1] for words in asked] == ["show", "cat"]


@pytest.mark.parametrize(
    ("text", "percent"),
    [("infinity", None), ("", None), ("500ms", 50), ("1s 500ms", 150), ("2s", 200), ("1min 4s", 6400)],
)
def test_shares_of_a_second(text, percent):
    assert Unit("x", {"CPUQuotaPerSecUSec": text}, "").cpu_percent == percent


def test_no_limits():
    unit = Unit("x", {"MemoryMax": "infinity", "TasksMax": str(2**64 - 1)}, "")
    assert (unit.memory_mib, unit.cpu_percent, unit.tasks, unit.program) == (None, None, None, None)


def test_a_machine_without_systemd_is_told():
    runner, _ = answering((1, "", "System has not been booted with systemd as init system\n"))
    with pytest.raises(UsageError, match=r"systemd does not answer.*not been booted"):
        read_unit(runner=runner)
    with pytest.raises(UsageError, match="there is no no-such-program here"):
        run(["no-such-program"])


def test_a_command_is_run_as_the_unit():
    runner, asked = answering((3, "out", "err"))
    done = run_as(Unit("cabin.service", PROPERTIES, TEXT), ["/opt/cabin/bin/python", "-c", "pass"], runner)
    assert done.returncode == 3
    (words,) = asked
    assert words[0] == "systemd-run"
    assert words[-4:] == ["--", "/opt/cabin/bin/python", "-c", "pass"]
    assert words[words.index("User=cabin") - 1] == "-p"
