"""Real voice and player processes: what is heard, what cuts it short, what becomes of those that die or hang."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import numpy as np
import pytest

from cabin.audio.wav import read_sound, sound_info
from cabin.replies import performer as module
from cabin.replies.earcons import earcon
from cabin.replies.performer import Job, Performer
from tests.replies.performing import ENVIRON, FAKES, Told, files, settings


def run(folder, work, **config):
    told = Told()

    async def go():
        performer = Performer(settings(folder, **config), ENVIRON, told.tell, told.fault)
        try:
            await work(performer, told)
        finally:
            performer.end()

    asyncio.run(go())
    return told


def test_a_reply_is_said_and_kept_for_the_next_time(tmp_path):
    async def work(performer, told):
        performer.begin(Job("answer", "done", "Opening the window. It is open now."))
        assert (await told.wait("speaking"))["by"] == "speech"
        assert (await told.wait("spoken"))["seconds"] == pytest.approx(0.7)
        assert len(performer.cache) == 2
        voice = performer.pids()
        performer.begin(Job("answer", "done", "It is open now."))
        await told.wait("speaking", "spoken")
        assert performer.pids() == voice
        assert performer.gate.is_speaking(time.monotonic())  # its tail

    run(tmp_path, work)
    assert [sound_info(file).duration_s for file in files(tmp_path)] == pytest.approx([0.7, 0.4], abs=0.01)


def test_a_tone_needs_no_voice(tmp_path):
    async def work(performer, told):
        performer.begin(Job("answer", "question"))
        assert (await told.wait("speaking"))["by"] == "earcon"
        await told.wait("spoken")
        assert len(performer.pids()) == 1

    run(tmp_path, work, speed=0.0)
    heard = read_sound(files(tmp_path)[0]).samples
    assert len(heard) == pytest.approx(len(earcon("question", 16_000)), abs=16)


def test_silence_cuts_it_short_and_the_next_reply_is_heard(tmp_path):
    async def work(performer, told):
        performer.begin(Job("answer", "done", " ".join(["word"] * 200)))
        await told.wait("speaking")
        assert performer.silence("somebody speaks")
        assert (await told.wait("interrupted"))["why"] == "somebody speaks"
        assert not performer.silence("again")
        performer.begin(Job("answer", "done", "Two words."))
        await told.wait("speaking", "spoken")

    run(tmp_path, work)
    lengths = [sound_info(file).duration_s for file in files(tmp_path)]
    assert lengths[-1] == pytest.approx(0.2, abs=0.01)
    assert all(length < 19 for length in lengths)


def test_a_newer_reply_takes_the_place_of_an_older_one(tmp_path):
    async def work(performer, told):
        for text in ("One. Two. Three. Four. Five.", "Six words are in this one."):
            performer.begin(Job("answer", "done", text))
        assert (await told.wait("interrupted"))["why"] == "a newer reply"
        assert (await told.wait("speaking", "spoken"))["seconds"] == pytest.approx(0.6)

    run(tmp_path, work, speed=0.0)


@pytest.mark.parametrize(
    ("words", "fault"), [("Please raise.", "RuntimeError"), ("Please die.", "the voice of replies is gone")]
)
def test_a_voice_that_fails_is_a_tone(tmp_path, words, fault):
    async def work(performer, told):
        performer.begin(Job("answer", "refused", words))
        assert (await told.wait("speaking"))["by"] == "earcon"
        await told.wait_fault(fault)
        await told.wait("spoken")

    run(tmp_path, work, speed=0.0)


def test_a_voice_that_is_late_is_a_tone_and_one_that_hangs_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "VOICE_HUNG_S", 0.5)

    async def work(performer, told):
        performer.begin(Job("answer", "done", "Good words."))
        await told.wait("spoken")
        object.__setattr__(performer.settings.config, "late_s", 0.1)
        performer.begin(Job("answer", "done", "Please hang."))
        assert (await told.wait("speaking"))["by"] == "earcon"
        await told.wait_fault("the voice is late")
        await told.wait_fault(
            "the voice of replies is gone: it hangs", lambda: performer.look(time.monotonic(), voice=True)
        )

    run(tmp_path, work, speed=0.0)


def test_a_voice_of_another_language_is_told_once_and_tones_are_heard(tmp_path):
    async def work(performer, told):
        for _ in range(2):
            performer.begin(Job("answer", "done", "Hello there."))
            assert (await told.wait("speaking"))["by"] == "earcon"
            await told.wait("spoken")
        assert [fault for fault in told.faults if "language" in fault] == ["replies: no such language here; Take en."]

    run(tmp_path, work, speed=0.0, language="ko")


@pytest.mark.parametrize(
    ("sink", "fault"),
    [
        ("missing_sink", "the loudspeaker is not there; Plug it in."),
        ("dying_sink", "the player of replies is gone"),
        ("not_there", "AttributeError"),
    ],
)
def test_a_sink_that_fails_costs_that_reply_and_rests(tmp_path, sink, fault):
    async def work(performer, told):
        performer.begin(Job("answer", "done"))
        await told.wait("interrupted")
        await told.wait_fault(fault)
        performer.begin(Job("answer", "done"))
        assert (await told.wait("interrupted"))["why"] == "nothing can be played"
        assert performer.pids() == []

    run(tmp_path, work, sink=f"{FAKES}:{sink}")


def test_a_device_that_hangs_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HUNG_S", 0.2)

    async def work(performer, told):
        performer.begin(Job("answer", "done"))
        await told.wait("speaking")
        await told.wait("interrupted", look=lambda: performer.look(time.monotonic(), voice=True))
        await told.wait_fault("it hangs")

    run(tmp_path, work, sink=f"{FAKES}:hanging_sink")


def test_killed_and_stopped_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    monkeypatch.setattr(module, "VOICE_HUNG_S", 0.5)
    monkeypatch.setattr(module, "HUNG_S", 1.0)

    async def work(performer, told):
        for number in (signal.SIGKILL, signal.SIGSTOP):
            performer.begin(Job("answer", "done", "Good words."))
            await told.wait("spoken")
            for pid in performer.pids():
                os.kill(pid, number)
            performer.cache.clear()
            performer.begin(Job("answer", "done", "Better words."))
            await told.wait_fault("is gone", lambda: performer.look(time.monotonic(), voice=True))
            while performer.job is not None or performer.pids():
                performer.look(time.monotonic(), voice=True)
                if performer.job is None:
                    performer.begin(Job("answer", "done", "Good words."))
                await asyncio.sleep(0.02)
                if "spoken" in told.names():
                    break
            told.faults.clear()
            told.events.clear()
            performer.silence("next")

    run(tmp_path, work, speed=0.0)


def test_processes_end_when_they_are_not_wanted(tmp_path):
    async def work(performer, told):
        performer.warm(voice=True)
        performer.begin(Job("answer", "done", "Good words."))
        await told.wait("spoken")
        assert len(performer.pids()) == 2
        performer.look(time.monotonic(), voice=False)  # the ladder wants its memory
        assert len(performer.pids()) == 1
        performer.look(time.monotonic() + 100.0, voice=True)
        assert performer.pids() == []
        performer.begin(Job("answer", "done", "Good words."))
        await told.wait("spoken")
        assert told.faults == []

    run(tmp_path, work, speed=0.0)


def test_ducked_while_something_is_heard_over_it(tmp_path):
    async def work(performer, told):
        performer.begin(Job("answer", "done", " ".join(["word"] * 20)))
        await told.wait("speaking")
        performer.gate.on_loud()
        performer.gate.on_loud()
        await told.wait("spoken")

    run(tmp_path, work)
    sound = read_sound(files(tmp_path)[0]).samples
    levels = np.sqrt(np.mean(sound[: len(sound) // 1600 * 1600].reshape(-1, 1600) ** 2, axis=1))
    assert np.min(levels[:-1]) == pytest.approx(np.max(levels) * 10 ** (-12 / 20), rel=0.1)
    assert levels[-2] == pytest.approx(np.max(levels), rel=0.1)
