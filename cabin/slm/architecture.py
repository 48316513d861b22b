"""The shape of the intent model: a Llama decoder (Touvron et al. 2023, arXiv 2302.13971) in SmolLM2's proportions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Architecture"]


@dataclass(frozen=True)
class Architecture:
    """Sizes of the decoder. Defaults are SmolLM2-135M's but for the number of layers and tokens."""

    layers: int = 8
    hidden: int = 576
    heads: int = 9
    kv_heads: int = 3
    """Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245): three query heads share one key-value head."""
    feed_forward: int = 1536
    tokens: int = 12_000
    """Text tokens and control tokens together."""
    rope_theta: float = 100_000.0
    norm_eps: float = 1e-5
    max_length: int = 256
    """Tokens of utterance and calls together."""

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.hidden // self.heads

    @property
    def parameters(self) -> int:
        """Number of weights, the tied embedding counted once."""
        attention = self.hidden * self.hidden * 2 + 2 * self.hidden * self.kv_heads * self.head_size
        layer = attention + 3 * self.hidden * self.feed_forward + 2 * self.hidden
        return self.layers * layer + self.hidden + self.tokens * self.hidden

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Architecture:
        """Make one from `to_json`'s result. Raises TypeError for unknown fields."""
        return cls(**fields)
