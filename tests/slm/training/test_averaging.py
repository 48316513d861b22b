from __future__ import annotations

import torch
from torch import nn

from cabin.slm.training.averaging import WeightAverage


def network(value):
    made = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        made.weight.fill_(value)
    return made


def test_the_average_follows_slowly_once_it_is_old():
    average = WeightAverage(network(0.0), 0.9)
    mean, weight = 0.0, 0.0
    for step in range(40):
        weight = float(step % 3)
        decay = min(0.9, (1 + step) / (10 + step))
        mean = decay * mean + (1 - decay) * weight
        average.update(network(weight))
    last = network(weight)
    average.put_into(last)
    assert torch.allclose(last.weight, torch.full((1, 2), mean), atol=1e-6)
    assert abs(mean - 1.0) < 0.3  # of 0, 1, 2, 0, 1, 2, ... it is near the mean


def test_of_equal_weights_it_is_these_weights():
    average = WeightAverage(network(3.0), 0.99)
    for _ in range(5):
        average.update(network(3.0))
    other = network(8.0)
    average.put_into(other)
    assert torch.equal(other.weight, network(3.0).weight)


def test_it_goes_on_from_its_state():
    whole, first = WeightAverage(network(0.0), 0.5), WeightAverage(network(0.0), 0.5)
    for value in (1.0, 5.0):
        whole.update(network(value))
    first.update(network(1.0))
    second = WeightAverage(network(7.0), 0.5)
    second.load(first.state())
    second.update(network(5.0))
    ends = network(0.0), network(0.0)
    whole.put_into(ends[0])
    second.put_into(ends[1])
    assert torch.equal(ends[0].weight, ends[1].weight)
    assert second.updates == 2
