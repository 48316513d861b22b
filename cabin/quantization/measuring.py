"""What a model does and costs, beside FP32 in the same run: both answer the same sentences, each in its own process.

Whatever else the machine does meanwhile slows both alike, so the ratios of their times hold where the times do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.quantization.worker import ModelProcess, StepTimes
from cabin.slm.evaluation import evaluate

if TYPE_CHECKING:
    from cabin.messages import Parse
    from cabin.slm.evaluation import Case

__all__ = ["Measured", "Pair", "measure_pair"]

_BLOCK = 20
"""Sentences that a model parses in a row before it is the other's turn. A noisy minute meets both, and the processor's
caches hold what they hold in use: one model, not two that push each other out (FP32 beside INT8 sentence by sentence
made INT8 look a fifth slower)."""
_STEP_ROUNDS = 9
_PREFILL_TOKENS = 16


@dataclass(frozen=True)
class Measured:
    """One model in one run."""

    figures: Mapping[str, float]
    """cabin.slm.evaluation: function, exact, wrong_act, missed, false_act, reason, in percent; sentences."""
    p50_ms: float
    """One parse, wall clock, one thread."""
    p95_ms: float
    prefill_tokens_per_s: float
    """Tokens of a prompt of 16, read at once; median of 9."""
    decode_tokens_per_s: float
    """Tokens written one after the other; median of 9."""
    rss_mib: float
    """Resident memory of a process that only parses, after the last sentence."""
    load_s: float

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them, rounded to what can be told apart."""
        return {
            "figures": dict(self.figures),
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
            "prefill_tokens_per_s": round(self.prefill_tokens_per_s, 1),
            "decode_tokens_per_s": round(self.decode_tokens_per_s, 1),
            "rss_mib": round(self.rss_mib, 1),
            "load_s": round(self.load_s, 2),
        }


@dataclass(frozen=True)
class Pair:
    """FP32 and another format of the same weights."""

    before: Measured
    after: Measured

    @property
    def function_lost(self) -> float:
        """Percentage points of `function` that the format costs; negative when it gains."""
        return round(self.before.figures.get("function", 0.0) - self.after.figures.get("function", 0.0), 2)

    def ratios(self) -> dict[str, float]:
        """Return how many times faster and smaller in memory than FP32 in this run."""
        before, after = self.before, self.after
        return {
            "p50_speedup": round(before.p50_ms / after.p50_ms, 2),
            "p95_speedup": round(before.p95_ms / after.p95_ms, 2),
            "prefill_speedup": round(after.prefill_tokens_per_s / before.prefill_tokens_per_s, 2),
            "decode_speedup": round(after.decode_tokens_per_s / before.decode_tokens_per_s, 2),
            "rss_share": round(after.rss_mib / before.rss_mib, 3),
        }

    def to_json(self) -> dict[str, Any]:
        """Return what the report's key `measured` holds."""
        return {
            "held_back_sentences": int(self.before.figures.get("sentences", 0)),
            "before": dict(self.before.figures),
            "after": dict(self.after.figures),
            "function_lost": self.function_lost,
            "fp32": self.before.to_json(),
            "small": self.after.to_json(),
            "ratios": self.ratios(),
        }


def measure_pair(
    fp32: Path,
    small: Path,
    cases: Sequence[Case],
    *,
    backend: str,
    environ: Mapping[str, str],
    tell: Callable[[int], None] | None = None,
) -> Pair:
    """Measure two model folders on the same sentences, in turn; `tell` is called with how many are done.

    Raises ModelError when a model cannot be loaded, or its process ends.
    """
    with ModelProcess(fp32, backend, environ) as first, ModelProcess(small, backend, environ) as second:
        both = (first, second)
        found: tuple[dict[str, Parse], dict[str, Parse]] = ({}, {})
        for begin in range(0, len(cases), _BLOCK):
            block = cases[begin : begin + _BLOCK]
            for which in (0, 1) if begin // _BLOCK % 2 else (1, 0):
                both[which].parse(block[0].text)  # pays for what is done once, and for the other's weights in the cache
                found[which].update((case.text, both[which].parse(case.text)) for case in block)
            if tell is not None:
                tell(begin + len(block))
        steps: tuple[list[StepTimes], list[StepTimes]] = ([], [])
        for _ in range(_STEP_ROUNDS):
            for which in (0, 1):
                steps[which].append(both[which].step_times())
        measured = [_summary(both[which], cases, found[which], steps[which]) for which in (0, 1)]
    return Pair(*measured)


def _summary(
    process: ModelProcess, cases: Sequence[Case], found: Mapping[str, Parse], steps: Sequence[StepTimes]
) -> Measured:
    times = [parse.ms["total"] for parse in found.values()]
    prefill, token = (float(np.median([getattr(step, name) for step in steps])) for name in ("prefill_ms", "token_ms"))
    return Measured(
        evaluate(found.__getitem__, cases).figures(),
        float(np.percentile(times, 50)),
        float(np.percentile(times, 95)),
        1e3 * _PREFILL_TOKENS / prefill,
        1e3 / token,
        process.resident_mib(),
        process.load_s,
    )
