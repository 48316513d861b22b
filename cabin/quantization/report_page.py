"""The page of one quantization: figures beside FP32, what each tensor lost, how the worst ones changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cabin.quantization.charts import bar_chart, histogram_chart
from cabin.quantization.page import page, table
from cabin.quantization.report import QuantizationReport

__all__ = ["report_page"]

_ACCURACY = ("function", "exact", "wrong_act", "missed", "false_act", "reason")
_COSTS = {
    "p50_ms": "one parse, median, ms",
    "p95_ms": "one parse, 95th percentile, ms",
    "prefill_tokens_per_s": "prompt tokens a second",
    "decode_tokens_per_s": "written tokens a second",
    "rss_mib": "resident memory, MiB",
    "load_s": "loading, s",
}


def report_page(report: QuantizationReport) -> str:
    """Return the page as HTML."""
    name, measured = report.scheme.name, report.measured
    parts = [
        f"<p>Written by the backend {escape(report.backend)}. Weights: {report.bytes_before / 1e6:.2f} MB in FP32, "
        f"{report.bytes_after / 1e6:.2f} MB as {escape(name)}: "
        f"{report.bytes_before / max(1, report.bytes_after):.2f} times smaller.</p>"
    ]
    if "small" in measured:
        parts += _beside_fp32(name, measured)
    parts += _tensors(report)
    parts += [
        f"<h3>{escape(each.name)}</h3>" + histogram_chart(each.before, each.after, each.low, each.high, each.name)
        for each in report.histograms
    ]
    if report.sensitivity is not None:
        parts += _sensitivity(report.sensitivity)
    return page(f"cabin model quantize: {name}", parts)


def _beside_fp32(name: str, measured: Mapping[str, Any]) -> list[str]:
    before, after = measured["fp32"], measured["small"]
    accuracy = [
        (figure, before["figures"][figure], after["figures"].get(figure, 0.0))
        for figure in _ACCURACY
        if figure in before["figures"]
    ]
    costs = [(text, before[key], after[key], round(after[key] / before[key], 3)) for key, text in _COSTS.items()]
    lost = measured["function_lost"]
    return [
        "<h2>Beside FP32, in one run</h2>",
        f"<p>{measured['held_back_sentences']} sentences, each parsed by both models in turn, one thread each. "
        f"Points of function lost: {lost:g}.</p>",
        table(("figure, percent", "FP32", name), accuracy),
        table(("cost", "FP32", name, "share of FP32"), costs),
    ]


def _tensors(report: QuantizationReport) -> list[str]:
    rows: Sequence[Any] = sorted(report.tensors, key=lambda tensor: tensor.signal_to_noise_db)
    cells = [(t.name, f"{t.worst:.2e}", f"{t.mean:.2e}", round(t.signal_to_noise_db, 1), t.bytes) for t in rows]
    exact = [t for t in rows if t.signal_to_noise_db < 999]
    return [
        "<h2>What each tensor lost</h2>",
        "<p>Largest and mean absolute difference of a weight, and the weights' power over the difference's power "
        "(20 dB: the difference is a tenth of the weights). Worst first.</p>",
        table(("tensor", "worst", "mean", "dB", "bytes"), cells),
        bar_chart([(t.name, round(t.signal_to_noise_db, 1)) for t in exact], "signal to noise, dB") if exact else "",
        "<h2>The weights that moved most</h2>" if report.histograms else "",
        "<p>Filled: FP32. Line: what the stored numbers stand for. Heights are logarithms of counts.</p>"
        if report.histograms
        else "",
    ]


def _sensitivity(fields: Mapping[str, Any]) -> list[str]:
    rows = [
        (row["name"], row["divergence"], row["same"], row["function"], row["exact"], row["saved"])
        for row in fields["products"]
    ]
    chosen = [row["chosen"] for row in fields["products"]]
    return [
        "<h2>Sensitivity</h2>",
        f"<p>Each product alone in {escape(fields['low'])}, all others in FP32, over the choices of "
        f"{fields['sentences']} right writings: divergence from FP32's distribution in nats a choice, percent of "
        f"choices that stay the same, percent of sentences right. Bold: stored in {escape(fields['low'])}; "
        f"the others in {escape(fields['high'])}. Cheapest a byte saved first.</p>",
        table(("product", "divergence", "same", "function", "exact", "bytes saved"), rows, chosen),
        bar_chart([(row[0], row[1]) for row in rows], "divergence, nats a choice"),
    ]
