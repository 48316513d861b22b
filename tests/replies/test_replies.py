"""From the daemon's events to what is heard, with real processes and a driver who speaks at the wrong time."""

from __future__ import annotations

import asyncio
import datetime
import time
from types import SimpleNamespace

import numpy as np

from cabin.replies import replies as module
from cabin.replies.replies import CANCELLERS, SILENCERS, Replies
from cabin.slm.text import normalize
from tests.replies.performing import ENVIRON, Told, files, settings

LONG = " ".join(["word"] * 100)


def run(folder, work, step="normal", hour=12, **config):
    told, state = Told(), SimpleNamespace(step=step)

    async def go():
        made = settings(folder, **config)
        replies = Replies(made, told, lambda: state.step, ENVIRON, lambda: datetime.time(hour))
        try:
            await work(replies, told, state)
        finally:
            replies.end()

    asyncio.run(go())
    return told


def turn(replies, text, *statuses, kind="answer"):
    replies.listen("turn", {"statuses": list(statuses)})
    if text:
        replies.listen("reply", {"kind": kind, "text": text})


def speech(replies, state):
    replies.listen("speech", {"state": state})


def test_a_turn_is_said(tmp_path):
    async def work(replies, told, _state):
        turn(replies, "Opening the window.", "done")
        assert (await told.wait("speaking"))["text"] == "Opening the window."
        await told.wait("spoken")
        assert len(replies.pids()) == 2
        turn(replies, "", "done")  # a reply without words is a tone
        assert (await told.wait("speaking"))["by"] == "earcon"
        await told.wait("spoken")
        turn(replies, "")  # chatter: nobody spoke to the car
        replies.listen("reply", {"kind": "fault", "text": "Sorry, I lost that."})
        assert (await told.wait("speaking"))["kind"] == "fault"
        await told.wait("spoken")
        assert told.events == []

    run(tmp_path, work, speed=0.0)
    assert len(files(tmp_path)) == 3


def test_tones_tell_questions_refusals_and_faults_where_nothing_is_said(tmp_path):
    async def work(replies, told, _state):
        replies.listen("asked", {"kind": "slot", "text": "Which one?"})
        turn(replies, "Which one?")
        assert (await told.wait("speaking"))["text"] == "question"
        await told.wait("spoken")
        turn(replies, "Not while driving.", "refused")
        assert (await told.wait("speaking"))["text"] == "refused"
        await told.wait("spoken")
        turn(replies, "It failed.", "failed")
        assert (await told.wait("speaking"))["text"] == "failed"
        await told.wait("spoken")
        replies.listen("listening", {"seconds": 8})
        assert (await told.wait("speaking"))["text"] == "listening"
        await told.wait("spoken")
        assert len(replies.pids()) == 1  # no voice was started

    run(tmp_path, work, step="essential", speed=0.0)


def test_quiet_hours(tmp_path):
    async def work(replies, told, _state):
        turn(replies, "Opening the window.", "done")
        assert (await told.wait("speaking"))["by"] == "earcon"
        await told.wait("spoken")

    run(tmp_path, work, hour=23, quiet_from="22:00", quiet_to="06:00", speed=0.0)


def test_nothing_is_started_where_nothing_is_heard(tmp_path):
    async def work(replies, told, _state):
        speech(replies, "began")
        speech(replies, "ended")
        turn(replies, "Opening the window.", "done")
        replies.tone("recording", "recording")
        for _ in range(20):
            await asyncio.sleep(0.01)
            replies.look(time.monotonic())
        assert (replies.pids(), told.events) == ([], [])

    run(tmp_path, work, hour=23, quiet_from="22:00", quiet_to="06:00", quiet_level="text")


def test_whoever_begins_to_speak_interrupts(tmp_path):
    async def work(replies, told, _state):
        turn(replies, LONG, "done")
        await told.wait("speaking")
        replies._performer.gate.note_stopped(0.0)  # as if nothing of ours came into the microphone
        speech(replies, "began")
        assert (await told.wait("interrupted"))["why"] == "somebody speaks"
        turn(replies, "Too late.", "done")  # they still speak: this one is not said at all
        assert (await told.wait("interrupted"))["heard_s"] == 0.0
        speech(replies, "ended")
        turn(replies, "Now.", "done")
        await told.wait("speaking", "spoken")

    run(tmp_path, work)


