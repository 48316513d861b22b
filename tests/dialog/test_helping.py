from __future__ import annotations

from cabin.dialog.helping import Examples, help_with_question
from cabin.dialog.state import Question
from cabin.messages import Command


def sentences(text):
    return text.partition("example: ")[2].partition(".")[0].split("; ")


def test_the_same_seed_says_the_same_and_goes_round(catalog, opened):
    signals = opened.vehicle.signals()
    one, same, other = (Examples(catalog, seed) for seed in (1, 1, 2))
    said = [one.say(signals, turn, False) for turn in range(30)]
    assert said == [same.say(signals, turn, False) for turn in range(30)]
    assert said != [other.say(signals, turn, False) for turn in range(30)]
    devices = {intent.device for intent in catalog.intents.values()}
    assert len({sentence for text in said for sentence in sentences(text)}) > len(devices) // 2
    assert all(len(sentences(text)) == 4 for text in said)


def test_only_what_the_car_has(catalog, opened):
    signals = {path: spec for path, spec in opened.vehicle.signals().items() if "Window" in path}
    said = Examples(catalog).say(signals, 0, False)
    assert "sunroof" not in said


def test_what_could_follow_is_said_too(catalog, opened):
    assert "undo that" in Examples(catalog).say(opened.vehicle.signals(), 0, True)


def test_a_question_says_its_answers():
    confirm = Question(1, "confirm", "Shall I?", (Command("ac.on"),), 0.0)
    slot = Question(1, "slot", "Which?", (Command("ac.on"),), 0.0, slot="position", choices=("front", "rear"))
    number = Question(1, "slot", "To what?", (Command("ac.on"),), 0.0, slot="value")
    assert help_with_question(confirm) == "Shall I? Say yes or no."
    assert help_with_question(slot) == "Which? Say front or rear, or cancel."
    assert help_with_question(number) == "To what? Say a number, or cancel."
