"""Who says what: every voice the phrase, the kept ones never in training."""

from __future__ import annotations

from cabin.bench.noise.voices import HIBARI, KEPT, TUNING
from cabin.wake.training.plan import DetectorShape, WakeBuildPlan, deal_kept, deal_training, quick_plan
from cabin.wake.training.texts import Texts

TEXTS = Texts(
    ("hey car", "hey car!", "hey car?"),
    tuple(f"hey car, order {number}" for number in range(30)),
    tuple(f"near {number}" for number in range(60)),
    tuple(f"other {number}" for number in range(40)),
)


def test_every_voice_says_the_phrase_at_several_paces():
    sayings = deal_training(WakeBuildPlan(), TEXTS)
    for voice in TUNING:
        said = [saying for saying in sayings.phrase if saying.voice == voice]
        assert {saying.text for saying in said} == set(TEXTS.phrase)
        assert len({saying.speed for saying in said}) > 1


def test_kept_voices_are_only_measured():
    assert not {saying.voice for saying in deal_training(WakeBuildPlan(), TEXTS).all} & set(KEPT)
    measured = deal_kept(TEXTS)
    assert {saying.voice for saying in measured} == set(KEPT)
    assert len(measured) == len(set(measured)) == 5 * len(KEPT)


def test_each_saying_once_and_the_cheap_voice_more_often():
    sayings = deal_training(WakeBuildPlan(), TEXTS)
    for kind in (sayings.phrase, sayings.commands, sayings.near, sayings.other):
        assert len(kind) == len(set(kind))
    assert sum(saying.voice == HIBARI for saying in sayings.near) > 40
    assert not any(saying.voice == HIBARI for saying in sayings.commands)


def test_few_texts_are_dealt_round():
    few = Texts(("hey car", "hey car!"), ("hey car, stop",), ("hey cow",), ())
    sayings = deal_training(WakeBuildPlan(), few)
    assert sayings.other == ()
    assert len(sayings.near) >= len(TUNING)
    assert deal_kept(few)
    assert deal_kept(Texts(("hey car", "hey car!"), (), (), ()))


def test_the_reach_is_longer_than_a_phrase():
    assert DetectorShape().reach * 0.032 > 1.4
    assert DetectorShape().history == DetectorShape().reach - 1


def test_quick_is_one_voice():
    assert quick_plan().voices == (HIBARI,)
    assert quick_plan().changed(steps=7, seed=None).steps == 7


def test_judges_are_of_the_plans_voices_but_few():
    plan = WakeBuildPlan()
    assert len(plan.judge_voices) == 4
    assert set(plan.judge_voices) < set(TUNING) - {HIBARI}
    assert quick_plan().judge_voices == ()
    assert WakeBuildPlan(judges=0).judge_voices == ()
    sayings = deal_training(plan, TEXTS)
    mine, others = sayings.by(plan.judge_voices), sayings.by(plan.judge_voices, others=True)
    assert set(mine.all) | set(others.all) == set(sayings.all)
    assert not set(mine.all) & set(others.all)
    assert mine.phrase
    assert mine.near
