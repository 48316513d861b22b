"""`cabin doctor --as-service`: what is asked of systemd, and what is told. A real one: tests/systemd/test_doctor.py."""

from __future__ import annotations

import json
import subprocess

import pytest

from cabin.cli import doctor_service
from cabin.cli.main import main
from cabin.errors import ControlError
from cabin.service.unit import Unit

PROPERTIES = {
    "LoadState": "loaded",
    "ActiveState": "inactive",
    "SubState": "dead",
    "UnitFileState": "enabled",
    "FragmentPath": "/usr/lib/systemd/system/cabin.service",
    "User": "cabin",
    "SupplementaryGroups": "audio",
    "StateDirectory": "cabin",
}


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose systemd holds this; `ran` are the commands that were run as the service."""
    (tmp_path / "cabin").touch()
    (tmp_path / "python").touch()
    told = {**PROPERTIES, "ExecStart": f"{{ path={tmp_path / 'cabin'} ; argv[]=x }}"}
    ran, answer = [], [0, "", ""]

    def run_as(unit, command):
        ran.append(list(command))
        return subprocess.CompletedProcess(command, *answer)

    def run(command):
        said = "→ Overall exposure level for cabin.service: 0.4 SAFE\n"
        return subprocess.CompletedProcess(command, 0, said, "")

    monkeypatch.setattr(doctor_service, "read_unit", lambda: Unit("cabin.service", told, "[Service]\nUser=cabin\n"))
    monkeypatch.setattr(doctor_service, "run_as", run_as)
    monkeypatch.setattr(doctor_service, "run", run)
    monkeypatch.setattr(doctor_service, "_status", lambda app: ControlError("no daemon is there"))
    monkeypatch.setattr(doctor_service.os, "geteuid", lambda: 0)
    return told, ran, answer


def doctor(capsys, *words):
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--as-service", *words])
    return caught.value.code, capsys.readouterr()


def test_a_stopped_service_is_warned_of_and_its_microphone_tried(machine, capsys):
    _, ran, answer = machine
    finding = {"level": "ok", "area": "user", "what": "runs", "where": "", "seen": "", "expected": "", "hint": ""}
    answer[1] = json.dumps(finding) + "\n"
    code, said = doctor(capsys)
    assert code == 0
    assert "warn unit: runs and is ready; where cabin.service; seen inactive (dead)" in said.out
    assert "     systemctl start cabin; " in said.out
    assert "warn socket: is answered" in said.out
    assert "ok   user: runs\n" in said.out
    ((python, *_, sent),) = ran
    assert python.endswith("/python")
    expected = json.loads(sent)
    assert expected["user"] == "cabin"
    assert expected["writable"] == ["/var/lib/cabin"]
    assert expected["listens"] is True


def test_a_failure_inside_is_exit_code_1(machine, capsys):
    finding = {"level": "fail", "area": "user", "what": "root", "where": "a", "seen": "b", "expected": "c", "hint": "d"}
    machine[2][1] = json.dumps(finding)
    code, said = doctor(capsys, "--json")
    assert code == 1
    assert finding in [json.loads(line) for line in said.out.splitlines()]


@pytest.mark.parametrize(
    ("status", "told"), [(217, "the user is not there"), (226, "the directories cannot be arranged"), (9, "status 9")]
)
def test_a_process_that_systemd_cannot_start(machine, capsys, status, told):
    machine[2][:] = [status, "", "Failed.\n"]
    code, said = doctor(capsys)
    assert code == 1
    assert told in said.out


def test_what_is_no_finding_is_told(machine, capsys):
    machine[2][1] = "Segmentation fault\n"
    assert "seen Segmentation fault" in doctor(capsys)[1].out


def test_a_machine_without_the_service(machine, capsys):
    machine[0]["LoadState"] = "not-found"
    code, said = doctor(capsys)
    assert code == 1
    assert said.out.splitlines()[1:] == ["     sudo make install"]
    assert machine[1] == []


def test_a_program_that_is_gone(machine, capsys):
    machine[0]["ExecStart"] = "{ path=/nowhere/cabin ; }"
    code, said = doctor(capsys)
    assert code == 1
    assert "fail program: is not there; where /nowhere/cabin" in said.out


def test_an_exposure_that_is_too_high(machine, monkeypatch, capsys):
    said = "→ Overall exposure level for cabin.service: 4.1 OK\n"
    monkeypatch.setattr(doctor_service, "run", lambda command: subprocess.CompletedProcess(command, 0, said, ""))
    code, told = doctor(capsys)
    assert code == 1
    assert "seen 4.1; expected at most 1.5 of 10" in told.out


def test_only_root_can(machine, monkeypatch, capsys):
    monkeypatch.setattr(doctor_service.os, "geteuid", lambda: 1000)
    code, said = doctor(capsys)
    assert code == 2
    assert "sudo cabin doctor --as-service" in said.err


def test_it_does_not_go_with_a_budget(capsys):
    code, said = doctor(capsys, "--budget", "headunit")
    assert code == 2
    assert "--budget and --as-service do not go together" in said.err
