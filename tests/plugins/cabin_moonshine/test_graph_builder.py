from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from cabin_moonshine.checkpoint import Affine
from cabin_moonshine.graph_builder import SCHEMES, GraphBuilder

RNG = np.random.default_rng(0)
PARTS = [
    Affine(RNG.integers(-128, 128, (64, 32)).astype(np.int8), 0.01, 7),
    Affine(RNG.integers(-128, 128, (64, 96)).astype(np.int8), 0.03, -20),
]
BIAS = RNG.normal(size=128).astype(np.float32)


def run_linear(folder: Path, scheme: str, x: np.ndarray, parts: list[Affine], bias: np.ndarray | None) -> np.ndarray:
    build = GraphBuilder(folder / "g.weights", scheme)
    build.input("x", np.float32, ["rows", 64])
    build.add("Identity", [build.linear("x", "matrix", parts, bias)], ["y"])
    build.output("y", ["rows", "columns"])
    build.save(folder / "g.onnx")
    return onnxruntime.InferenceSession(str(folder / "g.onnx")).run(None, {"x": x})[0]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("with_bias", [False, True])
def test_linear_multiplies_by_all_parts_at_once(tmp_path: Path, scheme: str, count: int, with_bias: bool) -> None:
    parts = PARTS[:count]
    width = sum(part.values.shape[1] for part in parts)
    bias = BIAS[:width] if with_bias else None
    x = RNG.normal(size=(5, 64)).astype(np.float32)
    expected = x @ np.concatenate([part.dequantize() for part in parts], axis=1) + (bias if with_bias else 0)
    got = run_linear(tmp_path, scheme, x, parts, bias)
    tolerance = 1e-4 if scheme == "fp32" else 0.02 * np.abs(expected).max()
    np.testing.assert_allclose(got, expected, atol=tolerance)


@pytest.mark.parametrize("scheme", ["int8-rows", "int8-blocks"])
def test_a_loud_row_takes_nothing_from_a_soft_one(tmp_path: Path, scheme: str) -> None:
    soft = RNG.normal(size=(1, 64)).astype(np.float32)
    alone = run_linear(tmp_path, scheme, soft, PARTS, None)
    beside = run_linear(tmp_path, scheme, np.concatenate([soft, 1000 * soft]), PARTS, None)
    exact = soft @ np.concatenate([part.dequantize() for part in PARTS], axis=1)
    np.testing.assert_allclose(beside[:1], alone, atol=0.02 * np.abs(exact).max())


def test_a_row_of_zeros_gives_zeros(tmp_path: Path) -> None:
    got = run_linear(tmp_path, "int8-rows", np.zeros((2, 64), np.float32), PARTS, None)
    assert not got.any()


def test_large_tensors_lie_beside_the_graph(tmp_path: Path) -> None:
    run_linear(tmp_path, "int8-rows", np.ones((1, 64), np.float32), PARTS, None)
    assert (tmp_path / "g.weights").stat().st_size >= 64 * 128
    assert (tmp_path / "g.onnx").stat().st_size < 4000
