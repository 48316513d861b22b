from __future__ import annotations

import pytest

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin_onnx.backend import OnnxBackend
from cabin_onnx.quantizer import OnnxQuantizer


@pytest.fixture
def folder(tmp_path, fp32_dir):
    OnnxQuantizer().quantize(fp32_dir, tmp_path / "model", Scheme())
    return tmp_path / "model"


@pytest.mark.parametrize("data", [b"", b"no graph", None])
def test_a_decoder_that_is_none_is_named(folder, data):
    if data is None:
        (folder / "decoder.onnx").unlink()
    else:
        (folder / "decoder.onnx").write_bytes(data)
    with pytest.raises(ModelError, match=r"decoder\.onnx: the intent model cannot be loaded") as caught:
        OnnxBackend(folder)
    assert "\n" not in str(caught.value)


def test_without_model_json(folder):
    (folder / "model.json").unlink()
    with pytest.raises(ModelError, match="cannot be loaded"):
        OnnxBackend(folder)
