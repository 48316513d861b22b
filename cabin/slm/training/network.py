"""The intent model in torch, with the names of SmolLM2's checkpoint, so that its weights load without translation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cabin.slm.architecture import Architecture

__all__ = ["IntentNetwork"]


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

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, _ = x.shape
        q = self.q_proj(x).view(batch, length, self.a.heads, -1).transpose(1, 2)
        k = self.k_proj(x).view(batch, length, self.a.kv_heads, -1).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, self.a.kv_heads, -1).transpose(1, 2)
        q, k = _rotate(q, cos, sin).to(v.dtype), _rotate(k, cos, sin).to(v.dtype)
        group = self.a.heads // self.a.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))
        return out


class _FeedForward(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(a.hidden, a.feed_forward, bias=False)
        self.up_proj = nn.Linear(a.hidden, a.feed_forward, bias=False)
        self.down_proj = nn.Linear(a.feed_forward, a.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class _Layer(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.input_layernorm = _Norm(a.hidden, a.norm_eps)
        self.self_attn = _Attention(a)
        self.post_attention_layernorm = _Norm(a.hidden, a.norm_eps)
        self.mlp = _FeedForward(a)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class IntentNetwork(nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    """A causal decoder without output head: the embedding is the head, only its rows of interest are multiplied."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
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
        x = self.embed_tokens(tokens)
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        for layer in self.layers:
            x = layer(x, cos, sin)
        out: Tensor = self.norm(x)
        return out
