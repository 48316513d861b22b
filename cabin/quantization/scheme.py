"""A scheme: which numbers weights become, and over which values one scale is shared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from cabin.errors import Problem, UsageError, nearest

__all__ = ["FORMATS", "Scheme", "parse_granularity"]

FORMATS = ("fp32", "fp16", "int8", "int4")


@dataclass(frozen=True)
class Scheme:
    """How weights are stored. INT8 per channel is what ships."""

    number_format: Literal["fp32", "fp16", "int8", "int4"] = "int8"
    granularity: Literal["tensor", "channel", "group"] = "channel"
    """What shares a scale: a whole matrix, one output channel, or `group` inputs of one output channel."""
    group: int = 0
    """Inputs that share a scale; 0 unless the granularity is "group"."""
    is_symmetric: bool = True
    """Zero point 0; else an affine mapping with a zero point."""
    version: int = 1

    @property
    def bits(self) -> int:
        """Bits of one weight."""
        return {"fp32": 32, "fp16": 16, "int8": 8, "int4": 4}[self.number_format]

    @property
    def name(self) -> str:
        """A short name: "int8-channel", "int4-group32"."""
        if self.bits > 8:
            return self.number_format
        shape = f"group{self.group}" if self.granularity == "group" else self.granularity
        return f"{self.number_format}-{shape}" + ("" if self.is_symmetric else "-affine")

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them."""
        return asdict(self)


def parse_granularity(text: str) -> tuple[Literal["tensor", "channel", "group"], int]:
    """Read "tensor", "channel" or "group:N". Raises UsageError."""
    kind, _, size = text.partition(":")
    if kind == "group" and size.isdigit() and int(size) in (16, 32, 64, 128, 256):
        return "group", int(size)
    if kind in ("tensor", "channel") and not size:
        return kind, 0  # type: ignore[return-value]
    raise UsageError(
        Problem(
            "unknown granularity",
            where="--granularity",
            seen=text,
            expected="tensor, channel or group:N with N one of 16, 32, 64, 128, 256",
            hint=nearest(kind, ("tensor", "channel", "group")),
        )
    )
