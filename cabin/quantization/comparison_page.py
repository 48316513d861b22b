"""The page of a comparison: accuracy against bytes and against milliseconds, and what a budget should take."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cabin.quantization.charts import Point, scatter_chart
from cabin.quantization.comparison import Entry, Recommendation, front
from cabin.quantization.page import page, table

__all__ = ["COLUMNS", "comparison_page", "rows_of"]

COLUMNS = (
    "scheme", "MB", "bits", "function %", "exact %", "points lost", "p50 ms", "p95 ms", "times FP32",
    "tokens/s read", "tokens/s written", "RSS MiB", "worst dB",
)  # fmt: skip


def rows_of(entries: Sequence[Entry]) -> list[tuple[object, ...]]:
    """Return the cells of the table, one row an entry, in the order of COLUMNS."""
    return [
        (e.scheme, e.mb, e.bits, e.function, e.exact, e.function_lost, e.p50_ms, e.p95_ms, e.speedup,
         e.prefill_tokens_per_s, e.decode_tokens_per_s, e.rss_mib, e.worst_db)
        for e in entries
    ]  # fmt: skip


def comparison_page(source: str, entries: Sequence[Entry], recommendation: Recommendation | None) -> str:
    """Return the page as HTML."""
    by_size, by_time = front(entries, "mb"), front(entries, "relative_ms")
    parts = [
        f"<p>{escape(source)}; {entries[0].sentences} sentences, each parsed by FP32 and by the scheme in turn, one "
        "thread each. Times of different rows were taken one after the other: compare by the column "
        "<em>times FP32</em>.</p>",
        table(COLUMNS, rows_of(entries), [e.scheme in by_size | by_time for e in entries]),
        "<p>Bold and blue: on the Pareto front, nothing else is at least as good in both and better in one.</p>",
        "<h2>Accuracy against bytes</h2>",
        scatter_chart([Point(e.scheme, e.mb, e.function, e.scheme in by_size) for e in entries], "MB", "function, %"),
        "<h2>Accuracy against time</h2>",
        scatter_chart(
            [Point(e.scheme, round(e.relative_ms, 4), e.function, e.scheme in by_time) for e in entries],
            "median of a parse as a share of FP32's in the same run",
            "function, %",
        ),
    ]
    if recommendation is not None:
        chosen = recommendation.scheme or "none"
        parts.append(f"<h2>Recommended: {escape(chosen)}</h2><p>{escape(recommendation.reason)}.</p>")
        if recommendation.left_out:
            rows = [(name, "; ".join(limits)) for name, limits in recommendation.left_out.items()]
            parts.append(table(("left out", "because"), rows))
    return page("cabin model compare", parts)
