"""`cabin models use`, `rollback` and `versions` where no daemon runs; with one: tests/daemon/test_model_guard.py."""

from __future__ import annotations

import shutil

import pytest

from cabin.cli import model_versions
from cabin.errors import ControlError, Problem
from cabin.modelstore.versions import Versions
from tests.slm import tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    catalog = tiny.load(tiny.write_catalog(folder / "catalog"))
    return [tiny.write_fp32(folder / f"model{number}", catalog, seed=number) for number in range(3)]


@pytest.fixture
def kept(tmp_path, made, monkeypatch, no_daemon):
    """A models folder of its own; models are not tried on a sentence, which tests/modelstore/test_trial.py does."""
    shutil.copytree(made[0], tmp_path / "models" / "intent")
    monkeypatch.setenv("CABIN_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(model_versions, "_try", lambda *told: None)
    return Versions(tmp_path / "models" / "intent")


def test_without_a_daemon_it_is_used_from_the_next_start_on(cabin, kept, made):
    code, out, _ = cabin("models", "use", made[1], small=False)
    assert code == 0
    assert out == f"in use: {kept.current.name}\nno daemon took it: it is used from the next start on\n"
    first, second = kept.previous.name, kept.current.name
    code, out, _ = cabin("models", "versions", "--json", small=False)
    assert {each["name"]: (each["in_use"], each["is_previous"]) for each in out} == {
        first: (False, True),
        second: (True, False),
    }
    code, out, _ = cabin("models", "rollback", "--json", small=False)
    assert (code, out[0]["in_use"], out[0]["previous"]) == (0, first, second)
    assert "previous" in cabin("models", "versions", small=False)[1]
    assert cabin("models", "use", second, "--no-reload", small=False)[0] == 0
    assert kept.current.name == second


def test_nothing_to_go_back_to(cabin, kept):
    code, _, err = cabin("models", "rollback", small=False)
    assert code == 1
    assert "no previous version" in err


def test_what_is_neither_folder_nor_version(cabin, kept, made):
    cabin("models", "use", made[1], small=False)
    code, _, err = cabin("models", "use", kept.current.name[:-1], small=False)
    assert code == 2
    assert f"Did you mean '{kept.current.name}'" in err or kept.current.name in err


def test_a_folder_that_is_no_model(cabin, kept, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = cabin("models", "use", tmp_path / "empty", small=False)
    assert code == 1
    assert "not a model folder" in err


@pytest.mark.parametrize("code", [1, 2])
def test_a_daemon_that_refuses_has_everything_put_back(cabin, kept, made, monkeypatch, code):
    cabin("models", "use", made[1], small=False)
    before = (kept.current, kept.previous)
    error = ControlError(Problem("self-test: it was not understood"))
    error.exit_code = code

    def refuse(app, socket):
        raise error

    monkeypatch.setattr(model_versions, "_reload", refuse)
    found, _, err = cabin("models", "use", made[2], small=False)
    assert found == code
    assert "the daemon does not take" in err
    assert "self-test: it was not understood" in err
    assert f"{before[0].name} is in use again." in err
    assert (kept.current, kept.previous) == before


def test_a_daemon_takes_it(cabin, kept, made, monkeypatch):
    monkeypatch.setattr(model_versions, "_reload", lambda app, socket: True)
    assert cabin("models", "use", made[1], "--json", small=False)[1][0]["daemon"] is True
