"""Replies that are heard and recordings that are kept, in a whole daemon; and that nothing is written when off."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from cabin.audio.wav import sound_info, stream_sound
from cabin.demo.script import RECORDINGS

SECRET = "open the passenger window 37"
WAIT_S = 60.0


def tree(*folders: Path) -> dict[str, bytes]:
    """Every file below, with what is in it."""
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def private_folders(folder: Path) -> dict[str, str]:
    """Give the daemon a home, a state, a cache, a runtime and a temporary folder of its own."""
    told = {}
    for name, variable in (
        ("home", "HOME"),
        ("state", "CABIN_STATE"),
        ("cache", "XDG_CACHE_HOME"),
        ("runtime", "XDG_RUNTIME_DIR"),
        ("tmp", "TMPDIR"),
        ("data", "XDG_DATA_HOME"),
    ):
        (folder / name).mkdir(parents=True)
        told[variable] = str(folder / name)
    return told


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    return tmp_path_factory.mktemp("private")


@pytest.fixture(scope="module")
def daemon(start_daemon, private):
    environ = {
        **private_folders(private),
        "CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_scripted,cabin_sound",
        "CABIN_REPLIES_LEVEL": "earcon",
        "CABIN_REPLIES_SINK": "file",
        "CABIN_REPLIES_DEVICE": str(private / "replies"),
        "CABIN_DAEMON_ANSWER_S": "10",
        "CABIN_DAEMON_METRICS_FILE": str(private / "metrics.prom"),
    }
    with start_daemon(**environ) as running:
        yield running


def say_and_speak(daemon, times):
    """Texts and spoken commands, each acted on."""
    for number in range(times):
        daemon.events()
        daemon.seen.clear()
        turn = daemon.ask("say", text=f"open the passenger window {number}")
        assert turn["outcomes"][0]["status"] == "done"
    daemon.wait_event("spoken")  # sound fed at once under a tone would be taken for the tone
    time.sleep(0.5)
    daemon.speak(SECRET)
    assert daemon.wait_event("done", intent="window.open")["slots"]["value"] == 37
    daemon.wait_event("turn")


def speak_in_time(daemon, words):
    """Speak as a microphone brings it: a reply in the air is over when the time is up."""
    daemon.say_it(words)
    voice = np.concatenate(list(stream_sound(RECORDINGS / "06-call.wav")))
    sound = np.concatenate((np.zeros(20_000), voice, np.zeros(20_000)))
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(daemon.sound))
        begun_s = time.monotonic()
        for at in range(0, len(pcm), 1024):
            time.sleep(max(0.0, begun_s + at / 32_000 - time.monotonic()))
            connection.sendall(pcm[at : at + 1024])


def settled(done):
    deadline_s = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_off_nothing_is_written_and_no_word_is_in_the_log(daemon, private):
    folders = [private / name for name in ("home", "state", "cache", "runtime", "tmp", "data")]
    say_and_speak(daemon, 2)
    before = tree(*folders)
    say_and_speak(daemon, 25)
    after = tree(*folders)
    assert after == before
    assert list((private / "state").iterdir()) == []
    assert not [name for name, data in after.items() if SECRET.encode() in data]
    log = daemon.log.read_text(encoding="utf-8")
    assert "done intent=window.open" in log
    assert "passenger window" not in log
    assert "Opening" not in log
    assert daemon.ask("privacy") | {"folder": ""} == {
        "recording": False,
        "until_ms": None,
        "mode": "switch",
        "folder": "",
        "utterances": 0,
        "size_bytes": 0,
        "oldest_ms": None,
        "keep_days": 7.0,
        "keep_mb": 100.0,
        "transcripts_logged": False,
    }
    assert daemon.ask("status")["privacy"]["recording"] is False


def test_each_reply_is_a_tone_in_the_sink(daemon, private):
    daemon.events()
    daemon.seen.clear()
    daemon.ask("say", text="open the passenger window 20")
    assert daemon.wait_event("speaking", by="earcon")["text"] == "done"
    daemon.wait_event("spoken")
    files = sorted((private / "replies").glob("reply-*.wav"))
    assert 0.1 < sound_info(files[-1]).duration_s < 0.5
    players = len(daemon.ask("status")["workers"])
    assert players == 1  # voice and player are helpers, no workers


def test_the_switch_records_and_shows_and_purging_removes(daemon, private):
    folder = private / "state" / "recordings"
    told = daemon.ask("record", on=True, seconds=600)
    assert (told["recording"], told["folder"]) == (True, str(folder))
    daemon.wait_event("recording", on="True", why="asked")
    assert daemon.ask("status")["privacy"]["recording"] is True
    assert 'cabin_privacy{switch="recording"} 1' in daemon.ask("metrics")["text"]
    settled(lambda: any("RECORDING" in line for line in daemon.notified))
    say_and_speak(daemon, 1)
    settled(lambda: len(list(folder.glob("*.json"))) == 1)
    (text,), (sound,) = folder.glob("*.json"), folder.glob("*.wav")
    turn = json.loads(text.read_text(encoding="utf-8"))["turn"]
    assert (turn["text"], turn["outcomes"][0]["status"]) == (SECRET, "done")
    assert 1.0 < sound_info(sound).duration_s < 8.0
    told = daemon.ask("record", on=False)
    assert (told["recording"], told["utterances"]) == (False, 1)
    daemon.wait_event("recording", on="False")
    say_and_speak(daemon, 1)
    assert daemon.ask("privacy")["utterances"] == 1
    assert daemon.ask("purge") == {"utterances": 1, "size_bytes": told["size_bytes"]}
    assert list(folder.iterdir()) == []


def test_too_long_is_refused(daemon):
    told = daemon.ask("record", on=True, seconds=600_000)
    assert told["code"] == "failed"
    assert "too long to record" in told["problems"][0]["what"]


def test_whoever_speaks_ends_a_spoken_reply(start_daemon, tmp_path):
    pytest.importorskip("hibari", reason="hibari-tts is not installed")
    environ = {
        "CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_scripted,cabin_sound,cabin_hibari",
        "CABIN_REPLIES_LEVEL": "speech",
        "CABIN_REPLIES_SINK": "file",
        "CABIN_REPLIES_DEVICE": str(tmp_path / "replies"),
        "CABIN_REPLIES_SPEED": "0.5",
        "CABIN_REPLIES_LATE_S": "60",
        "CABIN_DAEMON_ANSWER_S": "10",
    }
    with start_daemon(**environ) as running:
        running.ask("say", text="open the passenger window 50")
        assert running.wait_event("speaking")["by"] == "speech"
        speak_in_time(running, "open the passenger window 60")
        assert running.wait_event("interrupted")["why"] == "somebody speaks"
        told = running.wait_event("done", intent="window.open")
        assert told["slots"]["value"] == 60
        running.wait_event("speaking")
        assert running.ask("cancel")["cancelled"] >= 1
        assert running.wait_event("interrupted")["why"] == "cancelled"
