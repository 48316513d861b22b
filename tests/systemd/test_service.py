"""The service in a real systemd: it starts, hears a microphone, is killed and comes back."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from cabin.demo.script import RECORDINGS
from tests.systemd.box import wait_until

ASKED = "what is the temperature set to"


@pytest.fixture(scope="module")
def started(service_box):
    service_box.start_service()
    service_box.wait_microphone()
    yield service_box
    service_box.stop_service()


@pytest.fixture
def box(started):
    """Running, whatever the test before did to it."""
    if started.show("ActiveState")["ActiveState"] != "active":
        started.start_service()
    started.watch()
    return started


def test_ready_comes_after_a_recording_went_through_the_whole_chain(box):
    log = box.journal()
    assert log.index("self-test passed") < log.index("ready seconds=")
    assert box.show("ActiveState", "SubState", "NotifyAccess") == {
        "ActiveState": "active",
        "SubState": "running",
        "NotifyAccess": "main",
    }
    assert 0 < box.ready_s() < 120


def test_status_tells_how_it_is(box):
    said = wait_until(lambda: re.search(r"Status: \"(.*)\"", box.ctl("status", "cabin")), "a status text")[1]
    assert "pulse:cabin_mic.monitor" in said
    assert " heard" in said
    drop_ins = box.ctl("status", "cabin")
    assert "50-budget.conf" in drop_ins


def test_three_processes_of_one_user_without_rights(box):
    wait_until(lambda: set(box.pids()) == {"main", "worker", "capture"}, "three processes")
    pids = box.pids()
    assert len(box.all_pids()) == len(pids)
    uid = box.run("id", "-u", "cabin").stdout.strip()
    for role, pid in pids.items():
        status = Path(f"/proc/{pid}/status").read_text()
        assert re.search(rf"^Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}$", status, re.MULTILINE), role
        assert re.search(r"^CapBnd:\s+0+$", status, re.MULTILINE), role
        assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE), role
        interfaces = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"], role


def test_a_spoken_command_ends_as_a_written_signal(box):
    box.ask("say", text="set the temperature to 19 degrees")
    assert box.read_signal(ASKED) == 19
    box.watch()
    box.speak(RECORDINGS / "01-temperature.wav")
    box.wait_event("done", intent="temperature.set")
    turn = box.wait_event("turn")
    assert turn["ms"]["to_signal"] > 0
    assert box.read_signal(ASKED) == 22.5


def test_the_journal_holds_no_word_that_was_said(box):
    mark = box.mark()
    box.speak(RECORDINGS / "06-call.wav")
    box.wait_event("turn")
    box.run("journalctl", "--sync")
    log = box.journal(cursor=mark)
    assert "turn ms=" in log
    spoken = json.dumps([line for line in log.splitlines() if "intents=" not in line and "intent=" not in line])
    assert "call" not in spoken.lower()


def test_only_root_and_the_group_may_connect(box):
    assert box.run("stat", "-c", "%A %U %G", "/run/cabin/control.sock").stdout.strip() == "srw-rw---- cabin cabin"
    script = "import socket; socket.socket(socket.AF_UNIX).connect('/run/cabin/control.sock')"
    refused = box.run("setpriv", "--reuid=nobody", "--clear-groups", "/usr/bin/python3", "-c", script, check=False)
    assert "Permission denied" in refused.stderr


def test_a_killed_worker_is_replaced_by_the_same_daemon(box):
    before, restarts = box.kill("worker"), box.restarts()
    wait_until(lambda: box.pids().get("worker", before) != before, "another worker")
    wait_until(lambda: box.ask("status")["workers"][0]["state"] == "running", "a worker that works")
    assert box.restarts() == restarts


def test_a_killed_daemon_comes_back_on_the_same_socket(box):
    inode = box.path("/run/cabin/control.sock").stat().st_ino
    restarts = box.restarts()
    box.unwatch()
    pid = box.kill("main")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "its end")
    # systemd holds the socket: who asks between two daemons waits, and the next one answers
    assert box.ask("status")["phase"] in ("starting", "ready")
    box.wait_active(restarts)
    assert box.path("/run/cabin/control.sock").stat().st_ino == inode
    assert box.read_signal(ASKED) is not None


def test_a_client_starts_a_daemon_that_was_stopped(box):
    box.unwatch()
    box.ctl("stop", "cabin.service")
    assert box.show("ActiveState")["ActiveState"] == "inactive"
    assert box.pids() == {}
    assert box.ask("status")["phase"] in ("starting", "ready")
    box.wait_active()


def test_a_daemon_that_hangs_is_killed_by_the_watchdog_and_started_anew(box):
    with box.service_with("[Service]\nWatchdogSec=4\n"):
        box.start_service()
        mark, restarts = box.mark(), box.restarts()
        box.unwatch()
        box.kill("main", signal.SIGSTOP)
        box.wait_active(restarts)
        box.run("journalctl", "--sync")
        log = box.journal(cursor=mark)
    assert "Watchdog timeout" in log
    assert "Failed with result 'watchdog'" in log
    assert log.count("self-test passed") == 1


def test_a_configuration_that_cannot_be_used_is_told_once_and_not_tried_again(box):
    file = box.path("/etc/cabin/cabin.yaml")
    good = file.read_text()
    box.stop_service()
    file.write_text(good + "\nrecogniser: {}\n")
    try:
        mark = box.mark()
        box.ctl("start", "cabin.service", check=False)
        box.run("journalctl", "--sync")
        told = box.show("ActiveState", "Result", "ExecMainStatus", "NRestarts")
        assert told == {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "2", "NRestarts": "0"}
        log = box.journal(cursor=mark)
        assert "unknown key 'recogniser'" in log
        assert "Traceback" not in log
    finally:
        file.write_text(good)
        box.start_service()


def test_reload_takes_a_new_configuration(box):
    pid = box.pids()["main"]
    box.ctl("reload", "cabin.service")
    box.wait_event("reloaded")
    assert box.pids()["main"] == pid


def test_a_stop_is_a_clean_end(box):
    box.unwatch()
    mark = box.mark()
    box.ctl("stop", "cabin.service")
    told = box.show("ActiveState", "Result", "ExecMainStatus")
    assert told == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
    assert box.all_pids() == []
    box.run("journalctl", "--sync")
    assert "Traceback" not in box.journal(cursor=mark)
