"""Measures one scheme after the other beside FP32, and keeps each result: what was cut short goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cabin.quantization.comparison import Entry, keep_entry, kept_entries
from cabin.quantization.measuring import Pair
from cabin.quantization.mixing import mix_share
from cabin.quantization.quantizing import Bench, folder_bytes
from cabin.quantization.report import QuantizationReport
from cabin.quantization.scheme import Scheme, parse_scheme
from cabin.quantization.sensitivity import Sensitivity, weights_digest

__all__ = ["DEFAULT_SCHEMES", "Wanted", "compare_schemes", "parse_wanted"]

DEFAULT_SCHEMES = (
    "fp32,fp16,int8-tensor,int8-channel,int8-group64,int4-channel,int4-group64,int4-group32,int4-group32-mse,"
    "nf4-group64,mixed-50"
)
_VERSION = 1
"""Of the measuring: results of another one are not taken from the cache."""


@dataclass(frozen=True)
class Wanted:
    """A scheme to measure: one by its name, or a mixture by how much of its saving is taken."""

    name: str
    scheme: Scheme | None
    share: float = 0.0
    """Of a mixture, 0 to 1: how much of what few bits everywhere would save is saved."""


def parse_wanted(text: str) -> list[Wanted]:
    """Read names with commas between; "mixed-50" saves half. Raises UsageError; each name counts once."""
    found = {}
    for name in (part.strip() for part in text.split(",") if part.strip()):
        kind, _, share = name.partition("-")
        if kind == "mixed" and share.isdigit() and 0 < int(share) < 100:
            found[name] = Wanted(name, None, int(share) / 100)
        else:
            found[name] = Wanted(name, parse_scheme(name))
    return list(found.values())


def compare_schemes(
    source: Path, wanted: Sequence[Wanted], bench: Bench, sensitivity: Callable[[], Sensitivity], mix: str
) -> list[Entry]:
    """Measure each scheme of the FP32 folder `source` beside FP32, in the order wanted; known ones are not measured.

    `sensitivity` is called when a mixture has to be measured; `mix` names its two formats.
    Raises ModelError when a model cannot be made or run.
    """
    kept = bench.work / f"{_key(source, bench, mix)}.json"
    known = kept_entries(kept)
    missing = [each for each in wanted if each.name not in known]
    if missing:
        with bench.scratch() as folder:
            bench.tell("quantizing to fp32", 0, 1)
            fp32 = bench.quantizer.quantize(source, folder / "fp32", Scheme("fp32"))
            for each in missing:
                scheme = each.scheme or mix_share(sensitivity(), each.share).scheme
                bench.tell(f"quantizing to {each.name}", 0, 1)
                report = bench.quantizer.quantize(source, folder / "small", scheme)
                pair = bench.measure(folder / "fp32", folder / "small", f"measuring {each.name} beside FP32")
                known[each.name] = _entry(each.name, fp32.bytes_before, report, pair, folder_bytes(folder / "small"))
                keep_entry(kept, known[each.name])
    return [known[each.name] for each in wanted]


def _entry(name: str, bytes_fp32: int, report: QuantizationReport, pair: Pair, size: int) -> Entry:
    before, after, ratios = pair.before, pair.after, pair.ratios()
    noise = [tensor.signal_to_noise_db for tensor in report.tensors]
    return Entry(
        scheme=name,
        mb=round(size / 1e6, 3),
        function=after.figures.get("function", 0.0),
        exact=after.figures.get("exact", 0.0),
        function_lost=pair.function_lost,
        p50_ms=round(after.p50_ms, 2),
        p95_ms=round(after.p95_ms, 2),
        fp32_p50_ms=round(before.p50_ms, 2),
        fp32_p95_ms=round(before.p95_ms, 2),
        speedup=ratios["p50_speedup"],
        prefill_tokens_per_s=round(after.prefill_tokens_per_s, 1),
        decode_tokens_per_s=round(after.decode_tokens_per_s, 1),
        decode_speedup=ratios["decode_speedup"],
        rss_mib=round(after.rss_mib, 1),
        worst_db=round(min(noise), 1),
        mean_db=round(sum(noise) / len(noise), 1),
        sentences=int(after.figures["sentences"]),
        bits=round(32 * sum(tensor.bytes for tensor in report.tensors) / bytes_fp32, 2),
    )


def _key(source: Path, bench: Bench, mix: str) -> str:
    cases = [[case.text, case.readings] for case in bench.cases]
    facts = [_VERSION, weights_digest(source), bench.backend, cases, mix]
    return "compare-" + hashlib.sha256(json.dumps(facts, default=dict, sort_keys=True).encode()).hexdigest()[:16]
