"""Structured pruning: whole neurons of the feed-forward parts, and whole layers, are taken out; training then goes on.

Neurons: importance is the squared first-order change of the loss if the neuron's output were 0 (Molchanov et al. 2019,
arXiv 1906.10771, equation 8, with a gate on each neuron): the gate's gradient is the sum over the neuron's column of
down_proj of weight times gradient. It is summed over batches; each layer keeps its most important neurons.

Layers: each is left out in turn and the loss measured as it is; the one that is missed least goes, and all is measured
again. First-order estimates say little about taking out so much at once, and there are few enough layers to try.

What is left is a smaller network of the same kind: every engine runs it, and faster, which zeros between other weights
would not give. Key-value heads are not pruned: their number is tied to the width of the attention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cabin.errors import Problem, UsageError
from cabin.slm.grammar import CallGrammar
from cabin.slm.package import read_info
from cabin.slm.training.batches import check_writable, stream_batches
from cabin.slm.training.network import IntentNetwork
from cabin.slm.training.start import from_model
from cabin.slm.training.trainer import choice_loss, choice_scores
from cabin.slm.training.weights import read_tokenizer, write_fp32
from cabin.slm.vocabulary import Vocabulary

if TYPE_CHECKING:
    from cabin.slm.corpus import Corpus
    from cabin.slm.training.batches import Batch

__all__ = ["Pruned", "mean_loss", "neuron_importance", "prune_model", "without_layers", "without_neurons"]

_BATCH = 32
"""Sentences whose gradients are summed before they are squared: few, so that they do not cancel each other."""


@dataclass(frozen=True)
class Pruned:
    """What was taken out, and what that did before any training."""

    layers: tuple[int, ...]
    """Numbers of the layers kept, from 0 on."""
    feed_forward: int
    """Neurons kept in each layer."""
    parameters_before: int
    parameters_after: int
    loss_before: float
    """Nats a choice, on as many held-back sentences as were measured on."""
    loss_after: float


def prune_model(
    source: Path,
    target: Path,
    corpus: Corpus,
    *,
    layers: int | None = None,
    feed_forward: int | None = None,
    sentences: int = 1024,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Pruned:
    """Prune the model of a folder and write an FP32 folder, to go on training from; layers go first.

    Importance is measured on `sentences` of the training text that can be written with the model's calls. Raises
    ModelError when there are none or a folder cannot be used, UsageError when there is nothing to take out.
    """
    torch.manual_seed(seed)
    info, tokenizer = read_info(source), read_tokenizer(source)
    vocabulary = Vocabulary(tokenizer, info.control)
    grammar = CallGrammar(info.spec, vocabulary)
    check_writable(corpus, grammar, source)
    network, _ = from_model(source, None, vocabulary, seed)
    count = -(-sentences // _BATCH)
    batches, held_back = (
        list(islice(stream_batches(corpus.stream(split, seed), grammar, _BATCH, pool=count), count))
        for split in ("train", "held_back")
    )
    smaller, kept = network, list(range(info.architecture.layers))
    if layers is not None:
        smaller, kept = without_layers(smaller, batches, layers, tell)
    if feed_forward is not None:
        tell("measuring the importance of neurons")
        smaller = without_neurons(smaller, neuron_importance(smaller, batches), feed_forward)
    before, after = info.architecture, smaller.architecture
    losses = mean_loss(network, held_back), mean_loss(smaller, held_back)
    found = Pruned(tuple(kept), after.feed_forward, before.parameters, after.parameters, *losses)
    facts: dict[str, Any] = {"layers": kept, "feed_forward": after.feed_forward, "sentences": count * _BATCH}
    provenance = {**info.provenance, "pruned": facts}
    known = replace(info, architecture=after, number_format="fp32", provenance=provenance)
    write_fp32(target, known, smaller, tokenizer)
    return found


def mean_loss(network: IntentNetwork, batches: Sequence[Batch]) -> float:
    """Return the mean loss of the batches, in nats a choice."""
    with torch.no_grad():
        losses = [float(choice_loss(choice_scores(network, batch), batch)) for batch in batches]
    return sum(losses) / len(losses)


def neuron_importance(network: IntentNetwork, batches: Sequence[Batch]) -> Tensor:
    """Return the importance (layers, feed_forward) of every neuron on these batches."""
    total = torch.zeros(network.architecture.layers, network.architecture.feed_forward)
    for batch in batches:
        network.zero_grad(set_to_none=True)
        choice_loss(choice_scores(network, batch), batch).backward()
        for at, layer in enumerate(network.layers):
            down = layer.mlp.down_proj.weight
            total[at] += (down.detach() * down.grad).sum(0).square()
    network.zero_grad(set_to_none=True)
    return total


def without_neurons(network: IntentNetwork, importance: Tensor, feed_forward: int) -> IntentNetwork:
    """Return a network whose layers keep their `feed_forward` most important neurons, in their order.

    Raises UsageError when there are not more than that.
    """
    before = network.architecture
    if not 0 < feed_forward < before.feed_forward:
        expected = f"fewer than the {before.feed_forward} that there are"
        raise UsageError(Problem("no neuron can be taken out", "--feed-forward", str(feed_forward), expected))
    weights = dict(network.state_dict())
    for layer, scores in enumerate(importance):
        kept = scores.topk(feed_forward).indices.sort().values
        at = f"layers.{layer}.mlp"
        for name in ("gate_proj", "up_proj"):
            weights[f"{at}.{name}.weight"] = weights[f"{at}.{name}.weight"][kept]
        weights[f"{at}.down_proj.weight"] = weights[f"{at}.down_proj.weight"][:, kept]
    smaller = IntentNetwork(replace(before, feed_forward=feed_forward))
    smaller.load_state_dict(weights)
    return smaller


def without_layers(
    network: IntentNetwork, batches: Sequence[Batch], layers: int, tell: Callable[[str], None]
) -> tuple[IntentNetwork, list[int]]:
    """Return a network of `layers` layers, and the numbers of those that were kept, from 0 on.

    `tell` hears of each layer taken out. Raises UsageError when there are not more than that.
    """
    before = network.architecture
    if not 0 < layers < before.layers:
        expected = f"fewer than the {before.layers} that there are"
        raise UsageError(Problem("no layer can be taken out", "--layers", str(layers), expected))
    whole, kept = network.layers, list(range(before.layers))
    try:
        while len(kept) > layers:
            losses = {}
            for out in kept:
                network.layers = nn.ModuleList(whole[at] for at in kept if at != out)
                losses[out] = mean_loss(network, batches)
            least = min(losses, key=losses.__getitem__)
            kept.remove(least)
            tell(f"without layer {least} the loss is {losses[least]:.3f}")
    finally:
        network.layers = whole
    weights = {name: weight for name, weight in network.state_dict().items() if not name.startswith("layers.")}
    for new, old in enumerate(kept):
        weights |= {f"layers.{new}.{name}": weight for name, weight in whole[old].state_dict().items()}
    smaller = IntentNetwork(replace(before, layers=layers))
    smaller.load_state_dict(weights)
    return smaller, kept
