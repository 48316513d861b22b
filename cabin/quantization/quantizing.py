"""From an FP32 folder to a small one with its report: quantized, measured beside FP32, written whole or not at all."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.errors import ModelError, Problem
from cabin.quantization.measuring import Pair, measure_pair
from cabin.quantization.report import Histogram, QuantizationReport, TensorError, histogram
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.quantization.worker import ModelProcess
from cabin.slm.evaluation import evaluate
from cabin.slm.package import write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cabin.messages import Parse
    from cabin.quantization.backend import Quantizer
    from cabin.slm.evaluation import Case

__all__ = ["Bench", "folder_bytes", "quantize_measured", "worst_histograms"]


@dataclass(frozen=True)
class Bench:
    """What measuring needs: the sentences, and who quantizes and runs."""

    cases: Sequence[Case]
    """None: nothing is measured."""
    quantizer: Quantizer
    backend: str
    """Name of the engine that runs the folders, as plugins registered it."""
    environ: Mapping[str, str]
    work: Path
    """Folder for what is thrown away."""
    tell: Callable[[str, int, int], None]
    """Called with what is being done, how much of it is done, and of how much."""

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield a folder that is gone afterwards. Raises ModelError when the disk does not take it."""
        try:
            self.work.mkdir(parents=True, exist_ok=True)
            folder = tempfile.mkdtemp(prefix="quantize-", dir=self.work)
        except OSError as error:
            raise ModelError(Problem("no scratch folder can be made", str(self.work), str(error))) from error
        try:
            yield Path(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def measure(self, fp32: Path, small: Path, what: str) -> Pair:
        """Measure two folders on the sentences."""
        return measure_pair(
            fp32,
            small,
            self.cases,
            backend=self.backend,
            environ=self.environ,
            tell=lambda done: self.tell(what, done, len(self.cases)),
        )

    def function(self, source: Path, scheme: Scheme) -> float:
        """Return the percentage of `function` that a scheme of the FP32 folder `source` reaches on the sentences."""
        with self.scratch() as folder:
            self.quantizer.quantize(source, folder / "model", scheme)
            with ModelProcess(folder / "model", self.backend, self.environ) as process:
                done = itertools.count(1)

                def parse(text: str) -> Parse:
                    self.tell(f"function of {scheme.name}", next(done), len(self.cases))
                    return process.parse(text)

                return evaluate(parse, self.cases).figures().get("function", 0.0)


def quantize_measured(
    source: Path,
    target: Path,
    scheme: Scheme,
    bench: Bench,
    *,
    max_loss: float | None = None,
    sensitivity: Mapping[str, Any] | None = None,
    trained: Path | None = None,
) -> QuantizationReport:
    """Quantize the FP32 folder `source` into `target` and report; without sentences, only what tensors tell.

    `trained` holds the weights to quantize when they were trained for the scheme; `source` is measured beside them.
    Raises ModelError when more points of function are lost than `max_loss`; then nothing is written.
    """
    with bench.scratch() as folder:
        bench.tell(f"quantizing to {scheme.name}", 0, 1)
        bench.quantizer.quantize(source, folder / "fp32", Scheme("fp32"))
        report = bench.quantizer.quantize(trained or source, folder / "small", scheme)
        report = replace(
            report,
            histograms=worst_histograms(folder / "fp32", folder / "small", report.tensors),
            sensitivity=sensitivity,
        )
        if bench.cases:
            pair = bench.measure(folder / "fp32", folder / "small", f"measuring {scheme.name} beside FP32")
            if max_loss is not None and pair.function_lost > max_loss:
                raise _loses_too_much(target, pair.function_lost, max_loss, len(bench.cases))
            sizes = {"folder_bytes": folder_bytes(folder / "small"), "folder_bytes_fp32": folder_bytes(folder / "fp32")}
            report = replace(report, measured={**report.measured, **pair.to_json(), **sizes})
        _take(folder / "small", target, report)
    return report


def _take(made: Path, target: Path, report: QuantizationReport) -> None:
    def fill(folder: Path) -> None:
        for path in made.iterdir():
            if path.name != "manifest.json":
                shutil.copyfile(path, folder / path.name)
        report.write(folder / "quantization.json")

    write_folder(target, fill)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files of a model folder but what was measured: its report changes with each run."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.name != "quantization.json")


def worst_histograms(fp32: Path, small: Path, errors: Sequence[TensorError], count: int = 3) -> tuple[Histogram, ...]:
    """Return the histograms of the `count` products with the least signal to noise; none of what lost nothing."""
    before, after = read_tensors(fp32), read_tensors(small)
    lossy = [each for each in errors if each.name in after and each.signal_to_noise_db < 999]
    worst = sorted(lossy, key=lambda each: each.signal_to_noise_db)[:count]
    return tuple(histogram(each.name, before[each.name].dequantize(), after[each.name].dequantize()) for each in worst)


def _loses_too_much(target: Path, lost: float, allowed: float, sentences: int) -> ModelError:
    return ModelError(
        Problem(
            "quantizing loses too much",
            where=str(target),
            seen=f"{lost:.2f} points of function on {sentences} sentences",
            expected=f"at most {allowed:g} (--max-loss)",
            hint="Choose a finer granularity, --calibration mse or --scheme mixed; nothing was written.",
        )
    )
