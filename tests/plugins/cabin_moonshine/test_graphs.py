from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cabin_moonshine.architecture import MIN_SAMPLES
from cabin_moonshine.checkpoint import Checkpoint
from cabin_moonshine.model import MoonshineModel

from .conftest import HEADS, HIDDEN, write_model

TOKENS = np.array([[1, 290, 270, 265, 280]], np.int64)


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint) -> MoonshineModel:
    return MoonshineModel(write_model(tmp_path_factory.mktemp("fp32"), checkpoint, "fp32"))


def layer_norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * weight


def softmax(x: np.ndarray) -> np.ndarray:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def heads(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def rotate(x: np.ndarray) -> np.ndarray:
    """Rotary positions over the first 8 dimensions of each head, even and odd dimensions in pairs."""
    angles = np.arange(x.shape[1])[:, None] * 10_000.0 ** (-np.arange(0, 8, 2) / 8)
    turned = x.copy()
    even, odd = x[..., 0:8:2], x[..., 1:8:2]
    turned[..., 0:8:2] = even * np.cos(angles) - odd * np.sin(angles)
    turned[..., 1:8:2] = odd * np.cos(angles) + even * np.sin(angles)
    return turned


def attend(q: np.ndarray, k: np.ndarray, v: np.ndarray, causal: bool) -> np.ndarray:
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -1e9)
    return (softmax(scores) @ v).transpose(1, 0, 2).reshape(q.shape[1], -1)


def decoder_in_numpy(checkpoint: Checkpoint, tokens: np.ndarray, cross: dict[str, np.ndarray]) -> np.ndarray:
    """The decoder written out after the paper, to hold the graph against."""
    matrix = {name: each.dequantize() for name, each in checkpoint.matrices.items()}
    table = checkpoint.embedding.dequantize()
    x = table[tokens]
    for layer in range(2):
        p = f"decoder.layers.{layer}"
        n = layer_norm(x, checkpoint.vector(f"{p}.input_layernorm.weight"))
        q, k, v = (heads(n @ matrix[f"{p}.self_attn.{each}_proj"]) for each in "qkv")
        x = x + attend(rotate(q), rotate(k), v, causal=True) @ matrix[f"{p}.self_attn.o_proj"]
        n = layer_norm(x, checkpoint.vector(f"{p}.post_attention_layernorm.weight"))
        q = heads(n @ matrix[f"{p}.encoder_attn.q_proj"])
        found = attend(q, cross[f"cross_key_{layer}"][0], cross[f"cross_value_{layer}"][0], causal=False)
        x = x + found @ matrix[f"{p}.encoder_attn.o_proj"]
        n = layer_norm(x, checkpoint.vector(f"{p}.final_layernorm.weight"))
        up, gate = np.split(n @ matrix[f"{p}.mlp.fc1"] + checkpoint.vector(f"{p}.mlp.fc1.bias"), 2, axis=-1)
        x = x + (up * gate / (1 + np.exp(-gate))) @ matrix[f"{p}.mlp.fc2"] + checkpoint.vector(f"{p}.mlp.fc2.bias")
    return np.log(softmax(layer_norm(x, checkpoint.vector("decoder.norm.weight")) @ table.T))


def test_the_decoder_computes_what_the_paper_says(
    exact: MoonshineModel, checkpoint: Checkpoint, sound: np.ndarray
) -> None:
    encoded = exact.encode(sound)
    got, _ = exact.step(TOKENS, exact.empty_cache(), encoded)
    expected = decoder_in_numpy(checkpoint, TOKENS[0], encoded.cross)
    np.testing.assert_allclose(got[0], expected, atol=2e-3)


def test_token_by_token_equals_all_at_once(exact: MoonshineModel, sound: np.ndarray) -> None:
    encoded = exact.encode(sound)
    whole, _ = exact.step(TOKENS, exact.empty_cache(), encoded)
    cache = exact.empty_cache()
    for index in range(TOKENS.shape[1]):
        row, cache = exact.step(TOKENS[:, index : index + 1], cache, encoded)
        np.testing.assert_allclose(row[0, 0], whole[0, index], atol=1e-3)
    assert cache.length == TOKENS.shape[1]


def test_beams_do_not_disturb_one_another(exact: MoonshineModel, sound: np.ndarray) -> None:
    encoded = exact.encode(sound)
    prefixes = np.array([[1, 290, 270], [1, 265, 280], [1, 299, 261]], np.int64)
    together, cache = exact.step(prefixes, exact.empty_cache().select([0, 0, 0]), encoded)
    for index, prefix in enumerate(prefixes):
        alone, _ = exact.step(prefix[None], exact.empty_cache(), encoded)
        np.testing.assert_allclose(together[index], alone[0], atol=1e-3)
    swapped = cache.select([2, 0])
    again, _ = exact.step(np.array([[270], [270]]), swapped, encoded)
    alone, _ = exact.step(np.array([[*prefixes[2], 270]]), exact.empty_cache(), encoded)
    np.testing.assert_allclose(again[0, 0], alone[0, -1], atol=1e-3)


@pytest.mark.parametrize("scheme", ["int8-rows", "int8-blocks"])
def test_int8_stays_near_fp32(
    tmp_path: Path, checkpoint: Checkpoint, exact: MoonshineModel, sound: np.ndarray, scheme: str
) -> None:
    quantized = MoonshineModel(write_model(tmp_path, checkpoint, scheme))
    expected, _ = exact.step(TOKENS, exact.empty_cache(), exact.encode(sound))
    got, _ = quantized.step(TOKENS, quantized.empty_cache(), quantized.encode(sound))
    assert np.corrcoef(got.reshape(-1), expected.reshape(-1))[0, 1] > 0.99


@pytest.mark.parametrize("samples", [MIN_SAMPLES, MIN_SAMPLES + 1, 4000, 16_001])
def test_every_length_gives_the_frames_of_three_convolutions(exact: MoonshineModel, samples: int) -> None:
    encoded = exact.encode(np.zeros(samples, np.float32))
    frames = ((samples - 127) // 64 + 1 - 7) // 3 + 1
    frames = (frames - 3) // 2 + 1
    assert encoded.cross["cross_key_0"].shape == (1, HEADS, frames, HIDDEN // HEADS)
    assert np.isfinite(encoded.cross["cross_key_1"]).all()
