from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.slm.stored_decoder import read_decoder, rotary_tables, tensor_shapes
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture
def folder(tmp_path, catalog):
    source = tiny.write_fp32(tmp_path / "fp32", catalog)
    OnnxQuantizer().quantize(source, tmp_path / "model", Scheme())
    return tmp_path / "model"


def test_everything_that_a_model_has_is_found(folder):
    stored = read_decoder(folder)
    assert stored.tensors.keys() == tensor_shapes(stored.architecture).keys()
    assert (stored.architecture.layers, stored.architecture.hidden) == (2, 64)


def test_every_tensor_that_does_not_fit_is_told(folder):
    path = folder / "tensors.json"
    fields = json.loads(path.read_text())
    rows = [row for row in fields["tensors"] if row["name"] != "norm"]
    rows[0]["shape"] = rows[0]["shape"][::-1]
    path.write_text(json.dumps({**fields, "tensors": rows}))
    with pytest.raises(ModelError) as caught:
        read_decoder(folder)
    assert {problem.what for problem in caught.value.problems} == {
        "tensor norm does not fit",
        f"tensor {rows[0]['name']} does not fit",
    }


def test_a_folder_without_an_index(folder):
    (folder / "tensors.json").unlink()
    with pytest.raises(ModelError, match="no index of its tensors"):
        read_decoder(folder)


def test_rotary_angles_turn_without_stretching():
    cos, sin = rotary_tables(tiny.architecture(10))
    half = cos.shape[-1] // 2
    assert cos.shape == sin.shape == (256, 1, 16)
    assert np.allclose(cos**2 + sin**2, 1, atol=1e-6)
    assert (sin[..., :half] == -sin[..., half:]).all()
    assert (cos[0] == 1).all()
    assert cos[1, 0, 0] == pytest.approx(np.cos(1.0))
