from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.quantization.report import QuantizationReport, tensor_error
from cabin.quantization.scheme import Scheme


def test_numbers_of_a_tensor_by_hand():
    before = np.array([[1.0, -1.0], [1.0, 1.0]], np.float32)
    after = np.array([[1.0, -0.9], [1.0, 1.0]], np.float32)
    error = tensor_error("w", before, after, 4)
    assert (error.name, error.bytes) == ("w", 4)
    assert error.worst == pytest.approx(0.1, rel=1e-5)
    assert error.mean == pytest.approx(0.025, rel=1e-5)
    assert error.signal_to_noise_db == pytest.approx(10 * np.log10(1 / 0.0025), rel=1e-5)


def test_nothing_lost_is_a_finite_number():
    ones, zeros = np.ones((2, 2), np.float32), np.zeros((2, 2), np.float32)
    assert tensor_error("w", ones, ones, 1).signal_to_noise_db == 999.0
    assert tensor_error("w", zeros, zeros, 1).signal_to_noise_db == 999.0


def test_written_as_json(tmp_path):
    tensor = tensor_error("w", np.ones((1, 1), np.float32), np.ones((1, 1), np.float32), 1)
    report = QuantizationReport(Scheme("int4", "group", 32), "onnx", 400, 50, (tensor,), {"before": {"function": 99.0}})
    report.write(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text())
    assert read["scheme"] == {
        "number_format": "int4", "granularity": "group", "group": 32, "is_symmetric": True, "version": 1,
        "calibration": "minmax", "percentile": 99.9, "overrides": {}, "name": "int4-group32",
    }  # fmt: skip
    assert (read["bytes_before"], read["bytes_after"]) == (400, 50)
    assert read["tensors"][0]["name"] == "w"
    assert read["measured"] == {"before": {"function": 99.0}}
