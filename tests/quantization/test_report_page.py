from __future__ import annotations

import numpy as np

from cabin.quantization.report import QuantizationReport, histogram, tensor_error
from cabin.quantization.report_page import report_page
from cabin.quantization.scheme import Scheme

WEIGHT = np.linspace(-1, 1, 64, dtype=np.float32).reshape(8, 8)
ERROR = tensor_error("layers.0<", WEIGHT, np.round(WEIGHT, 1), 64)


def report(**more):
    return QuantizationReport(Scheme("int4", "group", 32), "onnx", 400, 100, (ERROR,), **more)


def test_without_measuring():
    html = report_page(report())
    assert "int4-group32" in html
    assert "4.00 times smaller" in html
    assert "layers.0&lt;" in html
    assert "Beside FP32" not in html
    assert "Sensitivity" not in html


def test_with_all():
    model = {"p50_ms": 8.0, "p95_ms": 9.0, "prefill_tokens_per_s": 1.0, "decode_tokens_per_s": 1.0, "rss_mib": 1.0}
    figures = {"sentences": 3, "function": 90.0, "false_act": 1.0}
    measured = {
        "held_back_sentences": 3,
        "function_lost": 0.25,
        "fp32": {**model, "load_s": 1.0, "figures": figures},
        "small": {**model, "p50_ms": 2.0, "load_s": 1.0, "figures": figures},
    }
    row = {"name": "p", "divergence": 0.5, "same": 99.0, "function": 90.0, "exact": 80.0, "saved": 7, "chosen": True}
    sensitivity = {"low": "int4-group32", "high": "int8-channel", "sentences": 5, "products": [row]}
    whole = report(
        measured=measured, histograms=(histogram("w", WEIGHT, np.round(WEIGHT, 1)),), sensitivity=sensitivity
    )
    html = report_page(whole)
    assert html.count("<svg") == 3
    assert "Points of function lost: 0.25" in html
    assert '<td class="number">0.25</td>' in html  # the share of FP32's median
    assert "<tr class=marked><td>p</td>" in html
