from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.errors import ModelError
from cabin.quantization.mapping import dequantize, quantize
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import ArrayPlace, float_tensor, read_tensors, small_tensor, write_index, write_tensors

SCHEMES = st.builds(
    lambda form, kind, symmetric: (
        Scheme(form, kind, 16, symmetric) if form == "int4" or kind == "group" else Scheme(form, kind, 0, symmetric)
    ),
    st.sampled_from(["int8", "int4"]),
    st.sampled_from(["tensor", "channel", "group"]),
    st.booleans(),
).map(lambda s: Scheme("int4", "group", 16, s.is_symmetric) if s.number_format == "int4" else s)


@settings(max_examples=60, deadline=None)
@given(SCHEMES, st.integers(1, 6), st.integers(1, 50), st.integers(0, 99))
def test_what_is_stored_stands_for_what_the_reference_says(scheme, rows, columns, seed):
    weight = np.random.default_rng(seed).normal(0.1, 1, (rows, columns)).astype(np.float32)
    small = quantize(weight, scheme)
    tensor = small_tensor("w", small)
    assert tensor.shape == (columns, rows)
    assert (tensor.quantized().values == small.values).all()
    assert (tensor.quantized().zeros == small.zeros).all()
    assert (tensor.dequantize() == dequantize(small).T).all()


def test_floats_are_kept_in_their_bits():
    weight = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    half = float_tensor("w", weight, Scheme("fp16"))
    assert (half.bytes, half.format, half.group) == (30, "fp16", 0)
    assert (half.dequantize() == weight.astype(np.float16)).all()
    assert (float_tensor("w", weight, Scheme("fp32")).dequantize() == weight).all()
    with pytest.raises(ValueError, match="fp16: it has no scales"):
        half.quantized()


def write(folder: Path) -> None:
    tensor = small_tensor("w", quantize(np.eye(16, dtype=np.float32), Scheme("int4", "group", 16)))
    (folder / "weights.bin").write_bytes(tensor.codes.tobytes() + tensor.scales.tobytes())
    codes = ArrayPlace("uint8", tensor.codes.shape, 0, tensor.codes.nbytes)
    scales = ArrayPlace("float32", tensor.scales.shape, codes.bytes, tensor.scales.nbytes)
    write_index(folder, [(tensor, codes, scales, None)])


def test_written_and_read(tmp_path):
    write(tmp_path)
    (tensor,) = read_tensors(tmp_path).values()
    assert (tensor.name, tensor.shape, tensor.scheme.name) == ("w", (16, 16), "int4-group16")
    assert np.abs(tensor.dequantize() - np.eye(16)).max() < 1e-6
    assert tensor.bytes == 16 * 8 + 16 * 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: row.pop("codes"),
        lambda row: row.update(codes=None),
        lambda row: row.update(layout="diagonal"),
        lambda row: row["codes"].update(offset=1000),
        lambda row: row["codes"].update(offset=-8),
        lambda row: row["codes"].update(dtype="object"),
        lambda row: row["scales"].update(shape=[7]),
        lambda row: row.update(scheme={"number_format": "int4", "colour": 3}),
    ],
)
def test_an_index_that_does_not_fit_is_told(tmp_path, damage):
    write(tmp_path)
    fields = json.loads((tmp_path / "tensors.json").read_text())
    damage(fields["tensors"][0])
    (tmp_path / "tensors.json").write_text(json.dumps(fields))
    with pytest.raises(ModelError, match=r"tensors\.json: the index of the tensors cannot be used"):
        read_tensors(tmp_path)


def test_without_its_numbers(tmp_path):
    write(tmp_path)
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(ModelError, match="cannot be used"):
        read_tensors(tmp_path)


def test_a_model_without_an_index_is_to_be_written_again(tmp_path):
    shutil.copyfile(__file__, tmp_path / "decoder.onnx")
    with pytest.raises(ModelError, match=r"no index of its tensors.*cabin model quantize"):
        read_tensors(tmp_path)


def test_tensors_written_without_a_graph_are_read_again(tmp_path):
    weight = np.random.default_rng(2).normal(size=(6, 40)).astype(np.float32)
    schemes = [Scheme(), Scheme("int8", "channel", is_symmetric=False), Scheme("int4", "group", 16)]
    tensors = [small_tensor(scheme.name, quantize(weight, scheme)) for scheme in schemes]
    tensors.append(float_tensor("norm", weight[0], Scheme("fp32")))
    write_tensors(tmp_path, tensors)
    got = read_tensors(tmp_path)
    assert list(got) == [tensor.name for tensor in tensors]
    for tensor in tensors:
        assert (got[tensor.name].dequantize() == tensor.dequantize()).all()
        assert got[tensor.name].bytes == tensor.bytes
    places = [row["codes"]["offset"] for row in json.loads((tmp_path / "tensors.json").read_text())["tensors"]]
    assert all(offset % 64 == 0 for offset in places)
