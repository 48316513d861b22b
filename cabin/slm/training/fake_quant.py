"""Fake quantization: the network computes with the numbers that a quantized model holds, and learns in floats.

Weights and activations are rounded as the quantized model rounds them; the gradient goes through the rounding as if it
were not there (straight-through estimator: Bengio et al. 2013, arXiv 1308.3432; for quantization-aware training Jacob
et al. 2018, arXiv 1712.05877, section 3). Scales are found anew in each step, so exporting afterwards gives the very
numbers that were trained with.

Weights follow cabin.quantization.linear and .normal_float, bit for bit. Activations follow what ONNX Runtime does:
per channel or matrix   unsigned 8 bits, each row brought to the same largest value, one range a sentence
in groups               signed 8 bits, one scale for each group of a row
nf4                     floats
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from cabin.errors import Problem, UsageError
from cabin.quantization.linear import integer_limits
from cabin.quantization.normal_float import LEVELS
from cabin.quantization.ranges import find_ranges
from cabin.quantization.scheme import GROUPS, Scheme
from cabin.slm.training.network import Products

__all__ = ["FakeQuantized", "quantize_weight", "straight_through"]

_SEARCH_EVERY = 25
"""Steps between two searches for percentile and least-error ranges; between them a range keeps its share of min-max."""
_SMALLEST_ROW = 1e-9


def straight_through(real: Tensor, rounded: Tensor) -> Tensor:
    """Return `rounded`, with the gradient going to `real`."""
    return rounded.detach() + (real - real.detach())


@dataclass(frozen=True)
class QuantizedWeight:
    """A matrix (out, in) as codes; real numbers are codes times scales."""

    codes: Tensor
    """(out, groups, inputs of a group): integers less their zero point, or levels of NF4."""
    scales: Tensor
    """(out or 1, groups, 1)."""

    def real(self, columns: int) -> Tensor:
        """Return the matrix (out, in) in floats."""
        return (self.codes * self.scales).flatten(1)[:, :columns]


class FakeQuantized(Products):
    """Products of a scheme; put it in a network's `products` for as long as it is to compute so.

    Raises UsageError for a scheme of floats: there would be nothing to learn.
    """

    def __init__(self, scheme: Scheme) -> None:
        if scheme.bits > 8:
            what = "training can only be made aware of quantization to integers or NF4"
            raise UsageError(Problem(what, "--qat", scheme.name, "int8-..., int4-... or nf4-..."))
        self.scheme = scheme
        self._shares: dict[str, tuple[int, Tensor, Tensor]] = {}

    def multiply(self, name: str, x: Tensor, weights: Sequence[Tensor]) -> Sequence[Tensor]:
        """Return x W^T for each matrix; they are quantized as the one matrix that they are in the model."""
        scheme = self.scheme.of(name)
        if scheme.bits > 8:
            return super().multiply(name, x, weights)
        weight = weights[0] if len(weights) == 1 else torch.cat(tuple(weights))
        small = quantize_weight(weight, scheme, self._share_of_range(name, weight, scheme))
        if scheme.granularity != "group" and scheme.bits == 8:
            out = _by_columns(x, weight, small)
        else:
            out = _by_groups(x, straight_through(weight, small.real(weight.shape[1])), scheme)
        return out.split([part.shape[0] for part in weights], dim=-1)  # type: ignore[no-any-return]

    def rows(self, table: Tensor, tokens: Tensor) -> Tensor:
        """Return rows of the token table, which is INT8 per row in every small model."""
        picked = super().rows(table, tokens)
        flat = picked.detach().reshape(-1, picked.shape[-1])
        small = quantize_weight(flat, Scheme("int8", "channel"))
        return straight_through(picked, small.real(flat.shape[1]).reshape(picked.shape))

    def _share_of_range(self, name: str, weight: Tensor, scheme: Scheme) -> tuple[Tensor, Tensor] | None:
        """Return which shares of the min-max range (low, high) the scheme's calibration wants; None: all of it."""
        if scheme.calibration == "minmax":
            return None
        uses, low_share, high_share = self._shares.get(name, (0, weight, weight))
        if uses % _SEARCH_EVERY == 0:
            blocks = _blocks(weight.detach(), scheme)
            found = [torch.from_numpy(each).to(weight.device) for each in find_ranges(blocks.cpu().numpy(), scheme)]
            widest = _widest(blocks, scheme)
            low_share, high_share = (
                torch.where(most == 0, 1, each / most) for each, most in zip(found, widest, strict=True)
            )
        self._shares[name] = (uses + 1, low_share, high_share)
        return low_share, high_share


