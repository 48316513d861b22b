"""The intent model's decoder as an ONNX graph made for small numbers: what is stored quantized is multiplied quantized.

Query, key and value are one product, gate and up another, so a layer has four. No weight is transposed at run time.
Attention is one fused operator with the key-value cache and the rotary embedding inside (GroupQueryAttention).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cabin.slm.architecture import Architecture

if TYPE_CHECKING:
    import onnx

__all__ = ["GraphBuilder", "LinearWriter", "build_graph"]

Weights = Mapping[str, NDArray[np.float32]]

MICROSOFT = "com.microsoft"


class LinearWriter(Protocol):
    """Writes y = x W as nodes of one number format."""

    def __call__(self, builder: GraphBuilder, name: str, x: str, weight: NDArray[np.float32]) -> str:
        """Add the product of `x` (1, t, in) with `weight` (in, out) and return the name of the result."""
        ...


class GraphBuilder:
    """Collects nodes and initializers."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Store an array under `name`."""
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: Any) -> str:
        """Add a node and return its first output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]


def build_graph(architecture: Architecture, weights: Weights, linear: LinearWriter) -> onnx.ModelProto:
    """Return the graph: embeddings (1, t, hidden) and the cache in; hidden states and the longer cache out."""
    from onnx import helper

    builder = GraphBuilder()
    a = architecture
    half = a.head_size // 2
    frequency = a.rope_theta ** (-np.arange(half, dtype=np.float64) / half)
    angle = np.outer(np.arange(a.max_length, dtype=np.float64), frequency)
    builder.constant("cos", np.cos(angle).astype(np.float32))
    builder.constant("sin", np.sin(angle).astype(np.float32))
    residual = "embeddings"
    normed = _norm(builder, a, "layers.0.input_layernorm", residual, weights)
    for layer in range(a.layers):
        mixed = _attention(builder, a, layer, normed, weights, linear)
        normed, residual = _add_norm(
            builder, a, f"layers.{layer}.post_attention_layernorm", mixed, residual, weights, f"layers.{layer}.middle"
        )
        fed = _feed_forward(builder, layer, normed, weights, linear)
        following = f"layers.{layer + 1}.input_layernorm" if layer + 1 < a.layers else "norm"
        normed, residual = _add_norm(builder, a, following, fed, residual, weights, f"layers.{layer}.end")
    builder.node("Identity", [normed], ["hidden"])
    graph = helper.make_graph(builder.nodes, "cabin_intent", *_signature(a), initializer=builder.initializers)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, producer_name="cabin", ir_version=10)


def _signature(a: Architecture) -> tuple[list[Any], list[Any]]:
    from onnx import TensorProto, helper

    def value(name: str, kind: int, shape: list[Any]) -> Any:
        return helper.make_tensor_value_info(name, kind, shape)

    inputs = [
        value("embeddings", TensorProto.FLOAT, [1, "t", a.hidden]),
        value("last", TensorProto.INT32, [1]),
        value("total", TensorProto.INT32, []),
    ]
    outputs = [value("hidden", TensorProto.FLOAT, [1, "t", a.hidden])]
    for layer in range(a.layers):
        for part in ("key", "value"):
            inputs.append(value(f"past.{layer}.{part}", TensorProto.FLOAT, [1, a.kv_heads, "past", a.head_size]))
            outputs.append(value(f"present.{layer}.{part}", TensorProto.FLOAT, [1, a.kv_heads, "present", a.head_size]))
    return inputs, outputs


def _norm(builder: GraphBuilder, a: Architecture, name: str, x: str, weights: Weights) -> str:
    scale = builder.constant(f"{name}.scale", weights[f"{name}.weight"])
    return builder.node("SimplifiedLayerNormalization", [x, scale], [f"{name}.out"], axis=-1, epsilon=a.norm_eps)


def _add_norm(
    builder: GraphBuilder, a: Architecture, name: str, x: str, residual: str, weights: Weights, at: str
) -> tuple[str, str]:
    """Add and normalize in one pass; return (normalized, sum)."""
    scale = builder.constant(f"{name}.scale", weights[f"{name}.weight"])
    out, total = f"{at}.normed", f"{at}.sum"
    builder.node(
        "SkipSimplifiedLayerNormalization", [x, residual, scale], [out, "", "", total], MICROSOFT, epsilon=a.norm_eps
    )
    return out, total


def _attention(
    builder: GraphBuilder, a: Architecture, layer: int, x: str, weights: Weights, linear: LinearWriter
) -> str:
    at = f"layers.{layer}.self_attn"
    packed = np.concatenate([weights[f"{at}.{part}_proj.weight"] for part in "qkv"]).T
    qkv = linear(builder, f"{at}.qkv", x, packed)
    mixed = builder.node(
        "GroupQueryAttention",
        [qkv, "", "", f"past.{layer}.key", f"past.{layer}.value", "last", "total", "cos", "sin"],
        [f"{at}.mixed", f"present.{layer}.key", f"present.{layer}.value"],
        MICROSOFT,
        num_heads=a.heads,
        kv_num_heads=a.kv_heads,
        do_rotary=1,
    )
    return linear(builder, f"{at}.o", mixed, weights[f"{at}.o_proj.weight"].T)


def _feed_forward(builder: GraphBuilder, layer: int, x: str, weights: Weights, linear: LinearWriter) -> str:
    at = f"layers.{layer}.mlp"
    packed = np.concatenate([weights[f"{at}.gate_proj.weight"], weights[f"{at}.up_proj.weight"]]).T
    both = linear(builder, f"{at}.gate_up", x, packed)
    builder.node("Split", [both], [f"{at}.gate", f"{at}.up"], axis=-1, num_outputs=2)
    sigmoid = builder.node("Sigmoid", [f"{at}.gate"], [f"{at}.sigmoid"])
    swish = builder.node("Mul", [f"{at}.gate", sigmoid], [f"{at}.swish"])
    gated = builder.node("Mul", [swish, f"{at}.up"], [f"{at}.gated"])
    return linear(builder, f"{at}.down", gated, weights[f"{at}.down_proj.weight"].T)
