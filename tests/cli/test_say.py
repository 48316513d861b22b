from __future__ import annotations

import pytest

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
KEYS = ["text", "commands", "refused", "ms", "outcomes", "reply", "resolved", "pending"]


def test_each_signal_before_and_after(cabin):
    code, out, _ = cabin("say", "open", "the", "trunk")
    assert code == 0
    for part in ("trunk.open", "by template", "done", f"{TRUNK}: false -> true", "Opening the trunk.", "total"):
        assert part in out
    assert "\033" not in out


def test_json_is_one_object(cabin):
    code, (turn,), _ = cabin("say", "--json", "set the temperature to 20 degrees")
    assert (code, list(turn)) == (0, KEYS)
    assert turn["commands"] == [
        {"intent": "temperature.set", "slots": {"value": 20, "unit": "degree"}, "confidence": 1.0, "zone": "act"}
    ]
    (outcome,) = turn["outcomes"]
    assert (outcome["by"], outcome["status"]) == ("template", "done")
    (change,) = outcome["changes"]
    assert (change["before"], change["target"], change["after"], change["confirmed"]) == (21.0, 20.0, 20.0, True)
    assert turn["ms"].keys() == {"parse", "policy", "act", "total"}


def test_the_cars_state_before(cabin):
    code, (turn,), _ = cabin("say", "--json", "open the trunk", "--set", "Vehicle.Speed=50")
    assert (code, turn["outcomes"][0]["status"], turn["outcomes"][0]["verdict"]["rule"]) == (0, "refused", "moving")
    assert turn["reply"].startswith("Not while driving")
    code, out, _ = cabin("say", "open the trunk", "--set", "Vehicle.Speed=50")
    assert "rule: moving" in out


def test_a_question_is_answered_and_a_refusal_told(cabin):
    assert "The range is 412 kilometers." in cabin("say", "how far can i go")[1]
    assert "nothing to do: unclear" in cabin("say", "let some air in")[1]


@pytest.mark.parametrize(
    ("scale", "said", "target", "reply"),
    [
        ("celsius", "21.5", 21.5, "21.5 degrees."),
        ("celsius", "72", 22.2222, "72 degrees Fahrenheit."),
        ("celsius", "seventy two and a half fahrenheit", 22.5, "72.5 degrees Fahrenheit."),
        ("celsius", "72 degrees celsius", None, "from 16 to 28 degrees."),
        ("celsius", "45", None, "from 16 to 28 degrees."),
        ("fahrenheit", "72 degrees", 22.2222, "72 degrees Fahrenheit."),
        ("fahrenheit", "twenty two", 22.0, "22 degrees Celsius."),
        ("fahrenheit", "22 celsius", 22.0, "22 degrees Celsius."),
        ("fahrenheit", "45", None, "from 61 to 82 degrees Fahrenheit."),
    ],
)
def test_degrees_by_the_units_of_vehicle_yaml(cabin, monkeypatch, scale, said, target, reply):
    monkeypatch.setenv("CABIN_VEHICLE_UNITS_TEMPERATURE", scale)
    monkeypatch.setenv("CABIN_VEHICLE_TIMES_COMMAND_DEADLINE_MS", "60000")
    _, (turn,), _ = cabin("say", "--json", f"set the temperature to {said}")
    (outcome,) = turn["outcomes"]
    assert [change["after"] for change in outcome["changes"]] == ([] if target is None else [target])
    assert turn["reply"].endswith(reply)


def test_yes(cabin):
    assert cabin("say", "--json", "unlock the door")[1][0]["outcomes"][0]["status"] == "confirm"
    assert cabin("say", "--json", "--yes", "unlock the door")[1][0]["outcomes"][0]["status"] == "done"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([""], "empty"),
        (["  ", "\t"], "empty"),
        (["a " * 5000], "too long"),
        (["open \udcff window"], "not UTF-8"),
        (["open the window", "--set", "Vehicle.Sped=5"], "Vehicle.Speed"),
        (["open the window", "--set", "Vehicle.Speed"], "SIGNAL=VALUE"),
        (["open the window", "--set", "Vehicle.Speed=fast"], "a number"),
    ],
)
def test_wrong_use_is_exit_code_2_with_a_reason(cabin, words, told):
    code, out, err = cabin("say", *words)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