def quantize_weight(weight: Tensor, scheme: Scheme, shares: tuple[Tensor, Tensor] | None = None) -> QuantizedWeight:
    """Return the matrix (out, in) in a scheme's codes: cabin.quantization.mapping in torch, equal bit for bit.

    `shares` say how much of the min-max range is covered below and above 0; without them all of it.
    """
    blocks = _blocks(weight.detach(), scheme)
    low, high = _widest(blocks, scheme)
    if shares is not None:
        low, high = low * shares[0], high * shares[1]
    if scheme.number_format == "nf4":
        scales = torch.where(high == 0, 1.0, high)
        levels = torch.from_numpy(LEVELS).to(weight.device)
        borders = (levels[1:] + levels[:-1]) / 2
        return QuantizedWeight(levels[torch.bucketize(blocks / scales, borders)], scales)
    bottom, top = integer_limits(scheme.bits, scheme.is_symmetric)
    width = torch.maximum(-low, high) / top if scheme.is_symmetric else (high - low) / (top - bottom)
    scales = torch.where(width == 0, 1.0, width)
    if scheme.is_symmetric:
        return QuantizedWeight((blocks / scales).round_().clamp_(bottom, top), scales)
    zeros = (bottom - low / scales).round().clamp(bottom, top)
    return QuantizedWeight(((blocks / scales).round_() + zeros).clamp_(bottom, top) - zeros, scales)


def _blocks(weight: Tensor, scheme: Scheme) -> Tensor:
    rows, columns = weight.shape
    size = scheme.group if scheme.granularity == "group" else columns
    groups = -(-columns // size)
    return functional.pad(weight, (0, groups * size - columns)).reshape(rows, groups, size)


def _widest(blocks: Tensor, scheme: Scheme) -> tuple[Tensor, Tensor]:
    """Return the min-max range of each scale; it holds 0."""
    axes = (0, 2) if scheme.granularity == "tensor" else (2,)
    low, high = blocks.amin(axes, keepdim=True).clamp(max=0), blocks.amax(axes, keepdim=True).clamp(min=0)
    if scheme.is_symmetric:
        high = torch.maximum(-low, high)
        low = -high
    return low, high


def _by_columns(x: Tensor, weight: Tensor, small: QuantizedWeight) -> Tensor:
    """Multiply as DynamicQuantizeMatMul does: integers by integers, which bfloat16 holds exactly too."""
    codes, scales = _unsigned_rows(x.float())
    row_scales = small.scales[:, 0]
    product = functional.linear(codes, straight_through(weight / row_scales, small.codes[:, 0]))
    return product.float() * scales * row_scales.T


def _unsigned_rows(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return x (batch, length, in) as integers less their zero point, and scales (batch, length, 1)."""
    with torch.no_grad():
        largest = x.abs().amax(-1, keepdim=True).clamp(min=_SMALLEST_ROW)
        level = x / largest
        low = level.amin((-2, -1), keepdim=True).clamp(max=0)
        high = level.amax((-2, -1), keepdim=True).clamp(min=0)
        step = (high - low) / 255
        step = torch.where(step == 0, 1.0, step)
        zero = (-low / step).round().clamp(0, 255)
        codes = ((level / step).round() + zero).clamp(0, 255) - zero
    scales = step * largest
    return straight_through(x / scales, codes), scales


def _by_groups(x: Tensor, weight: Tensor, scheme: Scheme) -> Tensor:
    """Multiply as MatMulNBits and MatMulBnb4 do; 8 bits are more than bfloat16 holds, so they stay in float32."""
    x = x.float() if scheme.number_format == "nf4" else _signed_groups(x.float(), scheme.group or _group_of(x))
    if scheme.bits < 8:
        out: Tensor = functional.linear(x, weight)
        return out
    with torch.autocast(x.device.type, enabled=False):
        exact: Tensor = functional.linear(x, weight)
        return exact


def _group_of(x: Tensor) -> int:
    """Return the group in which 4 bits per channel are stored (cabin.quantization.mapping.as_groups)."""
    return next((size for size in reversed(GROUPS) if x.shape[-1] % size == 0), GROUPS[0])


def _signed_groups(x: Tensor, size: int) -> Tensor:
    columns = x.shape[-1]
    with torch.no_grad():
        blocks = functional.pad(x, (0, -columns % size)).unflatten(-1, (-1, size))
        scales = blocks.abs().amax(-1, keepdim=True) / 127
        scales = torch.where(scales == 0, 1.0, scales)
        rounded = ((blocks / scales).round() * scales).flatten(-2)[..., :columns]
    return straight_through(x, rounded)
