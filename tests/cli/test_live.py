from __future__ import annotations

import pytest

from cabin.cli.app import App
from cabin.cli.live import say_live
from cabin.errors import VehicleError

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LIVE = ["status", "watch", "talk", "cancel", "reload", "stop"]


@pytest.mark.parametrize("command", [[name] for name in LIVE] + [["say", "--live", "hello"]])
def test_no_daemon_is_exit_code_1_with_what_to_do(cabin, no_daemon, command):
    code, out, err = cabin(*command, small=False)
    assert (code, out) == (1, "")
    assert "no daemon runs" in err
    assert "nobody.sock" in err
    assert "cabin run" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", LIVE)
def test_another_socket(cabin, tmp_path, name):
    code, _, err = cabin(name, "--socket", tmp_path / "other.sock", small=False)
    assert code == 1
    assert "other.sock" in err


def test_a_wrong_section_is_exit_code_2_and_others_do_not_matter(cabin, live, tmp_path, monkeypatch):
    live()
    file = tmp_path / "cabin.yaml"
    monkeypatch.setenv("CABIN_CONFIG", str(file))
    file.write_text("recogniser: {}\n")
    assert cabin("status", small=False)[0] == 0
    file.write_text("control: {talk: [me]}\n")
    code, _, err = cabin("status", small=False)
    assert code == 2
    assert "control.talk: not somebody" in err


@pytest.mark.parametrize("command", [[name] for name in LIVE] + [["say", "--live", "hello"]])
def test_without_the_right_it_is_exit_code_1(cabin, live, monkeypatch, command):
    monkeypatch.setattr("cabin.control.peers.Access.rights", lambda _self, _peer: frozenset({"transcripts"}))
    live()
    code, out, err = cabin(*command, small=False)
    assert (code, out) == (1, "")
    assert f"you may not {command[0]}" in err
    assert "section control" in err


def test_saying_it_to_the_daemon(cabin, live):
    daemon = live()
    code, out, _ = cabin("say", "--live", "open the window", small=False)
    assert code == 0
    for part in ("window.open", "by template", "done", f"{WINDOW}: 0 -> 100 percent", "Opening the window.", "total"):
        assert part in out
    assert daemon.car.read(WINDOW).value == 100


def test_several_texts_over_one_connection(live, capsys):
    live()
    assert say_live(App(), ["open the window", "how far is the window open"], False, False)
    out = capsys.readouterr().out
    assert out.index("Opening the window.") < out.index("The window is 100 percent open.")


def test_live_json_is_what_say_prints(cabin, live):
    live()
    _, (told,), _ = cabin("say", "--live", "--json", "how far can i go", small=False)
    _, (own,), _ = cabin("say", "--json", "how far can i go")
    assert (own.pop("resolved"), own.pop("pending")) == ([], None)  # of a conversation: one request has none
    assert told.keys() == own.keys()
    for each in (told, own):
        del each["ms"]
        each["outcomes"][0]["readings"][0].pop("timestamp_ms")
    assert told == own


@pytest.mark.parametrize(("options", "status"), [([], "confirm"), (["--yes"], "done")])
def test_yes(cabin, live, options, status):
    live()
    _, (told,), _ = cabin("say", "--live", "--json", *options, "unlock the door", small=False)
    assert told["outcomes"][0]["status"] == status


def test_a_car_that_fails_is_exit_code_1(cabin, live, monkeypatch):
    def rejects(*_):
        raise VehicleError("the car rejected it")

    daemon = live()
    monkeypatch.setattr(daemon.car, "write", rejects)
    code, (told,), _ = cabin("say", "--live", "--json", "open the window", small=False)
    assert (code, told["outcomes"][0]["status"]) == (1, "failed")


@pytest.mark.parametrize("words", [["--set", "Vehicle.Speed=5"], ["--model", "none"], ["--catalog", "x"]])
def test_the_daemon_has_its_own_car_and_model(cabin, no_daemon, words):
    code, _, err = cabin("say", "--live", "hello", *words, small=False)
    assert code == 2
    assert "--live" in err


def test_an_empty_text_is_wrong_use(cabin, no_daemon):
    assert cabin("say", "--live", " ", small=False)[0] == 2
