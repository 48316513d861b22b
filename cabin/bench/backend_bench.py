"""The engines of the intent model side by side: each in a process of its own, asked the same sentences in turn.

Whatever else the machine does meanwhile slows all alike, so the ratios hold where the times do not. The processes load
no catalog, so their memory is that of interpreter, plugins, engine and model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cabin.errors import CabinError
from cabin.quantization.worker import ModelProcess, StepTimes

__all__ = ["BackendFigures", "measure_backends"]

_PROMPT_TOKENS = 16
"""What cabin.quantization.worker reads at once when it times steps."""


@dataclass(frozen=True)
class BackendFigures:
    """One engine in one run with the others."""

    p50_ms: float
    """One parse, wall clock."""
    p95_ms: float
    prefill_tokens_per_s: float
    """Tokens of a prompt of 16, read at once; median of the rounds."""
    decode_tokens_per_s: float
    """Tokens written one after the other; median of the rounds."""
    rss_mib: float
    """Resident memory after the last sentence."""
    load_s: float
    p50_ratio: float
    """Its p50 over that of the first engine."""
    rss_ratio: float
    """Its memory over that of the first engine."""


def measure_backends(
    folder: Path,
    names: Sequence[str],
    sentences: Sequence[str],
    environ: Mapping[str, str],
    *,
    rounds: int = 20,
    threads: int = 1,
) -> tuple[dict[str, BackendFigures], dict[str, str]]:
    """Return the figures of each engine, and what those said that cannot run the model.

    Every sentence is parsed `rounds` times by each, after one round that is not counted.
    """
    left_out: dict[str, str] = {}
    with ExitStack() as stack:
        processes: dict[str, ModelProcess] = {}
        for name in names:
            try:
                processes[name] = stack.enter_context(ModelProcess(folder, name, environ, threads))
            except CabinError as error:
                left_out[name] = str(error)
        times: dict[str, list[float]] = {name: [] for name in processes}
        steps: dict[str, list[StepTimes]] = {name: [] for name in processes}
        for round_ in range(rounds + 1):
            for sentence in sentences:
                for name, process in processes.items():
                    took_ms = process.parse(sentence).ms["total"]
                    if round_:
                        times[name].append(took_ms)
            for name, process in processes.items():
                steps[name].append(process.step_times())
        found: dict[str, BackendFigures] = {}
        for name, process in processes.items():
            first = next(iter(found.values()), None)
            found[name] = _figures(times[name], steps[name], process, first)
    return found, left_out


def _figures(
    times: Sequence[float], steps: Sequence[StepTimes], process: ModelProcess, first: BackendFigures | None
) -> BackendFigures:
    p50, p95 = (round(float(np.percentile(times, percent)), 2) for percent in (50, 95))
    prefill, token = (float(np.median([getattr(each, name) for each in steps])) for name in ("prefill_ms", "token_ms"))
    rss = round(process.resident_mib(), 1)
    return BackendFigures(
        p50,
        p95,
        round(1e3 * _PROMPT_TOKENS / prefill, 1),
        round(1e3 / token, 1),
        rss,
        round(process.load_s, 2),
        round(p50 / first.p50_ms, 2) if first else 1.0,
        round(rss / first.rss_mib, 2) if first else 1.0,
    )
