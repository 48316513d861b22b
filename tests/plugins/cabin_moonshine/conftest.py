"""A small Moonshine model with random weights, and the real one where it was fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin import paths
from cabin_moonshine import architecture as files
from cabin_moonshine.architecture import Architecture
from cabin_moonshine.checkpoint import Affine, Checkpoint
from cabin_moonshine.graphs import write_decoder, write_encoder
from cabin_moonshine.tokenizer import END

HIDDEN, HEADS, VOCABULARY = 64, 4, 300
INNER = 128
LAYERS = 2


def affine(rng: np.random.Generator, *shape: int, scale: float = 0.02) -> Affine:
    return Affine(rng.integers(-100, 101, shape).astype(np.int8), scale / 10, int(rng.integers(-5, 6)))


def make_checkpoint(seed: int = 0) -> Checkpoint:
    rng = np.random.default_rng(seed)
    matrices, vectors = {}, {}
    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            prefix = f"{side}.layers.{layer}"
            blocks = ("self_attn",) if side == "encoder" else ("self_attn", "encoder_attn")
            for block in blocks:
                for part in "qkvo":
                    matrices[f"{prefix}.{block}.{part}_proj"] = affine(rng, HIDDEN, HIDDEN)
            wide = INNER * 2 if side == "decoder" else INNER
            matrices[f"{prefix}.mlp.fc1"] = affine(rng, HIDDEN, wide)
            matrices[f"{prefix}.mlp.fc2"] = affine(rng, INNER, HIDDEN)
            vectors[f"{prefix}.mlp.fc1.bias"] = rng.normal(0, 0.1, wide).astype(np.float32)
            vectors[f"{prefix}.mlp.fc2.bias"] = rng.normal(0, 0.1, HIDDEN).astype(np.float32)
            for norm in ("input_layernorm", "post_attention_layernorm", "final_layernorm"):
                vectors[f"{prefix}.{norm}.weight"] = rng.uniform(0.5, 1.5, HIDDEN).astype(np.float32)
    for name in ("encoder.layer_norm.weight", "decoder.norm.weight", "encoder.groupnorm.weight"):
        vectors[name] = rng.uniform(0.5, 1.5, HIDDEN).astype(np.float32)
    vectors["encoder.groupnorm.bias"] = np.zeros(HIDDEN, np.float32)
    vectors["encoder.conv2.bias"] = np.zeros(2 * HIDDEN, np.float32)
    vectors["encoder.conv3.bias"] = np.zeros(HIDDEN, np.float32)
    convolutions = {
        "conv1": affine(rng, HIDDEN, 1, 127),
        "conv2": affine(rng, 2 * HIDDEN, HIDDEN, 7),
        "conv3": affine(rng, HIDDEN, 2 * HIDDEN, 3),
    }
    return Checkpoint(matrices, convolutions, vectors, affine(rng, VOCABULARY, HIDDEN, scale=0.05))


def write_model(folder: Path, checkpoint: Checkpoint, scheme: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shape = Architecture(
        name=folder.name,
        scheme=scheme,
        hidden=HIDDEN,
        heads=HEADS,
        head_dim=HIDDEN // HEADS,
        rotary_dim=8,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        vocabulary=VOCABULARY,
        embedding_scale=checkpoint.embedding.scale,
        embedding_zero_point=checkpoint.embedding.zero_point,
    )
    write_encoder(checkpoint, shape, folder)
    write_decoder(checkpoint, shape, folder)
    (folder / files.ARCHITECTURE_FILE).write_text(shape.to_json())
    (folder / files.TOKENIZER_FILE).write_bytes(tokenizer_bytes())
    return folder


def tokenizer_bytes() -> bytes:
    """Pieces laid out as the published file's: specials, the 256 bytes, then words."""
    pieces = [b"<unk>", b"<s>", b"</s>", *(bytes([value]) for value in range(256))]
    pieces += [f"\u2581word{number}".encode() for number in range(VOCABULARY - len(pieces))]
    assert pieces[END] == b"</s>"
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return make_checkpoint()


@pytest.fixture(scope="session")
def random_model_dir(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "moonshine-base-en", checkpoint, "int8-rows")


@pytest.fixture(scope="session")
def sound() -> np.ndarray:
    rng = np.random.default_rng(1)
    return (0.1 * rng.normal(size=16_000)).astype(np.float32)


@pytest.fixture(scope="session")
def base_model_dir() -> Path:
    folder = paths.models_dir("moonshine-base-en")
    if not (folder / files.ARCHITECTURE_FILE).is_file():
        pytest.skip("moonshine-base-en is not here: run 'cabin models get moonshine-base-en'")
    return folder


@pytest.fixture(scope="session")
def recordings() -> Path:
    folder = Path(__file__).resolve().parents[4] / "shared" / "recordings"
    if not folder.is_dir():
        pytest.skip("../shared/recordings is not here")
    if not (paths.models_dir("silero-vad") / "silero_vad_16k_op15.onnx").is_file():
        pytest.skip("silero-vad is not here: run 'cabin models get silero-vad'")
    pytest.importorskip("soundfile", reason="soundfile reads the .flac recordings")
    return folder
