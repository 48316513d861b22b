from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from cabin.errors import ModelError
from cabin_moonshine.checkpoint import Affine, Checkpoint, load_checkpoint, ort_to_onnx

RNG = np.random.default_rng(0)


def save_graph(path: Path, nodes: list, tensors: dict[str, np.ndarray]) -> Path:
    initializers = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    graph = helper.make_graph(nodes, "g", [], [], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), str(path))
    return path


def base_like(path: Path, zero_point: float = 0.75) -> Path:
    """The base model's layout: integers and an offset in the weights' unit; the product inside a branch of an If."""
    inside = helper.make_graph(
        [
            helper.make_node(
                "MatMul", ["x", "m1_merged_0_add_tensor"], ["y"], "/model/decoder/layers.0/mlp/up_proj/MatMul"
            )
        ],
        "then",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    node = helper.make_node("If", ["c"], ["y"], "optimum::if", then_branch=inside, else_branch=inside)
    values = RNG.integers(-128, 128, (4, 6)).astype(np.int8)
    embedding = RNG.integers(-128, 128, (10, 4)).astype(np.int8)
    tensors = {
        "m1_merged_0_quantized": values,
        "m1_merged_0_scale": np.array([0.25], np.float32),
        "m1_merged_0_zero_point": np.array([zero_point], np.float32),
        "model.decoder.layers.0.mlp.up_proj.bias_merged_0": np.ones(6, np.float32),
        "model.decoder.embed_tokens.weight_merged_0_quantized": embedding,
        "model.decoder.embed_tokens.weight_merged_0_scale": np.array([0.5], np.float32),
        "model.decoder.embed_tokens.weight_merged_0_zero_point": np.array([0.0], np.float32),
    }
    return save_graph(path, [node], tensors)


def encoder_like(path: Path) -> Path:
    kernel = (RNG.integers(-100, 100, (2, 1, 5)) * np.float32(0.125)).astype(np.float32)
    kernel[0, 0, 0] = 0.125
    nodes = [
        helper.make_node("Conv", ["x", "conv1.weight_add_tensor"], ["a"], "/conv1/Conv"),
        helper.make_node("Mul", ["a", "onnx::Mul_1"], ["b"], "/groupnorm/Mul"),
        helper.make_node("MatMulInteger", ["b", "w_quantized"], ["c"], "/layers.0/self_attn/dense/MatMul_quant"),
    ]
    tensors = {
        "conv1.weight_add_tensor": kernel,
        "onnx::Mul_1": np.ones((2, 1), np.float32),
        "w_quantized": np.array([[0, 255]], np.uint8),
        "w_scale": np.array(2.0, np.float32),
        "w_zero_point": np.array(130, np.uint8),
    }
    return save_graph(path, nodes, tensors)


def test_every_layout_gives_the_published_values(tmp_path: Path) -> None:
    decoder = base_like(tmp_path / "decoder.onnx")
    found = load_checkpoint(encoder_like(tmp_path / "encoder.onnx"), decoder)
    stored = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(decoder)).graph.initializer}
    expected = (
        stored["m1_merged_0_quantized"].astype(np.float32) * 0.25 + 0.75
    )  # Cast, Mul, Add, as the base model does
    np.testing.assert_allclose(found.matrix("decoder.layers.0.mlp.fc1").dequantize(), expected)
    np.testing.assert_allclose(found.matrix("encoder.layers.0.self_attn.o_proj").dequantize(), [[-260.0, 250.0]])
    kernel = next(t for t in onnx.load(str(tmp_path / "encoder.onnx")).graph.initializer if "conv1" in t.name)
    np.testing.assert_allclose(found.convolutions["conv1"].dequantize(), numpy_helper.to_array(kernel), atol=1e-6)
    assert found.vector("decoder.layers.0.mlp.fc1.bias").shape == (6,)
    assert found.vector("encoder.groupnorm.weight").shape == (2,)
    assert found.embedding.values.shape == (10, 4)
    assert (found.layers("encoder"), found.layers("decoder")) == (1, 1)


def test_a_zero_point_between_two_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no whole step"):
        load_checkpoint(encoder_like(tmp_path / "e.onnx"), base_like(tmp_path / "d.onnx", zero_point=0.6))


def test_a_missing_weight_is_named() -> None:
    with pytest.raises(ModelError, match=r"encoder\.layers\.9\.mlp\.fc1"):
        Checkpoint().matrix("encoder.layers.9.mlp.fc1")


def test_a_damaged_ort_file_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "x.ort").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"x\.ort"):
        ort_to_onnx(tmp_path / "x.ort", tmp_path / "x.onnx")


@given(st.integers(-128, 127), st.floats(2**-13, 8, width=32), st.integers(-128, 127))
def test_dequantize_is_affine(value: int, scale: float, zero: int) -> None:
    tensor = Affine(np.array([[value]], np.int8), scale, zero)
    assert tensor.dequantize()[0, 0] == pytest.approx((value - zero) * scale, rel=1e-6, abs=1e-9)
