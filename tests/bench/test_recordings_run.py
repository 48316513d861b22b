from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench.recordings import Order, Recording
from cabin.bench.recordings_run import Result, Setting, hear_recording, read_results, result_line, run
from cabin.errors import UsageError
from cabin.messages import Command, Hypothesis, Parse, Transcript, Turn, Utterance

ORDER = Order("order_drink", (("size", "small"),))


class FakeChain:
    """Hears one utterance in every sound; what it understands is told beforehand."""

    def __init__(self, *commands: Command) -> None:
        self.commands = commands
        self.loaded = self.closed = 0
        self.blocks = 0

    def load(self) -> None:
        self.loaded += 1

    def close(self) -> None:
        self.closed += 1

    def utterances(self, blocks, source):
        sound = np.concatenate(list(blocks))
        if sound.any():
            yield Utterance(sound, 0.0, len(sound) / 16_000, source), 1.0

    def hear(self, utterance, confirm, listen_ms):
        transcript = Transcript((Hypothesis("a small one", -1.0),), "fake", catalog_evidence=-0.25)
        parse = Parse("a small one", self.commands, None if self.commands else "chatter", 0.75)
        return Turn(parse, (), "", transcript, utterance, {"recognize": 5.0, "parse": 2.0})


@pytest.fixture
def recordings(tmp_path) -> list[Recording]:
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, np.full(16_000, 0.1, np.float32))
    return [Recording(tmp_path / "a.wav", ORDER), Recording(tmp_path / "b.wav", None)]


SMALL = Command("coffee.order_drink", {"size": "small"})
LARGE = Command("coffee.order_drink", {"size": "large"})


@pytest.mark.parametrize(
    ("commands", "order_right", "other_right"),
    [((SMALL,), True, False), ((LARGE,), False, False), ((), False, True), ((SMALL, LARGE), False, False)],
)
def test_every_slot_and_nothing_else(recordings, commands, order_right, other_right):
    found = list(run(recordings, [Setting("off", "quiet")], lambda _: FakeChain(*commands), None))
    assert [result.right for result in found] == [order_right, other_right]
    assert [result.taken for result in found] == [bool(commands)] * 2
    assert found[0].wanted == "order_drink size='small'"
    assert found[1].wanted == ""


def test_a_result_tells_what_was_heard(recordings):
    samples = np.full(16_000, 0.1, np.float32)
    result = hear_recording(FakeChain(SMALL), recordings[0], samples, Setting("light", "6"))
    assert (result.heard, result.evidence, result.confidence, result.speech_s) == ("a small one", -0.25, 0.75, 1.0)
    assert (result.recognize_ms, result.parse_ms, result.readings) == (5.0, 2.0, (("a small one", -1.0, 0.0),))
    silent = hear_recording(FakeChain(SMALL), recordings[1], np.zeros(16_000, np.float32), Setting("light", "6"))
    assert (silent.right, silent.taken, silent.heard, silent.evidence) == (True, False, "", None)


def test_one_chain_a_leaning_and_none_where_all_is_known(recordings):
    chains: dict[str, FakeChain] = {}

    def open_chain(bias: str) -> FakeChain:
        chains[bias] = FakeChain(SMALL)
        return chains[bias]

    settings = [Setting(bias, snr) for bias in ("off", "strong") for snr in ("quiet", "6")]
    noise = np.random.default_rng(1).normal(0, 0.1, 32_000).astype(np.float32)
    found = list(run(recordings, settings, open_chain, noise))
    assert len(found) == 8
    assert {bias: (chain.loaded, chain.closed) for bias, chain in chains.items()} == {"off": (1, 1), "strong": (1, 1)}
    chains.clear()
    assert [r.bias for r in run(recordings, settings, open_chain, noise, known=found[:5])] == ["strong"] * 3
    assert list(chains) == ["strong"]


def test_noise_that_is_not_there_is_told(recordings):
    with pytest.raises(UsageError, match="no noise"):
        list(run(recordings, [Setting("off", "6")], lambda _: FakeChain(), None))


def test_results_are_read_again_without_a_line_that_was_cut_off(recordings, tmp_path: Path):
    found = list(run(recordings, [Setting("off", "quiet")], lambda _: FakeChain(SMALL), None))
    file = tmp_path / "r.jsonl"
    lines = [result_line(result) for result in found]
    file.write_text("\n".join(lines) + "\n" + lines[0][:40], encoding="utf-8")
    assert read_results(file) == found
    assert all(isinstance(result, Result) for result in found)
    assert read_results(tmp_path / "none.jsonl") == []
    file.write_text('{"a": 1}\n' + lines[0] + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not a result"):
        read_results(file)
