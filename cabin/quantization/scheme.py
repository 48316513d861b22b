"""A scheme: which numbers weights become, over which values one scale is shared, and how its range is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast

from cabin.errors import Problem, UsageError, nearest

__all__ = [
    "CALIBRATIONS",
    "FORMATS",
    "GROUPS",
    "Calibration",
    "Format",
    "Granularity",
    "Scheme",
    "parse_granularity",
    "parse_scheme",
]

Format = Literal["fp32", "fp16", "int8", "int4", "nf4"]
Granularity = Literal["tensor", "channel", "group"]
Calibration = Literal["minmax", "percentile", "mse"]

FORMATS: tuple[Format, ...] = ("fp32", "fp16", "int8", "int4", "nf4")
CALIBRATIONS: tuple[Calibration, ...] = ("minmax", "percentile", "mse")
GROUPS = (16, 32, 64, 128, 256)
"""Sizes of a group that engines have kernels for."""
_BITS = {"fp32": 32, "fp16": 16, "int8": 8, "int4": 4, "nf4": 4}
_KNOWN = ("fp32", "fp16", "int8-tensor", "int8-channel", "int8-group64", "int4-channel", "int4-group32", "nf4-group64")
_NAME = re.compile(
    r"(?P<form>int8|int4|nf4)-(?:(?P<kind>tensor|channel)|group(?P<group>\d+))(?P<affine>-affine)?"
    r"(?:-(?P<mse>mse)|-p(?P<percentile>\d+(?:\.\d+)?))?"
)


@dataclass(frozen=True)
class Scheme:
    """How weights are stored. INT8 per channel is what ships."""

    number_format: Format = "int8"
    granularity: Granularity = "channel"
    """What shares a scale: a whole matrix, one output channel, or `group` inputs of one output channel."""
    group: int = 0
    """Inputs that share a scale; 0 unless the granularity is "group"."""
    is_symmetric: bool = True
    """Zero point 0; else an affine mapping with a zero point (integers only)."""
    calibration: Calibration = "minmax"
    """How the range of a scale is found (cabin.quantization.ranges)."""
    percentile: float = 99.9
    """With calibration "percentile": how much of the weights the range holds, in percent."""
    overrides: tuple[tuple[str, Scheme], ...] = ()
    """Mixed precision: (name of a product, its own scheme); all others follow this scheme."""
    version: int = 1

    @property
    def bits(self) -> int:
        """Bits of one weight."""
        return _BITS[self.number_format]

    @property
    def name(self) -> str:
        """A short name: "int8-channel", "int4-group32-mse", "int8-channel+14xint4-group32"."""
        name: str = self.number_format
        if self.bits <= 8:
            name += f"-group{self.group}" if self.granularity == "group" else f"-{self.granularity}"
            name += "" if self.is_symmetric else "-affine"
            name += {"minmax": "", "mse": "-mse", "percentile": f"-p{self.percentile:g}"}[self.calibration]
        others = [scheme.name for _, scheme in self.overrides]
        return "+".join([name, *(f"{others.count(other)}x{other}" for other in dict.fromkeys(others))])

    def of(self, product: str) -> Scheme:
        """Return the scheme of one product: its own one, or this without overrides."""
        return dict(self.overrides).get(product) or self.without_overrides()

    def without_overrides(self) -> Scheme:
        """Return the scheme of all tensors that have none of their own."""
        return replace(self, overrides=()) if self.overrides else self

    def with_overrides(self, own: Mapping[str, Scheme]) -> Scheme:
        """Return this scheme with other ones for the products named."""
        return replace(self, overrides=tuple(sorted(own.items())))

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them."""
        return asdict(self) | {"overrides": {name: scheme.to_json() for name, scheme in self.overrides}}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Scheme:
        """Make one from `to_json`'s result. Raises TypeError for unknown fields."""
        own = {name: cls.from_json(scheme) for name, scheme in dict(fields.get("overrides") or {}).items()}
        return cls(**{**fields, "overrides": tuple(sorted(own.items()))})


def parse_granularity(text: str) -> tuple[Granularity, int]:
    """Read "tensor", "channel" or "group:N". Raises UsageError."""
    kind, _, size = text.partition(":")
    if kind == "group" and size.isdigit() and int(size) in GROUPS:
        return "group", int(size)
    if kind in ("tensor", "channel") and not size:
        return cast(Granularity, kind), 0
    raise UsageError(
        Problem(
            "unknown granularity",
            where="--granularity",
            seen=text,
            expected="tensor, channel or group:N with N one of 16, 32, 64, 128, 256",
            hint=nearest(kind, ("tensor", "channel", "group")),
        )
    )


def parse_scheme(text: str, where: str = "--schemes") -> Scheme:
    """Read a scheme's name, as `Scheme.name` writes it without overrides. Raises UsageError naming close ones."""
    if text in ("fp32", "fp16"):
        return Scheme(cast(Format, text))
    found = _NAME.fullmatch(text)
    group = int(found["group"] or 0) if found else 0
    percentile = float(found["percentile"] or 99.9) if found else 0.0
    if (
        found
        and (found["kind"] or group in GROUPS)
        and 50 <= percentile <= 100
        and not (found["form"] == "nf4" and found["affine"])
    ):
        return Scheme(
            cast(Format, found["form"]),
            cast(Granularity, found["kind"] or "group"),
            group,
            not found["affine"],
            "mse" if found["mse"] else "percentile" if found["percentile"] else "minmax",
            percentile,
        )
    hint = nearest(text, _KNOWN) or f"For instance {', '.join(_KNOWN)}; with -affine, -mse or -p99.9 behind."
    raise UsageError(Problem("unknown scheme", where, text, "FORMAT-GRANULARITY[-affine][-mse|-pN]", hint))
