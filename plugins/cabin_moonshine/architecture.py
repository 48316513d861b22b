"""The shape of a rebuilt Moonshine model, and the names of the files in its folder.

Architecture: Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands" (2024),
https://arxiv.org/abs/2410.15608: three convolutions over the raw samples, an encoder with rotary positions, a decoder
with SwiGLU blocks, and an output head tied to the token embedding.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cabin.errors import ModelError, Problem

__all__ = [
    "ARCHITECTURE_FILE",
    "DECODER_FILE",
    "DECODER_WEIGHTS_FILE",
    "EMBEDDING_FILE",
    "ENCODER_FILE",
    "ENCODER_WEIGHTS_FILE",
    "MIN_SAMPLES",
    "TOKENIZER_FILE",
    "Architecture",
    "load_architecture",
]

ARCHITECTURE_FILE = "moonshine.json"
ENCODER_FILE = "encoder.onnx"
ENCODER_WEIGHTS_FILE = "encoder.weights"
DECODER_FILE = "decoder.onnx"
DECODER_WEIGHTS_FILE = "decoder.weights"
EMBEDDING_FILE = "embedding.weights"
"""INT8, one row a token; the decoder's output head and the lookup of tokens both read this one file."""
TOKENIZER_FILE = "tokenizer.bin"

MIN_SAMPLES = 127 + 64 * 12
"""The fewest samples that give one frame: kernels 127, 7, 3 with strides 64, 3, 2."""


@dataclass(frozen=True)
class Architecture:
    """What the run time must know of a rebuilt model."""

    name: str
    """moonshine-base-en or moonshine-tiny-en."""
    scheme: str
    """fp32, int8-rows or int8-blocks (cabin_moonshine.graph_builder)."""
    hidden: int
    heads: int
    head_dim: int
    rotary_dim: int
    """Leading dimensions of each head that are rotated."""
    encoder_layers: int
    decoder_layers: int
    vocabulary: int
    embedding_scale: float
    """An embedding is (value - embedding_zero_point) * embedding_scale."""
    embedding_zero_point: int

    def to_json(self) -> str:
        """Return the text of ARCHITECTURE_FILE."""
        return json.dumps(asdict(self), indent=1) + "\n"


def load_architecture(model_dir: Path) -> Architecture:
    """Read ARCHITECTURE_FILE. Raises ModelError when it is missing or not what the rebuild wrote."""
    path = model_dir / ARCHITECTURE_FILE
    hint = f"Run 'cabin models get {model_dir.name}'."
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(Problem("no Moonshine model here", str(model_dir), f"no {path.name}", hint=hint)) from error
    except (OSError, ValueError) as error:
        raise ModelError(Problem("cannot be read", str(path), str(error), "JSON", hint)) from error
    types = {field.name: {"str": str, "int": int, "float": float}[str(field.type)] for field in fields(Architecture)}
    if not isinstance(values, dict) or {key: type(value) for key, value in values.items()} != types:
        raise ModelError(
            Problem("not written by this version of cabin", str(path), expected=", ".join(types), hint=hint)
        )
    return Architecture(**values)
