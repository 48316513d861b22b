"""From trained weights to the folder that ships: quantized, measured against FP32, calibrated, with its card."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.errors import ModelError, Problem
from cabin.quantization.scheme import Scheme
from cabin.slm.calibration import CALIBRATION_FILE, Calibration
from cabin.slm.card import write_card
from cabin.slm.confidence import calibrate, expected_calibration_error
from cabin.slm.evaluation import cases_of, evaluate
from cabin.slm.familiar import FAMILIAR_FILE, FamiliarWords
from cabin.slm.package import write_folder
from cabin.slm.parser import IntentParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cabin.catalog.schema import Catalog
    from cabin.quantization.backend import Quantizer
    from cabin.quantization.report import QuantizationReport
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.slm.evaluation import Case
    from cabin.slm.examples import Example
    from cabin.slm.training.plan import BuildPlan

__all__ = ["export_model"]

Figures = dict[str, float]


def export_model(
    catalog: Catalog,
    held_back: Sequence[Example],
    fp32: Path,
    target: Path,
    plan: BuildPlan,
    *,
    quantizer: Quantizer,
    backend: InferenceBackendFactory,
    tell: Callable[[str], None],
    heard: Iterable[Example],
    written: Sequence[Case] = (),
    trained: Path | None = None,
) -> tuple[Figures, Figures]:
    """Quantize the folder `fp32` into `target`, written whole or not at all; return the figures of both.

    `trained` holds the weights to quantize when they were trained for the plan's scheme; `fp32` stays the measure.
    `heard` are training sentences, from which is learned which words go with which intent. The sentences `written` for
    it calibrate, else one half of the held-back text; its other half measures. Raises ModelError when quantizing costs
    more points of `function` than the plan allows, or the disk does not take it.
    """
    half = len(held_back) // 2
    first, second = cases_of(held_back[:half]), cases_of(held_back[half:])
    scratch = fp32.with_name(f"{fp32.name}-measure")
    try:
        tell("measuring FP32 on held-back text")
        quantizer.quantize(fp32, scratch / "fp32", Scheme("fp32"))
        before = evaluate(IntentParser.load(scratch / "fp32", catalog, backend=backend).parse, second).figures()
        tell(f"quantizing to {plan.scheme.name}")
        report = quantizer.quantize(trained or fp32, scratch / "small", plan.scheme)
        FamiliarWords.of(heard).write(scratch / "small" / FAMILIAR_FILE)
        small = IntentParser.load(scratch / "small", catalog, backend=backend)
        raw = small.with_calibration(Calibration())
        calibration = calibrate(evaluate(raw.parse, written or first).judged)
        after = evaluate(raw.parse, second).figures()
        result = evaluate(small.with_calibration(calibration).parse, second)
        shipped = {**result.figures(), "calibration_error": round(100 * expected_calibration_error(result.outcomes), 2)}
        lost = before.get("function", 0.0) - after.get("function", 0.0)
        if lost > plan.max_loss:
            raise _loses_too_much(target, lost, plan.max_loss, len(second))
        measured = {
            "held_back_sentences": len(second),
            "before": before,
            "after": after,
            "as_shipped": shipped,
            "function_lost": round(lost, 2),
        }
        report = replace(report, measured={**report.measured, **measured})
        _write(target, scratch / "small", report, calibration)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return before, after


def _write(target: Path, source: Path, report: QuantizationReport, calibration: Calibration) -> None:
    def fill(folder: Path) -> None:
        for path in source.iterdir():
            if path.name != "manifest.json":
                shutil.copyfile(path, folder / path.name)
        report.write(folder / "quantization.json")
        calibration.write(folder / CALIBRATION_FILE)
        write_card(folder, report)

    write_folder(target, fill)


def _loses_too_much(target: Path, lost: float, allowed: float, sentences: int) -> ModelError:
    return ModelError(
        Problem(
            "quantizing loses too much",
            where=str(target),
            seen=f"{lost:.2f} points of function on {sentences} held-back sentences",
            expected=f"at most {allowed} (--max-loss)",
            hint="Choose a finer granularity, or train longer.",
        )
    )
