"""The two graphs that are run: sound to the decoder's cross keys and values, and one decoding step.

There is one step graph for the first token and for all later ones (the cache is empty at first), so no weight stands
twice. What the decoder needs of the sound (keys and values of its cross attention) is computed once, by the encoder's
graph. Beams share those: the beams of a step are laid side by side as positions of one batch, which cross attention,
having no mask, treats the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cabin_moonshine import architecture as files
from cabin_moonshine.architecture import Architecture
from cabin_moonshine.checkpoint import Affine, Checkpoint
from cabin_moonshine.graph_builder import GraphBuilder

__all__ = ["MAX_POSITIONS", "write_decoder", "write_encoder"]

MAX_POSITIONS = 2048
"""Rows of the rotation table: 49 s of sound at 41.7 frames a second."""

_ROTARY_BASE = 10_000.0
_CONV1_KERNEL, _CONV1_STRIDE = 127, 64
_CONV2_STRIDE, _CONV3_STRIDE = 3, 2


def write_encoder(checkpoint: Checkpoint, shape: Architecture, folder: Path) -> None:
    """Write ENCODER_FILE: samples (1, n) in; cross_key_I, cross_value_I (1, heads, frames, head_dim) out."""
    build = GraphBuilder(folder / files.ENCODER_WEIGHTS_FILE, shape.scheme)
    x = _frontend(build, checkpoint, shape)
    zero = build.constant("zero_position", np.zeros(1, np.int64))
    normed = build.norm(x, "layers.0.norm", checkpoint.vector("encoder.layers.0.input_layernorm.weight"))
    for layer in range(shape.encoder_layers):
        prefix = f"encoder.layers.{layer}"
        query, key, value = _qkv(build, checkpoint, shape, normed, prefix=f"{prefix}.self_attn", position=zero)
        heads = {"num_heads": shape.heads, "scale": shape.head_dim**-0.5}
        attended = build.add("MultiHeadAttention", [query, key, value], **heads)
        attended = build.linear(attended, f"{prefix}.o", [checkpoint.matrix(f"{prefix}.self_attn.o_proj")])
        weight = checkpoint.vector(f"{prefix}.post_attention_layernorm.weight")
        normed, x = build.add_and_norm(attended, x, f"{prefix}.mlp_norm", weight)
        inner = build.linear(normed, f"{prefix}.fc1", *_with_bias(checkpoint, f"{prefix}.mlp.fc1"))
        inner = build.add("Gelu", [inner])
        outer = build.linear(inner, f"{prefix}.fc2", *_with_bias(checkpoint, f"{prefix}.mlp.fc2"))
        last = layer + 1 == shape.encoder_layers
        name = "encoder.layer_norm.weight" if last else f"encoder.layers.{layer + 1}.input_layernorm.weight"
        normed, x = build.add_and_norm(outer, x, name, checkpoint.vector(name))
    for layer in range(shape.decoder_layers):
        for kind in ("key", "value"):
            matrix = checkpoint.matrix(f"decoder.layers.{layer}.encoder_attn.{kind[0]}_proj")
            projected = build.linear(normed, f"cross_{kind}_{layer}.matrix", [matrix])
            split = build.constant("split_heads", np.array([1, -1, shape.heads, shape.head_dim]))
            by_head = build.add("Reshape", [projected, split])
            build.add("Transpose", [by_head], [f"cross_{kind}_{layer}"], perm=[0, 2, 1, 3])
            build.output(f"cross_{kind}_{layer}", [1, shape.heads, "frames", shape.head_dim])
    build.save(folder / files.ENCODER_FILE)


def write_decoder(checkpoint: Checkpoint, shape: Architecture, folder: Path) -> None:
    """Write DECODER_FILE, which appends tokens to the cache, and EMBEDDING_FILE.

    In: embeddings (beams, tokens, hidden); position (1), the length of the cache; past_key_I, past_value_I (beams,
    heads, past, head_dim); cross_key_I, cross_value_I as the encoder gives them. Out: log_probs (beams, tokens,
    vocabulary), natural logarithms; present_key_I, present_value_I.
    """
    (folder / files.EMBEDDING_FILE).write_bytes(checkpoint.embedding.values.tobytes())
    build = GraphBuilder(folder / files.DECODER_WEIGHTS_FILE, shape.scheme)
    x = build.input("embeddings", np.float32, ["beams", "tokens", shape.hidden])
    position = build.input("position", np.int64, [1])
    size = build.add("Shape", [x])
    normed = build.norm(x, "layers.0.norm", checkpoint.vector("decoder.layers.0.input_layernorm.weight"))
    for layer in range(shape.decoder_layers):
        prefix = f"decoder.layers.{layer}"
        attended = _self_attention(build, checkpoint, shape, normed, layer=layer, position=position)
        weight = checkpoint.vector(f"{prefix}.post_attention_layernorm.weight")
        normed, x = build.add_and_norm(attended, x, f"{prefix}.cross_norm", weight)
        attended = _cross_attention(build, checkpoint, shape, normed, layer=layer, size=size)
        weight = checkpoint.vector(f"{prefix}.final_layernorm.weight")
        normed, x = build.add_and_norm(attended, x, f"{prefix}.mlp_norm", weight)
        inner = build.linear(normed, f"{prefix}.fc1", *_with_bias(checkpoint, f"{prefix}.mlp.fc1"))
        straight, gate = build.add("Split", [inner], 2, axis=-1)
        gate = build.add("QuickGelu", [gate], alpha=1.0)  # x * sigmoid(x)
        gated = build.add("Mul", [straight, gate])
        outer = build.linear(gated, f"{prefix}.fc2", *_with_bias(checkpoint, f"{prefix}.mlp.fc2"))
        last = layer + 1 == shape.decoder_layers
        name = "decoder.norm.weight" if last else f"decoder.layers.{layer + 1}.input_layernorm.weight"
        normed, x = build.add_and_norm(outer, x, name, checkpoint.vector(name))
    build.add("LogSoftmax", [_head(build, checkpoint, shape, normed)], ["log_probs"], axis=-1)
    build.output("log_probs", ["beams", "tokens", shape.vocabulary])
    build.save(folder / files.DECODER_FILE)


def _frontend(build: GraphBuilder, checkpoint: Checkpoint, shape: Architecture) -> str:
    """Three convolutions; the second and third as matrix products over windows, so that they run in INT8 too."""
    samples = build.input("samples", np.float32, [1, "samples"])
    x = build.add("Unsqueeze", [samples, build.constant("axis_1", np.array([1]))])
    kernel = build.constant("conv1", checkpoint.convolutions["conv1"].dequantize())
    x = build.add("Conv", [x, kernel], strides=[_CONV1_STRIDE], kernel_shape=[_CONV1_KERNEL])
    x = build.add("Tanh", [x])
    # Normalization over time and channels at once, then a weight and bias a channel.
    flat = build.add("Reshape", [x, build.constant("one_group", np.array([1, 1, -1]))])
    ones, zeros = build.constant("one", np.ones(1, np.float32)), build.constant("none", np.zeros(1, np.float32))
    flat = build.add("InstanceNormalization", [flat, ones, zeros], epsilon=1e-5)
    x = build.add("Reshape", [flat, build.constant("channels", np.array([1, shape.hidden, -1]))])
    x = build.add("Transpose", [x], perm=[0, 2, 1])
    x = build.add("Squeeze", [x, build.constant("axis_0", np.array([0]))])
    x = build.add("Mul", [x, build.constant("groupnorm.weight", checkpoint.vector("encoder.groupnorm.weight"))])
    x = build.add("Add", [x, build.constant("groupnorm.bias", checkpoint.vector("encoder.groupnorm.bias"))])
    x = _convolution(build, checkpoint, x, "conv2", _CONV2_STRIDE)
    x = _convolution(build, checkpoint, x, "conv3", _CONV3_STRIDE)
    return str(build.add("Unsqueeze", [x, build.constant("axis_0", np.array([0]))]))


def _convolution(build: GraphBuilder, checkpoint: Checkpoint, x: str, name: str, stride: int) -> str:
    """Convolve (time, channels) and apply GELU."""
    kernel = checkpoint.convolutions[name]
    outputs, channels, width = kernel.values.shape

    def number(value: int) -> str:
        return build.constant(f"int_{value}", np.array(value, np.int64))

    time = build.add("Gather", [build.add("Shape", [x]), number(0)])
    windows = build.add("Add", [build.add("Div", [build.add("Sub", [time, number(width)]), number(stride)]), number(1)])
    starts = build.add("Mul", [build.add("Range", [number(0), windows, number(1)]), number(stride)])
    starts = build.add("Unsqueeze", [starts, build.constant("axis_1", np.array([1]))])
    indices = build.add("Add", [starts, build.constant(f"{name}.taps", np.arange(width, dtype=np.int64))])
    rows = build.add("Gather", [x, indices], axis=0)
    rows = build.add("Reshape", [rows, build.constant(f"{name}.window", np.array([-1, width * channels]))])
    matrix = kernel.with_values(kernel.values.transpose(2, 1, 0).reshape(width * channels, outputs))
    x = build.linear(rows, name, [matrix], checkpoint.vector(f"encoder.{name}.bias"))
    return str(build.add("Gelu", [x]))


def _qkv(
    build: GraphBuilder, checkpoint: Checkpoint, shape: Architecture, x: str, *, prefix: str, position: str
) -> tuple[str, str, str]:
    """Queries and keys with their positions turned in, and values; the three projections in one product."""
    parts = [checkpoint.matrix(f"{prefix}.{kind}_proj") for kind in "qkv"]
    query, key, value = build.add("Split", [build.linear(x, f"{prefix}.qkv", parts)], 3, axis=-1)
    frequencies = _ROTARY_BASE ** (-np.arange(0, shape.rotary_dim, 2) / shape.rotary_dim)
    angles = np.arange(MAX_POSITIONS)[:, None] * frequencies
    tables = [
        build.constant("rotary.cos", np.cos(angles).astype(np.float32)),
        build.constant("rotary.sin", np.sin(angles).astype(np.float32)),
    ]
    attributes = {"interleaved": 1, "num_heads": shape.heads, "rotary_embedding_dim": shape.rotary_dim}
    query = build.add("RotaryEmbedding", [query, position, *tables], **attributes)
    key = build.add("RotaryEmbedding", [key, position, *tables], **attributes)
    return query, key, value


def _self_attention(
    build: GraphBuilder, checkpoint: Checkpoint, shape: Architecture, x: str, *, layer: int, position: str
) -> str:
    prefix = f"decoder.layers.{layer}.self_attn"
    query, key, value = _qkv(build, checkpoint, shape, x, prefix=prefix, position=position)
    cache: list[int | str] = ["beams", shape.heads, "past", shape.head_dim]
    past = [build.input(f"past_{kind}_{layer}", np.float32, cache) for kind in ("key", "value")]
    present = [f"present_{kind}_{layer}" for kind in ("key", "value")]
    attended, *_ = build.add(
        "MultiHeadAttention",
        [query, key, value, "", "", "", *past],
        [f"{prefix}.attended", *present],
        num_heads=shape.heads,
        scale=shape.head_dim**-0.5,
        unidirectional=1,
    )
    for name in present:
        build.output(name, ["beams", shape.heads, "present", shape.head_dim])
    return build.linear(attended, f"{prefix}.o", [checkpoint.matrix(f"{prefix}.o_proj")])


def _cross_attention(
    build: GraphBuilder, checkpoint: Checkpoint, shape: Architecture, x: str, *, layer: int, size: str
) -> str:
    prefix = f"decoder.layers.{layer}.encoder_attn"
    cross = [
        build.input(f"cross_{kind}_{layer}", np.float32, [1, shape.heads, "frames", shape.head_dim])
        for kind in ("key", "value")
    ]
    side_by_side = build.constant("side_by_side", np.array([1, -1, shape.hidden]))
    query = build.linear(x, f"{prefix}.q", [checkpoint.matrix(f"{prefix}.q_proj")])
    query = build.add("Reshape", [query, side_by_side])
    attributes = {"num_heads": shape.heads, "scale": shape.head_dim**-0.5}
    attended = build.add("MultiHeadAttention", [query, *cross], **attributes)
    attended = build.add("Reshape", [attended, size])
    return build.linear(attended, f"{prefix}.o", [checkpoint.matrix(f"{prefix}.o_proj")])


def _head(build: GraphBuilder, checkpoint: Checkpoint, shape: Architecture, x: str) -> str:
    """Multiply by the transposed embedding. In INT8 it is transposed while loading, so that the file holds it once."""
    embedding = checkpoint.embedding
    if shape.scheme == "fp32":
        return build.linear(x, "head", [embedding.with_values(embedding.values.T)])
    rows = build.external("embedding", embedding.values.shape, np.int8, files.EMBEDDING_FILE)
    matrix = build.add("Transpose", [rows], perm=[1, 0])
    scale, zero = np.array([embedding.scale], np.float32), np.array([embedding.zero_point], np.int8)
    return build.multiply_rows(x, matrix, "embedding", scale, zero)


def _with_bias(
    checkpoint: Checkpoint, name: str
) -> tuple[list[Affine], np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return [checkpoint.matrix(name)], checkpoint.vector(f"{name}.bias")
