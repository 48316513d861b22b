"""The network in training: causal, of the reach that its shape says, and a loss that hears false wakes."""

from __future__ import annotations

import pytest
import torch

from cabin.wake.training.network import WakeNetwork, phrase_loss
from cabin.wake.training.plan import DetectorShape

SHAPE = DetectorShape(channels=8, kernel=3, dilations=(1, 3))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(2)
    return WakeNetwork(SHAPE).eval()


def test_size_of_the_default():
    count = sum(parameter.numel() for parameter in WakeNetwork(DetectorShape()).parameters())
    assert 50_000 < count < 150_000


def test_what_comes_later_changes_nothing(network):
    features = torch.randn(1, 40, 80)
    changed = features.clone()
    changed[:, 25:] += 1.0
    with torch.no_grad():
        same, other = network(features)[0], network(changed)[0]
    torch.testing.assert_close(same[:25], other[:25])
    assert not torch.allclose(same[25:], other[25:])


def test_it_looks_back_as_far_as_its_shape_says(network):
    features = torch.randn(1, 40, 80)
    changed = features.clone()
    changed[:, 10] += 5.0
    with torch.no_grad():
        difference = (network(features) - network(changed))[0].abs() > 1e-7
    last = int(difference.nonzero().max())
    assert last == 10 + SHAPE.reach  # the first layer looks one step further back


@pytest.mark.parametrize("place", [5, 20])
def test_a_false_wake_costs_more_than_a_little_doubt_everywhere(place):
    labels = torch.zeros(1, 40)
    doubt, wake = torch.full((1, 40), -4.0), torch.full((1, 40), -9.0)
    wake[0, place] = 6.0
    assert phrase_loss(wake, labels) > 3 * phrase_loss(doubt, labels)


def test_steps_that_are_neither_cost_nothing():
    labels = torch.zeros(1, 40)
    labels[0, 10:20] = -1
    logits = torch.full((1, 40), -5.0)
    before = phrase_loss(logits, labels)
    logits[0, 12] = 8.0
    assert phrase_loss(logits, labels) == before


def test_hearing_the_phrase_costs_less_than_missing_it():
    labels = torch.zeros(1, 40)
    labels[0, 10:14] = 1
    heard = torch.full((1, 40), -5.0)
    missed = heard.clone()
    heard[0, 10:14] = 5.0
    assert phrase_loss(heard, labels) < phrase_loss(missed, labels)
