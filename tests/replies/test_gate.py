"""The gate in a simulated cabin: own voice comes back through the room, the driver speaks over it or does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from cabin.audio.wav import read_sound
from cabin.demo.script import RECORDINGS
from cabin.replies.gate import LEARNED, LOOKAHEAD, EchoGate, envelope_db

BLOCK = 512
RATE_HZ = 16_000


@dataclass
class Block:
    samples: np.ndarray
    begun_s: float
    damaged: bool = False
    lost: int = 0


def voice(name="06-call.wav", rms_db=-22.0):
    sound = read_sound(RECORDINGS / name).samples.astype(np.float64)
    active = sound[np.abs(sound) > 0.02]
    return (sound * 10 ** (rms_db / 20) / np.sqrt(np.mean(active**2))).astype(np.float32)


def room(sound, gain_db, delay_s=0.03):
    """What of a played sound comes into the microphone: later, softer, with an echo that dies away in 0.2 s."""
    rng = np.random.default_rng(5)
    taps = rng.normal(size=round(0.2 * RATE_HZ)) * np.exp(-np.arange(round(0.2 * RATE_HZ)) / (0.03 * RATE_HZ))
    taps[0] = 3.0
    taps /= np.sqrt(np.sum(taps**2))
    wet = np.convolve(sound, taps)[: len(sound) + round(0.1 * RATE_HZ)] * 10 ** (gain_db / 20)
    return np.concatenate((np.zeros(round(delay_s * RATE_HZ)), wet)).astype(np.float32)


def noise(count, level_db=-60.0):
    return (np.random.default_rng(1).normal(size=count) * 10 ** (level_db / 20)).astype(np.float32)


def played(gate, sound, at_s):
    gate.note_played(at_s, envelope_db(sound, RATE_HZ))


def heard(gate, microphone, begun_s=0.0):
    """Bring sound through the gate; return what came through and the share of blocks with something in them."""
    out = []
    for begin in range(0, len(microphone) - BLOCK + 1, BLOCK):
        block = Block(microphone[begin : begin + BLOCK], begun_s + begin / RATE_HZ)
        out += gate.through([block])
    out += gate.through([Block(np.zeros(BLOCK, dtype=np.float32), begun_s + 1e4)])  # what was held back comes too
    out = [block for block in out if begun_s <= block.begun_s < begun_s + 1e4]
    passed = [bool(np.any(block.samples)) for block in out]
    return out, sum(passed) / len(passed)


def taught(coupling_db=-15.0, **settings):
    """A gate that has heard its own voice once, in the room."""
    gate = EchoGate(settings.get("louder_db", 10.0), 0.25, settings.get("is_deaf", False))
    own = np.concatenate([voice(), voice("02-window.wav")])
    played(gate, own, 0.0)
    back = room(own, coupling_db)
    _, share = heard(gate, back + noise(len(back)))
    gate.confirm(False)
    assert gate.coupling_db is not None
    return gate, share


def test_nothing_played_nothing_changed():
    gate = EchoGate(10.0, 0.25)
    blocks = [Block(noise(BLOCK), 1.0), Block(noise(BLOCK), 1.032)]
    assert gate.through(blocks) == blocks
    assert gate.through([]) == []
    assert not gate.is_speaking(1.0)
    assert gate.was_loud(0.0, 2.0)


@pytest.mark.parametrize("coupling_db", [-30.0, -15.0, 0.0, 10.0])
def test_its_own_voice_is_not_heard_however_loud_it_comes_back(coupling_db):
    gate, _ = taught(coupling_db)
    own = voice("02-window.wav")
    played(gate, own, 100.0)
    back = room(own, coupling_db)
    _, share = heard(gate, back + noise(len(back)), 100.0)
    assert share < 0.06
    assert gate.coupling_db == pytest.approx(coupling_db - 6.0, abs=6.0)


def test_silence_between_its_words_is_not_taken_for_somebody(coupling_db=-20.0):
    gate, _ = taught(coupling_db)
    own = np.concatenate((np.zeros(RATE_HZ, dtype=np.float32), voice("02-window.wav")))
    played(gate, own, 100.0)
    back = room(own, coupling_db)
    _, share = heard(gate, back + noise(len(back), -50.0), 100.0)
    assert share < 0.06
    assert not gate.is_loud(100.0)


def test_a_device_that_is_late_is_its_own_voice_all_the_same():
    gate, _ = taught(-10.0)
    own = voice("02-window.wav")
    played(gate, own, 100.0)
    back = np.concatenate((np.zeros(RATE_HZ // 2, dtype=np.float32), room(own, -10.0)))
    _, share = heard(gate, back[: len(own)] + noise(len(own)), 100.0)
    assert share < 0.06
    assert not gate.is_loud(100.0)


def test_before_it_has_learned_it_is_deaf_while_it_speaks():
    gate = EchoGate(10.0, 0.25)
    own = voice()
    played(gate, own, 0.0)
    _, share = heard(gate, voice("02-window.wav", 0.0)[: LEARNED * BLOCK])
    assert share == 0.0


def test_a_driver_who_is_louder_is_heard_and_counts():
    gate, _ = taught(-20.0)
    told = []
    gate.on_loud = lambda: told.append(1)
    own = voice("02-window.wav")
    played(gate, own, 100.0)
    driver = voice(rms_db=-18.0)[: len(own)]
    back = room(own, -20.0)[: len(driver)]
    _, share = heard(gate, driver + back, 100.0)
    assert share > 0.4
    assert told
    assert gate.was_loud(100.2, 100.0 + len(driver) / RATE_HZ)


def test_the_soft_beginning_of_a_loud_word_comes_through_whole():
    gate, _ = taught(-20.0)
    played(gate, np.full(3 * RATE_HZ, 0.1, dtype=np.float32), 99.0)
    soft, loud = np.full(3 * BLOCK, 1e-3, dtype=np.float32), np.full(4 * BLOCK, 0.5, dtype=np.float32)
    microphone = np.concatenate((np.full(20 * BLOCK, 1e-3, dtype=np.float32), soft, loud, np.tile(soft, 4)))
    out, _ = heard(gate, microphone, 100.0)
    passed = [bool(np.any(block.samples)) for block in out]
    first = passed.index(True)
    assert first == 23 - LOOKAHEAD  # blocks before the first loud one
    assert all(passed[first:])
    assert [block.begun_s for block in out] == sorted(block.begun_s for block in out)


def test_a_driver_little_louder_than_the_echo_is_faint():
    gate, _ = taught(-20.0)
    played(gate, np.full(3 * RATE_HZ, 0.1, dtype=np.float32), 100.0)  # -20 dB without a break
    assert gate.coupling_db is not None
    level = 10 ** ((-20.0 + gate.coupling_db + 6.0) / 20)
    _, share = heard(gate, np.full(RATE_HZ, level, dtype=np.float32), 100.5)
    assert share == 1.0
    assert not gate.was_loud(100.5, 101.5)
    assert gate.was_loud(103.3, 104.0)  # nothing of ours was in the air then


def test_after_its_own_voice_and_its_tail_everything_is_heard():
    gate, _ = taught()
    played(gate, voice("02-window.wav")[: 2 * RATE_HZ], 100.0)
    assert gate.is_speaking(102.1)
    assert not gate.is_speaking(102.3)
    _, share = heard(gate, noise(RATE_HZ), 102.3)
    assert share == 1.0


def test_a_reply_cut_short_is_over_at_once():
    gate, _ = taught()
    played(gate, voice("02-window.wav")[: 2 * RATE_HZ], 100.0)
    gate.note_stopped(100.5)
    assert gate.is_speaking(100.6)  # the tail
    assert not gate.is_speaking(100.8)


def test_deaf_by_configuration():
    gate, _ = taught(is_deaf=True)
    played(gate, voice(), 100.0)
    _, share = heard(gate, voice("02-window.wav", 0.0)[: 2 * RATE_HZ], 100.0)
    assert share == 0.0


def test_when_somebody_turns_the_volume_up_it_learns_from_hearing_itself():
    gate, _ = taught(-25.0)
    own = voice("02-window.wav")
    back = room(own, -5.0)
    for turn in range(4):
        played(gate, own, 100.0 * (turn + 1))
        _, share = heard(gate, back, 100.0 * (turn + 1))
        gate.confirm(False)  # what was heard made no sense
    assert share < 0.06


def test_a_driver_who_interrupts_again_and_again_does_not_make_it_deaf():
    gate, _ = taught(-25.0)
    before = gate.coupling_db
    for turn in range(4):
        played(gate, voice("02-window.wav"), 100.0 * (turn + 1))
        heard(gate, voice(rms_db=-15.0), 100.0 * (turn + 1))
        gate.confirm(True)
    assert gate.coupling_db == pytest.approx(before, abs=4.0)
