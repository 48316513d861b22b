"""Mixed precision: which products get few bits, in the order of what a byte saved costs.

Either as few as a size asks for, or as many as a loss allows: the first by adding up bytes, the second by measuring
mixtures of the real model, halving the interval (the loss grows with the number of products, but for chance).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cabin.errors import ModelError, Problem
from cabin.quantization.scheme import Scheme
from cabin.quantization.sensitivity import Sensitivity

__all__ = ["Mixture", "mix", "mix_share", "mix_within_bytes", "mix_within_loss"]


@dataclass(frozen=True)
class Mixture:
    """A scheme with overrides, and how it was found."""

    scheme: Scheme
    count: int
    """Products in few bits."""
    tried: tuple[tuple[int, float], ...] = ()
    """(products in few bits, points of function lost) of each mixture measured."""


def mix(sensitivity: Sensitivity, count: int) -> Scheme:
    """Return the scheme in which the `count` cheapest products have few bits."""
    return sensitivity.high.with_overrides({row.name: sensitivity.low for row in sensitivity.products[:count]})


def mix_share(sensitivity: Sensitivity, share: float) -> Mixture:
    """Save at least `share` (0 to 1) of what few bits everywhere would save."""
    wanted = share * sum(row.saved for row in sensitivity.products)
    return _first_that_saves(sensitivity, wanted)


def mix_within_bytes(sensitivity: Sensitivity, bytes_high: int, most: int) -> Mixture:
    """Return the mixture with the fewest products in few bits whose size is at most `most` bytes.

    `bytes_high` is the size with none of them. Raises ModelError when all of them are not enough.
    """
    found = _first_that_saves(sensitivity, bytes_high - most)
    least = bytes_high - sum(row.saved for row in sensitivity.products)
    if least > most:
        hint = f"Allow more, or choose fewer bits than {sensitivity.low.name}."
        seen = f"{least / 1e6:.2f} MB with every product in {sensitivity.low.name}"
        raise ModelError(Problem("no mixture is that small", "--max-mb", seen, f"at most {most / 1e6:g} MB", hint))
    return found


def _first_that_saves(sensitivity: Sensitivity, wanted: float) -> Mixture:
    saved = count = 0
    for row in sensitivity.products:
        if saved >= wanted:
            break
        saved, count = saved + row.saved, count + 1
    return Mixture(mix(sensitivity, count), count)


def mix_within_loss(sensitivity: Sensitivity, most: float, lost: Callable[[Scheme], float]) -> Mixture:
    """Return the mixture with the most products in few bits that loses at most `most` points of function.

    `lost` measures a scheme. With none of them the loss is not measured: that is what the caller has to start from.
    """
    low, high = 0, len(sensitivity.products)
    tried = []
    middle = high  # all of them first: often that is good enough, and then one measurement does
    while low < high:
        loss = lost(mix(sensitivity, middle))
        tried.append((middle, loss))
        low, high = (middle, high) if loss <= most else (low, middle - 1)
        middle = (low + high + 1) // 2
    return Mixture(mix(sensitivity, low), low, tuple(tried))
