"""`cabin doctor --as-service` on a machine that systemd runs."""

from __future__ import annotations

import json

import pytest


def ask_doctor(box):
    """Return the exit code and the findings."""
    done = box.run("/opt/cabin/bin/cabin", "doctor", "--as-service", "--json", check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def failed(told):
    return {(each["area"], each["where"] or each["what"]) for each in told if each["level"] == "fail"}


@pytest.fixture
def box(service_box):
    service_box.start_service()
    service_box.wait_microphone()
    yield service_box
    service_box.stop_service()


def test_a_service_that_is_well(box):
    code, told = ask_doctor(box)
    assert failed(told) == set()
    assert code == 0
    refused = {each["what"]: each["seen"] for each in told if each["area"] == "network" and "socket" in each["what"]}
    assert refused == {
        f"a socket of {name} is refused": "EAFNOSUPPORT" for name in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET")
    }
    running = [each for each in told if each["area"] == "network" and each["where"].startswith("process ")]
    assert len({each["where"] for each in running}) >= 2, "main and worker; the microphone's may be between two"
    assert {each["seen"] for each in running if each["what"] == "no way out of it"} == {"lo"}
    assert {each["area"] for each in told} >= {
        *("unit", "socket", "user", "rights", "network", "directory", "config", "intent model", "speech models"),
        *("device", "limit", "microphone"),
    }


def test_a_drop_in_that_opens_the_network_is_found(service_box):
    opened = "[Service]\nPrivateNetwork=no\nRestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX AF_INET\n"
    with service_box.service_with(opened):
        code, told = ask_doctor(service_box)
    assert code == 1
    whats = {each["what"] for each in told if each["area"] == "network" and each["level"] == "fail"}
    assert "a socket of AF_INET is given" in whats
    assert "a namespace of its own" in whats
    assert "a socket of AF_NETLINK is refused" in {each["what"] for each in told}


def test_a_stopped_service_with_a_broken_machine(service_box):
    box = service_box
    box.run("chmod", "700", "/usr/share/cabin/models/intent")
    box.run("chown", "root", "/var/lib/cabin")
    try:
        with box.service_with("[Service]\nMemoryMax=350M\n"):
            code, told = ask_doctor(box)
    finally:
        box.run("chmod", "755", "/usr/share/cabin/models/intent")
        box.run("chown", "cabin", "/var/lib/cabin")
    assert code == 1
    assert ("directory", "/var/lib/cabin") in failed(told)
    assert "intent model" in {area for area, _ in failed(told)}
    heard = [each for each in told if each["area"] == "microphone"]
    assert [each["what"] for each in heard] == ["gives sound"], "nobody has it, so it is tried"
    assert heard[0]["level"] == "ok"
    for each in told:
        assert each["hint"] or each["level"] == "ok"


def test_only_root_can(service_box):
    done = service_box.run(
        "setpriv", "--reuid=nobody", "--clear-groups", "/opt/cabin/bin/cabin", "doctor", "--as-service", check=False
    )
    assert done.returncode == 2
    assert "only root can run a process as the service" in done.stderr
    assert "Traceback" not in done.stderr