def test_our_own_voice_does_not_interrupt_us(tmp_path):
    async def work(replies, told, _state):
        turn(replies, " ".join(["word"] * 10), "done")
        await told.wait("speaking")
        speech(replies, "began")
        speech(replies, "ended")
        await told.wait("spoken")
        assert "interrupted" not in told.names()

    run(tmp_path, work)


def test_what_is_said_under_a_reply_counts_for_stop_and_cancel_alone(tmp_path):
    async def work(replies, told, _state):
        turn(replies, LONG, "done")
        await told.wait("speaking")
        gate, now_s = replies._performer.gate, time.monotonic()
        gate._learned.extend([-20.0] * 100)
        faint = SimpleNamespace(
            samples=np.full(512, 0.3 * 10 ** (-13 / 20) / np.sqrt(2), dtype=np.float32),
            begun_s=now_s,
            damaged=False,
            lost=0,
        )
        assert replies.through([faint]) == []  # held back, then let through
        assert replies.heed("open the window", now_s - 0.01, now_s + 0.01) == "it was said under a reply"
        assert replies.is_speaking
        assert replies.heed("cancel", now_s - 0.01, now_s + 0.01) == ""
        assert (await told.wait("interrupted"))["why"] == "told to cancel"
        turn(replies, LONG, "done")
        await told.wait("speaking")
        assert replies.heed("Stop", now_s, now_s + 0.1) == "it ended a reply"
        assert (await told.wait("interrupted"))["why"] == "told to stop"
        later_s = time.monotonic() + 10.0
        assert replies.heed("stop", later_s, later_s + 0.1) == ""  # nothing is said: it may be a command
        assert replies.heed("open the window", later_s, later_s + 0.1) == ""

    run(tmp_path, work)


def test_the_ladder_speaks_after_what_was_asked_for(tmp_path):
    async def work(replies, told, _state):
        turn(replies, "Opening the window.", "done")
        await told.wait("speaking")
        replies.listen("reply", {"kind": "step", "text": "I am busy."})
        await told.wait("spoken")
        assert (await told.wait("speaking"))["kind"] == "step"
        await told.wait("spoken")

    run(tmp_path, work)


def test_what_nobody_asked_for_waits_until_nobody_speaks(tmp_path):
    async def work(replies, told, _state):
        speech(replies, "began")
        replies.listen("reply", {"kind": "notice", "text": "You look tired."})
        await asyncio.sleep(0.05)
        replies.look(time.monotonic() + 5)
        assert told.events == []
        speech(replies, "ended")
        turn(replies, "Opening the window.", "done")  # what was asked for comes first
        assert (await told.wait("speaking"))["kind"] == "answer"
        await told.wait("spoken")
        assert (await told.wait("speaking"))["kind"] == "notice"
        await told.wait("spoken")
        speech(replies, "began")
        replies.listen("reply", {"kind": "notice", "text": "You look tired."})
        await asyncio.sleep(0.05)
        speech(replies, "ended")  # and no reply follows
        await told.wait("speaking", look=lambda: replies.look(time.monotonic() + 2))
        await told.wait("spoken")

    run(tmp_path, work, speed=0.0)


def test_what_waited_too_long_is_no_help(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LATE_S", 0.0)

    async def work(replies, told, _state):
        speech(replies, "began")
        replies.listen("reply", {"kind": "notice", "text": "You look tired."})
        await asyncio.sleep(0.05)
        speech(replies, "ended")
        told_why = await told.wait("interrupted", look=lambda: replies.look(time.monotonic() + 2))
        assert told_why["why"] == "it waited too long"

    run(tmp_path, work)


def test_memory_of_the_voice_is_given_back_on_the_essential_step(tmp_path):
    async def work(replies, told, state):
        turn(replies, "Opening the window.", "done")
        await told.wait("spoken")
        state.step = "essential"
        replies.look(time.monotonic())
        assert len(replies.pids()) == 1

    run(tmp_path, work, speed=0.0)


def test_other_settings_while_it_speaks(tmp_path):
    other = tmp_path / "other"

    async def work(replies, told, _state):
        turn(replies, LONG, "done")
        await told.wait("speaking")
        replies.change(replies.settings)
        assert replies.is_speaking
        replies.change(settings(other, speed=0.0))
        assert (await told.wait("interrupted"))["why"] == "the configuration changed"
        turn(replies, "Now.", "done")
        await told.wait("speaking", "spoken")

    run(tmp_path, work)
    assert len(files(other)) == 1


def test_words_that_end_a_reply_are_as_the_recognizer_writes_them():
    assert {normalize(words) for words in SILENCERS | CANCELLERS} == SILENCERS | CANCELLERS
