"""The unit files: what systemd says of them, what their limits are worth, and that they say what config/ says."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml

from cabin.config import load_budgets
from cabin.service.unit import service_lines
from tests.systemd.box import ROOT

UNITS = ROOT / "systemd"
MOST_EXPOSED = 1.5
BUDGETS = sorted(path.stem for path in (ROOT / "config" / "budgets").glob("*.yaml"))


def setting(text, name):
    return [line.partition("=")[2] for line in service_lines(text) if line.startswith(f"{name}=")]


def mib(text):
    number, unit = re.fullmatch(r"(\d+)([MG])", text).groups()
    return int(number) * (1024 if unit == "G" else 1)


@pytest.mark.parametrize("budget", BUDGETS)
def test_every_budget_has_a_drop_in_above_its_own_steps(budget):
    text = (UNITS / "budgets" / f"{budget}.conf").read_text()
    assert setting(text, "Environment") == [f"CABIN_DAEMON_BUDGET={budget}"]
    budgets = load_budgets(ROOT / "config" / "budgets" / f"{budget}.yaml").value
    restart_mib = budgets.resident_mib * budgets.ladder.restart.memory_percent / 100
    (limit,) = setting(text, "MemoryMax")
    assert restart_mib < mib(limit) < 1.5 * restart_mib
    assert setting(text, "CPUQuota")


def test_every_drop_in_has_its_budget():
    assert sorted(path.stem for path in (UNITS / "budgets").glob("*.conf")) == BUDGETS


def test_the_built_in_limits_are_above_the_default_budget():
    text = (UNITS / "cabin.service").read_text()
    assert mib(setting(text, "MemoryMax")[0]) > max(
        mib(setting((UNITS / "budgets" / f"{name}.conf").read_text(), "MemoryMax")[0])
        for name in ("headunit", "small-headunit")
    )


def test_directories_are_the_same_in_both_files():
    folders = {line.split()[1] for line in (UNITS / "cabin.tmpfiles").read_text().splitlines() if line[:2] == "d "}
    text = (UNITS / "cabin.service").read_text()
    parents = {"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "RuntimeDirectory": "/run"}
    assert folders == {f"{parent}/{name}" for key, parent in parents.items() for name in setting(text, key)}


def exposure(said):
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said)[1])


@pytest.mark.parametrize("budget", BUDGETS)
def test_exposure_of_the_files(tmp_path, budget):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: apt-get install systemd")
    drop_ins = tmp_path / "etc" / "systemd" / "system" / "cabin.service.d"
    drop_ins.mkdir(parents=True)
    shutil.copy(UNITS / "cabin.service", drop_ins.parent)
    shutil.copy(UNITS / "budgets" / f"{budget}.conf", drop_ins)
    command = ["systemd-analyze", "security", "--offline=yes", f"--root={tmp_path}", "--no-pager", "cabin.service"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert exposure(said) <= MOST_EXPOSED


def test_exposure_as_systemd_holds_it(service_box):
    said = service_box.run("systemd-analyze", "security", "--no-pager", "cabin.service").stdout
    assert exposure(said) <= MOST_EXPOSED


def test_systemd_finds_nothing_wrong(service_box):
    for unit in ("cabin.service", "cabin.socket"):
        done = service_box.run("systemd-analyze", "verify", "--man=no", f"/usr/lib/systemd/system/{unit}", check=False)
        assert (done.returncode, done.stderr) == (0, "")
    told = service_box.run("systemd-analyze", "cat-config", "sysusers.d/cabin.conf").stdout
    assert "u cabin" in told


AS_SERVICE = """
import sys
from cabin.service.unit import read_unit, run_as
done = run_as(read_unit(), ["/opt/cabin/bin/python", "-c", sys.argv[1]])
print(done.returncode, done.stdout, done.stderr)
"""


UNSHARE = """
import ctypes, os
if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"""
"""A new user namespace."""


def as_service(box, code):
    """Run Python as systemd would run the service; return its exit status and what it said."""
    done = box.run("/opt/cabin/bin/python", "-c", AS_SERVICE, code)
    status, _, said = done.stdout.partition(" ")
    return int(status), said.strip()


def test_memory_past_the_limit_is_not_given(service_box):
    code = "memory = bytearray(b'x') * (%d << 20); print(len(memory) >> 20)"
    assert as_service(service_box, code % 200) == (0, "200")
    mark = service_box.mark()
    status, said = as_service(service_box, code % 600)
    assert (status, said) == (255, ""), "systemd-run's word for a process that was killed"
    told = service_box.run("journalctl", "--output=cat", f"--after-cursor={mark}").stdout
    assert "code=killed, status=9/KILL" in told


def test_more_processes_than_allowed_are_not_given(service_box):
    code = "import os; [os.fork() or os._exit(__import__('time').sleep(2) or 0) for _ in range(100)]"
    status, said = as_service(service_box, code)
    assert status != 0
    assert "BlockingIOError" in said


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import socket; socket.socket(socket.AF_INET)", "Address family not supported"),
        ("import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", "Address family not supported"),
        ("open('/etc/cabin/cabin.yaml', 'a')", "Permission denied"),
        ("open('/usr/share/cabin/models/intent/model.json', 'a')", "Permission denied"),
        ("open('/opt/cabin/x', 'w')", "Read-only file system"),
        ("import os; os.listdir('/root')", "Permission denied"),
        ("open('/dev/kmsg')", "No such file or directory"),
        ("import os; os.mknod('/run/cabin/d', 0o20600, os.makedev(1, 1))", "Operation not permitted"),
        ("import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", "Operation not permitted"),
        ("import os; os.chmod(open('/run/cabin/s', 'w').name, 0o4755)", "Operation not permitted"),
        (UNSHARE, "Operation not permitted"),
    ],
)
def test_what_the_service_may_not(service_box, code, expected):
    status, said = as_service(service_box, code)
    assert status != 0
    assert expected in said


def test_the_policy_of_access_is_written_where_the_socket_says(service_box):
    text = (UNITS / "cabin.socket").read_text()
    assert "SocketMode=0660" in text
    assert service_box.show("Listen", unit="cabin.socket")["Listen"].startswith("/run/cabin/control.sock")
    assert yaml.safe_load((ROOT / "config" / "cabin.yaml").read_text()).get("control") is None