def test_emoji_are_no_command(cabin):
    code, (turn,), _ = cabin("say", "--json", "🚗💨")
    assert (code, turn["commands"], turn["refused"]) == (0, [], "unclear")
    assert cabin("say", "--json", "open the 🚗 trunk")[1][0]["outcomes"][0]["status"] == "done"


def test_a_car_that_fails_is_exit_code_1(cabin, tmp_path, monkeypatch):
    (tmp_path / "vehicle.yaml").write_text(
        f"interfaces: {{simulated: {{faults: {{{TRUNK}: rejects}}}}}}\n", encoding="utf-8"
    )
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    code, (turn,), err = cabin("say", "--json", "open the trunk")
    assert (code, turn["outcomes"][0]["status"]) == (1, "failed")
    assert "rejected" in turn["reply"]
    assert "Traceback" not in err


def test_missing_model_and_catalog(cabin, tmp_path):
    code, _, err = cabin("say", "hello", "--model", tmp_path / "none-such")
    assert (code, "none-such" in err) == (1, True)
    code, _, err = cabin("say", "hello", "--catalog", tmp_path / "none-such")
    assert (code, "none-such" in err) == (2, True)


def test_several_texts_are_one_conversation(cabin):
    code, turns, _ = cabin("say", "--json", "open the window", "and the passenger's too", "undo")
    assert (code, len(turns)) == (0, 3)
    assert turns[0]["resolved"] == []
    assert turns[1]["resolved"] == [{"intent": "window.open", "slots": {"position": "passenger"}}]
    assert (turns[1]["refused"], turns[1]["outcomes"][0]["by"]) == ("unclear", "dialog")
    assert turns[2]["reply"] == "Undone: the passenger window is back to 0 percent."


def test_a_question_is_pending_until_it_is_answered(cabin):
    _, (asked, done), _ = cabin("say", "--json", "unlock the door", "yes please")
    assert asked["pending"]["kind"] == "confirm"
    assert asked["pending"]["commands"] == [{"intent": "door.unlock", "slots": {}}]
    assert (done["pending"], done["outcomes"][0]["status"]) == (None, "done")
    assert "waits for   yes or no" in cabin("say", "unlock the door")[1]


def test_words_without_quotes_are_one_text(cabin):
    code, turns, _ = cabin("say", "--json", "open", "the", "trunk")
    assert (code, [turn["text"] for turn in turns]) == (0, ["open the trunk"])


def test_texts_from_standard_input(cabin):
    said = b"set the temperature\n\ntwenty two\na bit more\n"
    code, turns, _ = cabin("say", "--json", stdin=said)
    assert (code, [turn["text"] for turn in turns]) == (0, ["set the temperature", "twenty two", "a bit more"])
    assert turns[0]["pending"]["slot"] == "value"
    assert turns[1]["outcomes"][0]["reply"] == "Setting the temperature to 22 degrees."
    code, out, _ = cabin("say", stdin=said)
    assert "from the conversation" in out
    assert cabin("say", stdin=b"")[:2] == (0, "")


def test_a_prompt_on_a_terminal(cabin, monkeypatch):
    lines = iter(["open the window", "x" * 5000, "close \udcff", "undo that", ""])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("rich.console.Console.input", lambda self, prompt: next(lines))
    code, out, err = cabin("say")
    assert code == 0
    assert "Undone: the window is back to 0 percent." in out
    assert ("too long" in err, "not UTF-8" in err) == (True, True)


def test_the_dialog_follows_its_configuration(cabin, tmp_path, monkeypatch):
    (tmp_path / "cabin.yaml").write_text("dialog: {context_s: 0}\n", encoding="utf-8")
    monkeypatch.setenv("CABIN_CONFIG", str(tmp_path))
    _, turns, _ = cabin("say", "--json", "open the window", "and the passenger's too")
    assert (turns[1]["resolved"], turns[1]["reply"]) == ([], "Do what there?")
