"""The own control group, on file trees as the kernel makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.budget.cgroup import find_cgroup, read_small

MIB = 2**20


@pytest.fixture
def tree(tmp_path):
    def write(files):
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(str(text))
        return find_cgroup(tmp_path / "proc", tmp_path / "cgroup")

    return write


def test_version_2_with_the_least_limit_above_it(tree):
    service = "cgroup/system.slice/cabin.service"
    group = tree(
        {
            "proc/self/cgroup": "0::/system.slice/cabin.service\n",
            "cgroup/cgroup.controllers": "cpu memory\n",
            "cgroup/system.slice/memory.max": 400 * MIB,
            f"{service}/memory.max": "max\n",
            f"{service}/memory.current": 300 * MIB,
            f"{service}/memory.stat": f"anon 1\nfile 2\ninactive_file {50 * MIB}\n",
            f"{service}/cpu.pressure": "some avg10=12.50 avg60=1.00 avg300=0.00 total=5\nfull avg10=0.00 total=0\n",
            f"{service}/memory.pressure": "some avg10=0.25 avg60=1.00 avg300=0.00 total=5\n",
        }
    )
    memory = group.memory()
    assert (group.version, memory.held_mib, memory.limit_mib) == (2, 250, 400)
    assert (group.pressure("cpu"), group.pressure("memory"), group.pressure("io")) == (12.5, 0.25, None)


def test_version_1(tree):
    group = tree(
        {
            "proc/self/cgroup": "4:cpu,memory:/a/b\n1:name=systemd:/\n0::/\n",
            "cgroup/memory/memory.limit_in_bytes": 9223372036854771712,
            "cgroup/memory/a/memory.limit_in_bytes": 9223372036854771712,
            "cgroup/memory/a/b/memory.limit_in_bytes": 128 * MIB,
            "cgroup/memory/a/b/memory.usage_in_bytes": 64 * MIB,
            "cgroup/memory/a/b/memory.stat": f"inactive_file 5\ntotal_inactive_file {4 * MIB}\n",
        }
    )
    memory = group.memory()
    assert (group.version, memory.held_mib, memory.limit_mib) == (1, 60, 128)
    assert group.pressure("cpu") is None


def test_no_limit_is_none(tree):
    group = tree(
        {
            "proc/self/cgroup": "1:memory:/\n",
            "cgroup/memory/memory.limit_in_bytes": 9223372036854771712,
            "cgroup/memory/memory.usage_in_bytes": MIB,
        }
    )
    assert group.memory().limit_mib is None


def test_a_path_told_from_outside_the_container_means_the_top(tree):
    group = tree(
        {
            "proc/self/cgroup": "0::/docker/0123\n",
            "cgroup/cgroup.controllers": "memory\n",
            "cgroup/memory.current": 3 * MIB,
            "cgroup/memory.max": 6 * MIB,
        }
    )
    assert (group.memory().held_mib, group.memory().limit_mib) == (3, 6)


@pytest.mark.parametrize("text", ["", "0::/x\n", "nonsense", "4:memory:/x\n"])
def test_where_nothing_can_be_seen_nothing_is_told(tree, text):
    group = tree({"proc/self/cgroup": text})
    assert (group.memory(), group.pressure("cpu")) == (None, None)


def test_files_that_hold_no_number(tree):
    group = tree(
        {
            "proc/self/cgroup": "0::/\n",
            "cgroup/cgroup.controllers": "",
            "cgroup/memory.current": "?",
            "cgroup/memory.max": "x",
        }
    )
    assert group.memory() is None


def test_the_real_one_can_be_read():
    memory = find_cgroup().memory()
    assert memory is None or memory.held_mib >= 0


def test_reading_a_small_file(tmp_path):
    assert read_small(tmp_path / "gone") == b""
    assert read_small(tmp_path) == b""
    (tmp_path / "a").write_bytes(b"x" * 20_000)
    assert read_small(Path(tmp_path / "a")) == b"x" * 16_384
