"""Limits as the kernel's files tell them."""

from __future__ import annotations

import pytest

from cabin.service.limits import Limits, check_limits, read_limits

ASKED = Limits(420, 150, 64)


@pytest.fixture
def version_2(tmp_path):
    """A system with control groups of version 2, and a process in one of them."""
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    group = root / "system.slice" / "cabin.service"
    group.mkdir(parents=True)
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("0::/system.slice/cabin.service\n")
    (root / "cgroup.controllers").write_text("cpu memory pids\n")
    for name, text in {"memory.current": "1000", "memory.max": str(420 << 20), "pids.max": "64"}.items():
        (group / name).write_text(f"{text}\n")
    (group / "cpu.max").write_text("150000 100000\n")
    return proc, root, group


def test_version_2(version_2):
    proc, root, group = version_2
    assert read_limits(proc, root) == ASKED
    for name in ("memory.max", "pids.max"):
        (group / name).write_text("max\n")
    (group / "cpu.max").write_text("max 100000\n")
    assert read_limits(proc, root) == Limits(None, None, None)


def test_version_1(tmp_path):
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    lines = [f"{number}:{name}:/cabin" for number, name in enumerate(("memory", "cpu", "pids"), 1)]
    (proc / "self" / "cgroup").write_text("\n".join(lines))
    files = {
        "memory/cabin/memory.usage_in_bytes": "1000",
        "memory/cabin/memory.limit_in_bytes": str(420 << 20),
        "cpu/cabin/cpu.cfs_quota_us": "150000",
        "cpu/cabin/cpu.cfs_period_us": "100000",
        "pids/cabin/pids.max": "64",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    assert read_limits(proc, root) == ASKED
    (root / "cpu/cabin/cpu.cfs_quota_us").write_text("-1")
    assert read_limits(proc, root).cpu_percent is None


def test_a_system_without_control_groups(tmp_path):
    assert read_limits(tmp_path, tmp_path) == Limits(None, None, None)


def told(held, asked=ASKED):
    return [each.level for each in check_limits(held, asked, 390, "headunit")]


def test_limits_that_hold():
    assert told(ASKED) == ["ok", "ok", "ok", "ok"]


def test_a_limit_that_the_kernel_does_not_hold_fails():
    assert told(Limits(None, None, None)) == ["fail", "warn", "warn"]
    assert told(Limits(2000, 150, 64)) == ["fail", "ok", "ok", "ok"]


def test_a_limit_below_the_budgets_own_steps_is_warned_of():
    findings = list(check_limits(Limits(300, 150, 64), Limits(300, 150, 64), 390, "headunit"))
    assert [each.level for each in findings] == ["ok", "warn", "ok", "ok"]
    assert "make install BUDGET=headunit" in findings[1].hint
