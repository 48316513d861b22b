from __future__ import annotations

import shutil

from cabin.quantization.report import QuantizationReport
from cabin.quantization.scheme import Scheme
from cabin.slm.card import write_card
from cabin.slm.package import read_info


def test_the_card_tells_source_licence_and_figures(model_dir, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model_dir, folder)
    info = read_info(folder)
    made = {"steps": 7, "batch": 2, "seed": 3, "patterns": 11} | dict(info.provenance)
    (folder / "model.json").write_text(_with_provenance(folder, made), encoding="utf-8")
    figures = {"sentences": 20, "function": 91.5, "exact": 80.0}
    measured = {
        "held_back_sentences": 20,
        "before": figures,
        "after": {**figures, "function": 90.5},
        "as_shipped": figures,
    }
    write_card(folder, QuantizationReport(Scheme(), "onnx", 40_000_000, 10_000_000, (), measured))
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in (
        "SmolLM2-135M-Instruct, Apache-2.0",
        "| function | 91.5 | 90.5 |",
        "10.0 MB (FP32: 40.0 MB)",
        f"| intents | {len(info.spec.slots)} |",
        "20 sentences",
    ):
        assert part in card
    assert "| sentences |" not in card
    notice = (folder / "NOTICE").read_text(encoding="utf-8")
    assert "Apache License, Version 2.0" in " ".join(notice.split())
    assert f"first {info.architecture.layers} of 30 layers" in notice


def _with_provenance(folder, made):
    import json

    return json.dumps(json.loads((folder / "model.json").read_text(encoding="utf-8")) | {"provenance": made})
