from __future__ import annotations

import json
import math
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from cabin.audio.wav import read_sound
from cabin.errors import UsageError
from cabin.privacy.recorder import Recorder
from cabin.privacy.settings import PrivacyConfig


class Telling:
    def __init__(self, folder, **config):
        self.events, self.faults = [], []
        self.wall_s = 1_790_000_000.0
        self.recorder = Recorder(
            PrivacyConfig(**config),
            folder / "recordings",
            lambda name, data: self.events.append((name, data["on"], data["why"])),
            self.faults.append,
            lambda: self.wall_s,
        )
        self.folder = folder / "recordings"

    def settle(self):
        """Wait until its thread has done what it was given."""
        self.recorder._disk.submit(lambda: None).result()

    def names(self):
        self.settle()
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def made(tmp_path):
    opened = []

    def make(**config):
        opened.append(Telling(tmp_path, **config))
        return opened[-1]

    yield make
    for each in opened:
        each.recorder.end()


def block(begun_s, value=0.1, count=512):
    return SimpleNamespace(samples=np.full(count, value, dtype=np.float32), begun_s=begun_s, damaged=False, lost=0)


def spoken(recorder, begun_s, seconds=2.0):
    """Bring sound whose value is its own time."""
    at_s = begun_s
    while at_s < begun_s + seconds:
        recorder.take([block(at_s, (at_s - begun_s) / 10)])
        at_s += 0.032


def test_off_it_holds_and_writes_nothing(made):
    telling = made()
    spoken(telling.recorder, 100.0)
    telling.recorder.keep(100.5, 101.5, {"turn": "secret"})
    telling.recorder.look(time.monotonic())
    assert len(telling.recorder._blocks) == 0
    assert telling.names() == []
    assert not telling.folder.exists()
    assert telling.events == []


def test_on_it_writes_the_sound_with_its_margin_and_the_words(made):
    telling = made()
    telling.recorder.switch(True, 600)
    assert telling.events == [("recording", True, "asked")]
    assert telling.recorder.until_ms == pytest.approx((telling.wall_s + 600) * 1000, abs=1000)
    spoken(telling.recorder, 100.0, 4.0)
    telling.recorder.keep(101.0, 103.0, {"turn": {"text": "open the window"}})
    wav, text = [telling.folder / name for name in telling.names()][::-1]
    sound = read_sound(wav).samples
    assert len(sound) / 16_000 == pytest.approx(2.5, abs=0.1)
    assert sound[800] == pytest.approx(0.05, abs=0.01)  # from half a second before
    assert json.loads(text.read_text(encoding="utf-8"))["turn"] == {"text": "open the window"}
    telling.recorder.switch(False)
    assert len(telling.recorder._blocks) == 0
    telling.recorder.keep(101.0, 103.0, {"turn": "secret"})
    assert len(telling.names()) == 2
    assert telling.events[-1] == ("recording", False, "asked")


def test_memory_is_bounded(made):
    telling = made()
    telling.recorder.switch(True)
    spoken(telling.recorder, 0.0, 120.0)
    assert len(telling.recorder._blocks) < 1200


def test_it_goes_off_by_itself(made):
    telling = made(longest_min=2)
    telling.recorder.switch(True)
    now_s = time.monotonic()
    telling.recorder.look(now_s + 100)
    assert telling.recorder.is_on
    telling.recorder.look(now_s + 121)
    assert not telling.recorder.is_on
    assert telling.events == [("recording", True, "asked"), ("recording", False, "the time is up")]


def test_what_the_configuration_forbids(made):
    telling = made(recording="never")
    with pytest.raises(UsageError, match="forbidden"):
        telling.recorder.switch(True)
    telling = made(longest_min=1)
    with pytest.raises(UsageError, match="too long") as caught:
        telling.recorder.switch(True, 3600)
    assert "privacy.longest_min" in caught.value.problems[0].expected
    assert not telling.recorder.is_on


def test_always(made):
    telling = made(recording="always")
    assert telling.recorder.is_on
    assert telling.recorder.until_ms is None
    assert telling.events == [("recording", True, "configured")]
    telling.recorder.look(time.monotonic() + 1e6)
    assert telling.recorder.is_on
    telling.recorder.switch(False)
    assert not telling.recorder.is_on
    telling.recorder.switch(True)
    assert telling.recorder.until_s == math.inf


def test_another_configuration_while_it_records(made):
    telling = made()
    telling.recorder.switch(True)
    telling.recorder.change(PrivacyConfig(recording="never"))
    assert not telling.recorder.is_on
    telling.recorder.change(PrivacyConfig(recording="always"))
    assert telling.recorder.is_on
    telling.recorder.change(PrivacyConfig(longest_min=1))
    assert telling.recorder.until_s <= time.monotonic() + 60


def test_a_disk_that_takes_nothing_switches_it_off(made, tmp_path):
    (tmp_path / "recordings").write_text("a file", encoding="utf-8")
    telling = made()
    telling.recorder.switch(True)
    telling.recorder.keep(0.0, 1.0, {})
    telling.settle()
    telling.recorder.look(time.monotonic())
    assert not telling.recorder.is_on
    assert telling.events[-1] == ("recording", False, "it cannot be written")
    assert "recordings cannot be written" in telling.faults[0]


def test_a_slow_disk_holds_up_nobody(made, monkeypatch):
    telling = made()
    go_on = threading.Event()
    monkeypatch.setattr(telling.recorder.recordings, "write", lambda *told: go_on.wait(60))
    telling.recorder.switch(True)
    for _ in range(20):
        telling.recorder.keep(0.0, 1.0, {})
    assert len([fault for fault in telling.faults if "the disk is slow" in fault]) == 12
    go_on.set()


def test_old_ones_go_even_while_it_is_off(made):
    telling = made(keep_days=1)
    telling.recorder.switch(True)
    telling.recorder.keep(0.0, 1.0, {})
    assert len(telling.names()) == 2
    telling.recorder.switch(False)
    telling.wall_s += 2 * 86_400
    telling.recorder.look(time.monotonic() + 1000)
    assert telling.names() == []


def test_purge(made):
    telling = made()
    telling.recorder.switch(True)
    telling.recorder.keep(0.0, 1.0, {})
    assert telling.recorder.purge().utterances == 1
    assert telling.names() == []
    assert telling.recorder.usage().utterances == 0
