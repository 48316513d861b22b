"""Memory and processor time: of real processes, and of a /proc that the test writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.budget.meter import Meter, descendants, pss_mib, rss_mib, waited_s

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LINUX = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc of Linux")


class Proc:
    """A /proc of one process."""

    def __init__(self, folder, pid=7):
        self.root, self.folder = folder, folder / str(pid)
        self.folder.mkdir(parents=True)
        self.cpu(0)
        self.rss(100)

    def cpu(self, seconds, started=1234):
        fields = ["S", *["0"] * 10, str(int(seconds * TICKS)), "0", *["0"] * 6, str(started), "0"]
        (self.folder / "stat").write_text(f"7 (a b) c) {' '.join(fields)}\n")

    def rss(self, mib):
        (self.folder / "statm").write_text(f"999999 {int(mib * 2**20 / PAGE)} 5 0 0 0 0\n")

    def pss(self, mib):
        (self.folder / "smaps_rollup").write_text(
            f"0-1 [rollup]\nRss: 9 kB\nPss:     {int(mib * 1024)} kB\nPss_Dirty: 1 kB\n"
        )


@pytest.fixture
def proc(tmp_path):
    return Proc(tmp_path)


def meter(proc, **more):
    return Meter([7], proc=proc.root, cgroup_root=proc.root / "no", **more)


def test_processor_time_between_two_readings(proc):
    watch = meter(proc)
    assert watch.read(0).processor_percent is None
    proc.cpu(0.5)
    assert watch.read(2).processor_percent == pytest.approx(25)
    assert watch.read(2).processor_percent is None
    assert watch.read(4).processes[0].processor_percent == 0


def test_processor_time_since_the_beginning_and_memory_with_shared_pages(proc):
    watch = meter(proc)
    proc.cpu(1.5)
    (process,) = watch.read(0).processes
    assert (process.processor_s, process.rss_mib) == (1.5, 100)


def test_waiting_for_a_core_is_of_all_threads(proc):
    for thread, nanoseconds in ((7, 250_000_000), (8, 1_000_000_000)):
        (proc.folder / "task" / str(thread)).mkdir(parents=True)
        (proc.folder / "task" / str(thread) / "schedstat").write_text(f"5 {nanoseconds} 9\n")
    assert waited_s(7, proc.root) == 1.25
    assert waited_s(8, proc.root) == 0


@LINUX
def test_children_and_theirs():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        child.stdout.readline()
        found = descendants(os.getpid())
        assert child.pid in found
        (grandchild,) = descendants(child.pid)
        assert grandchild in found
        child.communicate(b"\n")
    assert child.pid not in descendants(os.getpid())


def test_a_pid_that_is_used_again_is_another_process(proc):
    watch = meter(proc)
    proc.cpu(50)
    watch.read(0)
    proc.cpu(0, started=9999)
    assert watch.read(1).processor_percent is None


def test_pss_is_read_seldom_and_rss_follows_between(proc):
    proc.pss(60)
    watch = meter(proc, pss_every_s=30)
    assert watch.read(0).resident_mib == pytest.approx(60)
    proc.rss(110)
    proc.pss(1)
    assert watch.read(29).resident_mib == pytest.approx(70)
    assert watch.read(30).resident_mib == pytest.approx(1)
    proc.pss(2)
    assert watch.read(31, exact=True).resident_mib == pytest.approx(2)


def test_without_pss_it_is_rss(proc):
    assert meter(proc).read(0).resident_mib == pytest.approx(100)


def test_a_process_that_is_gone_is_left_out(proc):
    watch = Meter(lambda: [7, 8], proc=proc.root, cgroup_root=proc.root / "no")
    assert [each.pid for each in watch.read(0).processes] == [7]
    (proc.folder / "statm").unlink()
    reading = watch.read(1)
    assert (reading.processes, reading.resident_mib, reading.processor_percent) == ((), 0, None)


@LINUX
def test_this_process_and_a_child():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        watch = Meter([os.getpid(), child.pid])
        first = watch.read()
        assert len(first.processes) == 2
        assert first.resident_mib > max(each.resident_mib for each in first.processes)
        sum(i * i for i in range(300_000))
        assert watch.read().processor_percent is not None
    finally:
        child.communicate(b"\n")
    assert [each.pid for each in watch.read().processes] == [os.getpid()]


@LINUX
def test_memory_that_is_taken_is_seen():
    watch = Meter(pss_every_s=3600)
    before = watch.read(0).resident_mib
    taken = bytearray(os.urandom(1024)) * (40 * 1024)
    assert watch.read(1).resident_mib - before > 35
    assert watch.read(2, exact=True).resident_mib - before > 35
    del taken
    assert rss_mib() > 1
    assert pss_mib() is None or pss_mib() <= rss_mib()


def test_of_no_process_there_is_nothing():
    assert (rss_mib(2**22 + 1), pss_mib(2**22 + 1)) == (None, None)
