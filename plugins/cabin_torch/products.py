"""Products y = x W in torch, each number format by the kernel that was fastest on one core.

Measured alone, milliseconds for all 32 products of the shipped model (28 million weights), one token / twelve tokens,
one core of a Zen 4 server processor (AVX-512 VNNI), torch 2.13, best of many:

    int8  torch.ops.quantized.linear_dynamic (fbgemm)     1.5 / 3.0    taken for int8 of a column or a matrix
    int8  the same, engine onednn                         7.7 / 5.1
    int8  the same, engine qnnpack                        6.8 / 15.5
    int8  torch._int_mm, activations quantized here       3.7 / 6.4    taken where fbgemm is missing
    int8  torch._weight_int8pack_mm, bfloat16             4.3 / 13.3
    int8  torch.ops.onednn.qlinear_pointwise              6.1 / 12.4
    int4  torch._weight_int4pack_mm_for_cpu, bfloat16     2.0 / 9.5    taken for int4
    fp16  torch.ops.quantized.linear_dynamic_fp16         2.4 / 8.4    taken for fp16, nf4, int8 of groups
    bf16  torch.nn.functional.linear                     15.7 / 20.2
    fp32  torch.nn.functional.linear                      9.8 / 19.0   taken for fp32

The float16 kernel holds two bytes a weight and multiplies in FP32: NF4 and int8 of groups are made float16 when loaded,
which costs them memory and at most 1/2048 of a weight. Torch calls its quantized tensors deprecated; where they cannot
be made, `_int_mm` and FP32 take their place.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cabin.quantization.mapping import Quantized
from cabin.quantization.tensors import StoredTensor

__all__ = ["Product", "make_product"]

_log = logging.getLogger(__name__)

Product = Callable[[Tensor], Tensor]
"""Takes x (t, in) and returns (t, out), both float32."""

_SMALLEST = 1e-9
"""A row of nothing but zeros is divided by this."""
_INT4_GROUPS = (32, 64, 128, 256)
"""Sizes that the 4-bit kernel knows; its outputs come in blocks of 16."""


def make_product(tensor: StoredTensor) -> Product:
    """Return the product with a stored matrix (in, out) of any layout."""
    if tensor.format == "fp32":
        weight = torch.tensor(tensor.dequantize().T).contiguous()
        return lambda x: functional.linear(x, weight)
    if tensor.layout == "columns":
        return _int8(tensor.quantized())
    if tensor.layout == "nibbles" and _has_int4_kernel(tensor):
        return _Int4(tensor.quantized())
    return _float16(torch.tensor(tensor.dequantize().T))


def _int8(small: Quantized) -> Product:
    if "fbgemm" in torch.backends.quantized.supported_engines:
        try:
            return _Fbgemm(small)
        except (AttributeError, RuntimeError) as error:
            _log.info("torch has no packed 8-bit product (%s), its plain one is used", error)
    return _IntMm(small)


def _float16(weight: Tensor) -> Product:
    """Return the product with a matrix (out, in) kept in float16, or in float32 where torch has no kernel for it."""
    try:
        with _packing("fbgemm"):
            packed = torch.ops.quantized.linear_prepack_fp16(weight, None)
        torch.ops.quantized.linear_dynamic_fp16(weight[:1], packed)
    except (AttributeError, RuntimeError) as error:
        _log.info("torch has no float16 product (%s), float32 is used", error)
        whole = weight.contiguous()
        return lambda x: functional.linear(x, whole)
    return lambda x: torch.ops.quantized.linear_dynamic_fp16(x, packed)


class _Fbgemm:
    """Packed 8-bit weights; activations become 8-bit at each call, with one scale for all rows.

    So rows are brought to the same largest value first, as in decoder.onnx: one token with a large value would take the
    resolution of all others.
    """

    def __init__(self, small: Quantized) -> None:
        rows = small.values.shape[0]
        scales = torch.tensor(np.broadcast_to(small.scales[:, 0], rows).astype(np.float64))
        zeros = torch.tensor(np.broadcast_to(small.zeros[:, 0], rows).astype(np.int64))
        with _packing("fbgemm"):
            weight = torch._make_per_channel_quantized_tensor(torch.from_numpy(small.values), scales, zeros, 0)
            self._packed = torch.ops.quantized.linear_prepack(weight, None)
        self._reduced = not torch.cpu._is_vnni_supported()
        """Older processors add pairs of products in 16 bits, which 8-bit activations would overflow: 7 bits then."""

    def __call__(self, x: Tensor) -> Tensor:
        if len(x) == 1:
            return torch.ops.quantized.linear_dynamic(x, self._packed, self._reduced)
        largest = x.abs().amax(dim=1, keepdim=True).clamp_min_(_SMALLEST)
        return torch.ops.quantized.linear_dynamic(x / largest, self._packed, self._reduced).mul_(largest)


class _IntMm:
    """Plain 8-bit weights; activations become 8-bit at each call, each row with its own scale."""

    def __init__(self, small: Quantized) -> None:
        self._weight = torch.from_numpy(np.ascontiguousarray(small.values)).t()
        self._scales = torch.tensor(small.scales.T)
        self._zeros = torch.tensor(small.zeros.T.astype(np.float32)) if small.zeros.any() else None

    def __call__(self, x: Tensor) -> Tensor:
        steps = x.abs().amax(dim=1, keepdim=True).clamp_min_(_SMALLEST) / 127
        rounded = (x / steps).round_()
        y = torch._int_mm(rounded.to(torch.int8), self._weight).to(torch.float32)
        if self._zeros is not None:
            y -= rounded.sum(dim=1, keepdim=True) * self._zeros
        return y.mul_(steps).mul_(self._scales)


class _Int4:
    """Packed 4-bit weights, a scale and a zero point for each group; activations are rounded to bfloat16."""

    def __init__(self, small: Quantized) -> None:
        self._group = small.scheme.group
        raised = torch.from_numpy(small.values.astype(np.int32) + 8)
        self._packed = torch._convert_weight_to_int4pack_for_cpu(raised, 1)
        scales = torch.from_numpy(small.scales.T.copy())
        middles = scales * -torch.from_numpy(small.zeros.T.astype(np.float32))  # what the stored 8 stands for
        self._scales = torch.stack([scales, middles], dim=2).to(torch.bfloat16).contiguous()

    def __call__(self, x: Tensor) -> Tensor:
        small = x.to(torch.bfloat16)
        return torch._weight_int4pack_mm_for_cpu(small, self._packed, self._group, self._scales).to(torch.float32)


def _has_int4_kernel(tensor: StoredTensor) -> bool:
    """Whether the 4-bit kernel takes this shape; without AVX2 it would be one that nobody made fast."""
    inputs, outputs = tensor.shape
    fits = tensor.group in _INT4_GROUPS and inputs % tensor.group == 0 and outputs % 16 == 0
    is_fast = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    return fits and is_fast and hasattr(torch, "_weight_int4pack_mm_for_cpu")


@contextmanager
def _packing(engine: str) -> Iterator[None]:
    """Choose the engine that weights are packed for, and keep torch from repeating its warning for each of them."""
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*deprecated", category=UserWarning)
        torch.backends.quantized.engine = engine
        try:
            yield
        finally:
            torch.backends.quantized.engine = before
