from __future__ import annotations

import json

import pytest

from cabin.errors import UsageError
from cabin.messages import Command, Parse
from cabin.slm.evaluation import Case, cases_of, evaluate, read_gold
from cabin.slm.evaluation_page import write_page
from cabin.slm.examples import Example

OPEN, WARM = ("window.open", {"position": "left"}), ("heat.up", {})


def said(*calls, refused=None):
    return Parse("t", tuple(Command(intent, slots) for intent, slots in calls), refused, 0.9)


def verdict(case, found):
    result = evaluate(lambda text: found, [case])
    return {name: count for name, count in result.counts.items() if count and name != "sentences"}


@pytest.mark.parametrize(
    ("readings", "refused", "found", "expected"),
    [
        (([OPEN],), None, said(OPEN), "asked function exact"),
        (([OPEN],), None, said(("window.open", {"position": "right"})), "asked function"),
        (([OPEN],), None, said(WARM), "asked wrong_act"),
        (([OPEN],), None, said(refused="unclear"), "asked missed"),
        (([OPEN, WARM],), None, said(WARM, OPEN), "asked function exact"),
        (([OPEN, WARM],), None, said(OPEN), "asked wrong_act"),
        (([OPEN], [WARM]), None, said(WARM), "asked function exact"),
        (([OPEN], []), None, said(refused="question"), "asked function exact"),
        (([],), "question", said(refused="question"), "to_refuse refused reason"),
        (([],), "question", said(refused="chatter"), "to_refuse refused"),
        (([],), "question", said(OPEN), "to_refuse false_act"),
        (([], [OPEN]), "question", said(OPEN), "to_refuse"),
    ],
)
def test_verdicts_by_hand(readings, refused, found, expected):
    assert verdict(Case("t", readings, refused), found) == dict.fromkeys(expected.split(), 1)


@pytest.mark.parametrize(
    ("want", "got", "is_right"),
    [
        ({"value": 20}, {"value": 20.0}, True),
        ({"value": 20}, {"value": "20"}, True),
        ({"value": 20}, {"value": 21}, False),
        ({"song": "the River!"}, {"song": "river"}, True),
        ({"song": "river", "x": None, "y": ""}, {"song": "river"}, True),
        ({"song": "river"}, {"artist": "river"}, False),
    ],
)
def test_how_slots_are_compared(want, got, is_right):
    assert ("exact" in verdict(Case("t", ([("a.b", want)],), None), said(("a.b", got)))) == is_right


def test_a_title_may_stand_in_any_slot_of_a_name():
    case = Case("t", ([("media.play", {"song": "river"})],), None)
    assert "exact" in verdict(case, said(("media.play", {"query": "the river"})))
    assert "exact" not in verdict(case, said(("media.play", {"source": "river"})))


def test_figures_are_percent_of_what_they_are_about():
    cases = [Case("a", ([OPEN],), None)] * 3 + [Case("b", ([],), "chatter")]
    found = iter([said(OPEN), said(WARM), said(refused="unclear"), said(OPEN)])
    result = evaluate(lambda text: next(found), cases)
    assert result.figures() == {
        "sentences": 4, "function": 33.33, "exact": 33.33, "wrong_act": 33.33, "missed": 33.33, "false_act": 100.0,
    }  # fmt: skip
    assert result.by_device["window"]["sentences"] == 3
    assert result.by_device["(chatter)"]["false_act"] == 1
    assert [right for _, right in result.outcomes] == [True, False, False, False]
    assert [error["text"] for error in result.errors] == ["a", "a", "b"]


def test_confidence_is_held_against_what_was_read_not_against_what_doubt_made_of_it():
    nearly = Parse("t", (), "unclear", 0.2, doubted=said(OPEN).commands)
    cases = [Case("a", ([OPEN],), None), Case("b", ([WARM],), None), Case("c", ([],), "chatter")]
    result = evaluate(lambda text: nearly, cases)
    assert result.outcomes == [(0.2, True), (0.2, False), (0.2, False)]
    assert [each.acted for each in result.judged] == [True] * 3
    assert (result.counts["missed"], result.counts["refused"]) == (2, 1)


def test_cases_of_examples():
    assert cases_of([Example("open it", (OPEN,)), Example("hm", refused="unclear")]) == [
        Case("open it", ([OPEN],), None, "command"),
        Case("hm", ([],), "unclear", "refuse"),
    ]


def test_gold_is_read(tmp_path):
    path = tmp_path / "gold.jsonl"
    call = {"intent": "window.open", "slots": {"position": "left"}}
    both = {"text": "open", "calls": [call], "also": [[], [{"intent": "heat.up"}]], "kind": "k"}
    rows = [both, {"text": "hm", "calls": [], "refuse": "unclear"}]
    path.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n")
    assert read_gold(path) == [Case("open", ([OPEN], [], [WARM]), None, "k"), Case("hm", ([],), "unclear", "")]


def test_every_bad_line_is_told_with_its_place(tmp_path):
    path = tmp_path / "gold.jsonl"
    bad = ["{", '{"text": "a"}', "[]", '{"text": 5, "calls": []}', '{"text": "a", "calls": [1]}']
    bad.append('{"text": "a", "calls": [], "refuse": "no"}')
    path.write_text("\n".join(['{"text": "fine", "calls": []}', *bad]))
    with pytest.raises(UsageError) as caught:
        read_gold(path)
    assert [problem.where for problem in caught.value.problems] == [f"{path}:{at}" for at in range(2, 8)]


def test_gold_that_is_no_text(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").write_text("\n\n")
    for name, message in (("binary", "cannot be read"), ("none", "cannot be read"), ("empty", "is empty")):
        with pytest.raises(UsageError, match=message):
            read_gold(tmp_path / name)


def test_the_page_holds_every_error_and_nothing_foreign(tmp_path):
    result = evaluate(lambda text: said(WARM), [Case("<b>open</b> & more", ([OPEN],), None)])
    write_page(tmp_path / "page.html", result, result.figures())
    page = (tmp_path / "page.html").read_text()
    assert "&lt;b&gt;open&lt;/b&gt; &amp; more" in page
    assert "window.open" in page
    assert "http" not in page
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_page_that_cannot_be_put_in_place_leaves_nothing(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_page(tmp_path / "page.html", evaluate(lambda text: said(), []), {})
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
