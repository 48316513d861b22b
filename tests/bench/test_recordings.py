from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench.recordings import Order, load_recordings, loudest, mix_at, order_of
from cabin.errors import UsageError
from cabin.messages import Command


def tone(seconds: float, size: float) -> np.ndarray:
    return (size * np.sin(np.arange(int(16_000 * seconds)) * 0.3)).astype(np.float32)


def test_the_loudest_tenth_of_a_second_counts():
    sound = np.concatenate([tone(1, 0.01), tone(0.1, 0.5), tone(1, 0.01)])
    assert loudest(sound) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    assert loudest(np.zeros(8000, np.float32)) == 0.0
    assert loudest(np.zeros(0, np.float32)) == 0.0
    assert loudest(np.full(100, 0.5, np.float32)) == pytest.approx(0.5)


@pytest.mark.parametrize("snr_db", [24.0, 6.0, 0.0, -6.0])
def test_noise_lies_as_far_under_the_speech_as_asked(snr_db):
    speech = np.concatenate([tone(1, 0.005), tone(0.5, 0.02), np.zeros(16_000, np.float32)])
    noise = np.random.default_rng(1).normal(0, 0.3, 40_000 * 4).astype(np.float32)
    mixed = mix_at(speech, noise, snr_db, "a")
    added = mixed - speech
    assert 20 * np.log10(loudest(speech) / loudest(added)) == pytest.approx(snr_db, abs=0.05)


def test_the_excerpt_is_drawn_by_the_key_and_never_too_short():
    speech, noise = tone(2, 0.1), np.random.default_rng(2).normal(0, 0.1, 160_000).astype(np.float32)
    assert np.array_equal(mix_at(speech, noise, 6, "a"), mix_at(speech, noise, 6, "a"))
    assert not np.array_equal(mix_at(speech, noise, 6, "a"), mix_at(speech, noise, 6, "b"))
    assert len(mix_at(speech, noise[:1000], 6, "a")) == len(speech)
    assert np.array_equal(mix_at(speech, np.zeros(1000, np.float32), 6, "a"), speech)
    assert np.abs(mix_at(tone(1, 0.9), noise, -20, "a")).max() <= 1.0


def test_orders_are_compared_without_their_writing(tmp_path):
    write_wav(tmp_path / "a.wav", tone(0.2, 0.1))
    rows = [
        {"file": "a.wav", "intent": "orderDrink", "slots": {"coffeeDrink": "Iced coffee", "numberOfShots": 2}},
        {"file": "a.wav", "intent": None},
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    order, nothing = load_recordings(tmp_path)
    assert nothing.order is None
    said = Command("coffee.order_drink", {"number_of_shots": 2.0, "coffee_drink": "iced_coffee"})
    assert (
        order.order
        == order_of(said)
        == Order("order_drink", (("coffee_drink", "iced coffee"), ("number_of_shots", "2")))
    )
    assert order_of(None) is None
    assert len(load_recordings(tmp_path, limit=1)) == 1


def test_all_that_is_wrong_with_labels_is_told_at_once(tmp_path):
    with pytest.raises(UsageError, match="no labels"):
        load_recordings(tmp_path)
    (tmp_path / "labels.jsonl").write_text('nonsense\n[1]\n{"file": "no.wav", "intent": "x"}\n', encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        load_recordings(tmp_path)
    assert [problem.where.rpartition(":")[2] for problem in raised.value.problems] == ["1", "2", "3"]
    (tmp_path / "labels.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no recording"):
        load_recordings(tmp_path)
