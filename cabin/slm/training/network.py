"""The intent model in torch, with the names of SmolLM2's checkpoint, so that its weights load without translation."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from cabin.slm.architecture import Architecture

__all__ = ["IntentNetwork", "Products"]


class Products:
    """How the network multiplies by its matrices and reads its token table: here in the numbers as they are.

    Products are named as in a quantized model (cabin.quantization.tensors): those that read the same x are one.
    """

    def multiply(self, name: str, x: Tensor, weights: Sequence[Tensor]) -> Sequence[Tensor]:  # noqa: ARG002
        """Return x W^T for each matrix W (out, in) of the product; x is (batch, length, in)."""
        return [functional.linear(x, weight) for weight in weights]

    def rows(self, table: Tensor, tokens: Tensor) -> Tensor:
        """Return the rows of the token table (tokens, hidden), with hidden as the last axis."""
        picked: Tensor = functional.embedding(tokens, table)
        return picked


class _Norm(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    """Root-mean-square norm (Zhang and Sennrich 2019, arXiv 1910.07467)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021, arXiv 2104.09864), halves layout as in Llama checkpoints."""
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
    return x * cos + turned * sin


class _Attention(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.a = a
        width = a.kv_heads * a.head_size
        self.q_proj = nn.Linear(a.hidden, a.hidden, bias=False)
        self.k_proj = nn.Linear(a.hidden, width, bias=False)
        self.v_proj = nn.Linear(a.hidden, width, bias=False)
        self.o_proj = nn.Linear(a.hidden, a.hidden, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, products: Products, at: str) -> Tensor:
        batch, length, _ = x.shape
        weights = (self.q_proj.weight, self.k_proj.weight, self.v_proj.weight)
        q, k, v = (
            part.view(batch, length, -1, self.a.head_size).transpose(1, 2)
            for part in products.multiply(f"{at}.qkv", x, weights)
        )
        q, k = _rotate(q, cos, sin).to(v.dtype), _rotate(k, cos, sin).to(v.dtype)
        group = self.a.heads // self.a.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        (out,) = products.multiply(f"{at}.o", mixed.transpose(1, 2).reshape(batch, length, -1), (self.o_proj.weight,))
        return out


class _FeedForward(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(a.hidden, a.feed_forward, bias=False)
        self.up_proj = nn.Linear(a.hidden, a.feed_forward, bias=False)
        self.down_proj = nn.Linear(a.feed_forward, a.hidden, bias=False)

    def forward(self, x: Tensor, products: Products, at: str) -> Tensor:
        gate, up = products.multiply(f"{at}.gate_up", x, (self.gate_proj.weight, self.up_proj.weight))
        (out,) = products.multiply(f"{at}.down", functional.silu(gate) * up, (self.down_proj.weight,))
        return out


class _Layer(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.input_layernorm = _Norm(a.hidden, a.norm_eps)
        self.self_attn = _Attention(a)
        self.post_attention_layernorm = _Norm(a.hidden, a.norm_eps)
        self.mlp = _FeedForward(a)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, products: Products, at: str) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, products, f"{at}.self_attn")
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x), products, f"{at}.mlp")
        return out


class IntentNetwork(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    """A causal decoder without output head: the embedding is the head, only its rows of interest are multiplied."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.products = Products()
        self.embed_tokens = nn.Embedding(architecture.tokens, architecture.hidden)
        self.layers = nn.ModuleList(_Layer(architecture) for _ in range(architecture.layers))
        self.norm = _Norm(architecture.hidden, architecture.norm_eps)
        half = architecture.head_size // 2
        frequency = architecture.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
        angle = torch.outer(torch.arange(architecture.max_length, dtype=torch.float32), frequency)
        self.register_buffer("cos", torch.cat((angle, angle), dim=-1).cos(), persistent=False)
        self.register_buffer("sin", torch.cat((angle, angle), dim=-1).sin(), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Take tokens (batch, length), padded on the right; give hidden states (batch, length, hidden), normed."""
        x = self.rows(tokens)
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        for at, layer in enumerate(self.layers):
            x = layer(x, cos, sin, self.products, f"layers.{at}")
        out: Tensor = self.norm(x)
        return out

    def rows(self, tokens: Tensor) -> Tensor:
        """Return the tokens' rows of the table: what they are read as, and by what they are scored."""
        return self.products.rows(self.embed_tokens.weight, tokens)
