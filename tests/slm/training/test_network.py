from __future__ import annotations

import pytest
import torch

from cabin.slm.training.network import IntentNetwork
from tests.slm import tiny


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return IntentNetwork(tiny.architecture(50)).eval()


TOKENS = torch.tensor([[3, 1, 4, 1, 5, 9]])


def test_a_hidden_state_for_each_token(network):
    assert network(TOKENS).shape == (1, 6, network.architecture.hidden)


def test_what_comes_later_changes_nothing_before(network):
    """Causal; so padding on the right is harmless, and the run-time may go token by token."""
    padded = torch.cat((TOKENS, torch.tensor([[7, 7]])), dim=1)
    with torch.no_grad():
        assert torch.allclose(network(TOKENS), network(padded)[:, :6], atol=1e-5)


def test_the_order_of_tokens_matters(network):
    with torch.no_grad():
        assert not torch.allclose(network(TOKENS)[0, -1], network(TOKENS[:, [1, 0, 2, 3, 4, 5]])[0, -1], atol=1e-5)


def test_only_the_distance_between_tokens_is_seen():
    """Rotary positions: the same two tokens, three places further, score each other alike."""
    from cabin.slm.training.network import _rotate

    a = tiny.architecture(50)
    network = IntentNetwork(a)
    query, key = torch.randn(a.head_size), torch.randn(a.head_size)

    def score(at, other):
        return _rotate(query, network.cos[at], network.sin[at]) @ _rotate(key, network.cos[other], network.sin[other])

    assert torch.allclose(score(5, 2), score(8, 5), atol=1e-4)
    assert not torch.allclose(score(5, 2), score(5, 3), atol=1e-4)


def test_parameters_are_those_of_the_architecture(network):
    assert sum(each.numel() for each in network.parameters()) == network.architecture.parameters
