"""The page of a soak: what it came to, and memory, processor and latency over time with what happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cabin.bench.soak_journal import Record, Sample
from cabin.bench.time_chart import STYLE, Line, Mark, time_chart
from cabin.quantization.page import page, table

__all__ = ["WARM_UP", "soak_page", "summary", "warm_up_of"]

WARM_UP = 500
"""Utterances after which a worker counts as warm: until then caches fill, which is no growth."""

_GROWTH_MIB = 1.0
_RESIDENT_MIB = 320.0
"""What issue 6 of the project asks for at least."""


def warm_up_of(record: Record) -> int:
    """Return the utterances not counted at first: WARM_UP, of a short soak a fifth."""
    return min(WARM_UP, record.utterances // 5)


def summary(record: Record) -> list[tuple[str, str]]:
    """Return what a soak came to as rows of name and value."""
    last, warm_up = record.samples[-1], warm_up_of(record)
    growth_pss, growth = record.growth(warm_up, "resident_mib"), record.growth(warm_up)
    processor_s, waited_s = _total(record, "processor_s"), _total(record, "waited_s")
    counts: dict[str, int] = {}
    for each in _last_of_stretches(record):
        for name, count in each.counts.items():
            counts[name] = counts.get(name, 0) + count
    rows = [
        ("utterances fed", f"{record.utterances:,}"),
        ("time", f"{record.seconds / 3600:.2f} h in {len(record.begins)} stretch(es)"),
        ("resident memory at the end", f"{last.resident_mib:.1f} MiB PSS, {last.rss_mib:.1f} MiB RSS"),
        ("highest", f"{max(each.resident_mib for each in record.samples):.1f} MiB PSS"),
        ("processor", f"{processor_s / max(1, record.utterances):.3f} s an utterance"),
        ("waited for a core", f"{100 * waited_s / max(1e-9, processor_s + waited_s):.0f} % of the time: others had it"),
        ("counted", ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())) or "nothing"),
        ("sound lost", f"{sum(each.overflows for each in _last_of_stretches(record))} times"),
    ]
    for name, slope in (("growth per 1,000 utterances, RSS", growth), ("the same, PSS", growth_pss)):
        if slope is None:
            rows.append((name, "too short to tell"))
        else:
            interval = f"95 % within {slope.low:.3f} to {slope.high:.3f}"
            rows.append(
                (name, f"{slope.value:.3f} MiB ({interval}; {slope.points} samples after {warm_up} utterances)")
            )
    return rows


def soak_page(record: Record) -> str:
    """Return the page as HTML: one file, nothing from elsewhere."""
    if not record.samples:
        return page("Soak of the daemon", ["<p>Nothing was sampled.</p>"])
    marks = [Mark(event.t_s / 60, _said(event.name, event.data)) for event in record.events]
    marks += [Mark(_begin_s(record, number) / 60, f"start {number}") for number in range(2, len(record.begins) + 1)]
    minutes = "minutes"
    parts = [
        f"<style>{STYLE}</style>",
        table(("what", "value"), summary(record)),
        "<h2>Memory</h2>",
        time_chart(_memory(record), minutes, "MiB", marks, [_RESIDENT_MIB]),
        "<p>PSS: shared pages are divided among those who share them, other programs included. Dashed: what must be "
        "kept. Growth is told of RSS, which other programs do not move.</p>",
        "<h2>Processor</h2>",
        time_chart(_processor(record), minutes, "s an utterance", marks),
        "<h2>Latency</h2>",
        time_chart(_latency(record), minutes, "ms", marks),
        "<p>Sound comes faster than real time, so that the pause in which a guess is made at other times is over "
        "before the guess is: <code>to_signal</code> is here nearly all of recognizing and parsing.</p>",
        "<h2>What happened</h2>",
        _events(record),
        "<h2>Stretches</h2>",
        table(
            ("stretch", "at", "from utterance", "ready, s", "speed", "recordings", "cores", "system"),
            [
                tuple(
                    str(begin.get(key, ""))
                    for key in ("stretch", "at", "utterances", "ready_s", "speed", "recordings", "cores", "system")
                )
                for begin in record.begins
            ],
        ),
    ]
    return page("Soak of the daemon", parts)


def _memory(record: Record) -> list[Line]:
    lines = [Line("all", _broken(record, lambda each: each.resident_mib))]
    names = sorted({name for each in record.samples for name in each.processes if not name.isdigit()})
    return lines + [Line(name, _broken(record, _held_by(name))) for name in names]


def _held_by(name: str) -> Callable[[Sample], float | None]:
    return lambda each: each.processes.get(name, {}).get("resident_mib")


def _processor(record: Record) -> list[Line]:
    points: dict[str, list[tuple[float, float] | None]] = {"all": []}
    for before, after in pairwise(record.samples):
        fed = after.utterances - before.utterances
        if before.stretch != after.stretch:
            points["all"].append(None)
        elif fed > 0 and after.processor_s >= before.processor_s:
            points["all"].append((after.t_s / 60, (after.processor_s - before.processor_s) / fed))
    return [Line("all", points["all"])]


def _latency(record: Record) -> list[Line]:
    def of(stage: str, quantile: str) -> Callable[[Sample], float | None]:
        return lambda each: each.ms.get(stage, {}).get(quantile)

    wanted = (("to_signal", "p50"), ("to_signal", "p95"), ("recognize", "p50"), ("parse", "p50"))
    return [Line(f"{stage} {quantile}", _broken(record, of(stage, quantile))) for stage, quantile in wanted]


def _broken(record: Record, figure: Callable[[Sample], float | None]) -> list[tuple[float, float] | None]:
    """Return the points of a figure in minutes, broken where another daemon begins."""
    points: list[tuple[float, float] | None] = []
    for before, each in zip((None, *record.samples), record.samples, strict=False):
        if before is not None and before.stretch != each.stretch:
            points.append(None)
        value = figure(each)
        if value is not None:
            points.append((each.t_s / 60, value))
    return points


def _events(record: Record) -> str:
    if not record.events:
        return "<p>Nothing: no fault, no utterance dropped, no step of the ladder.</p>"
    shown = record.events[:200]
    rows = [(f"{event.t_s / 60:.1f}", _said(event.name, event.data)) for event in shown]
    more = len(record.events) - len(shown)
    return table(("minute", "what"), rows) + (f"<p>and {more} more</p>" if more else "")


def _said(name: str, data: object) -> str:
    told = data if isinstance(data, dict) else {}
    return " ".join([name, *(f"{key}={value}" for key, value in told.items())])[:200]


def _last_of_stretches(record: Record) -> Sequence[Sample]:
    return list({each.stretch: each for each in record.samples}.values())


def _total(record: Record, figure: str) -> float:
    return sum(float(getattr(each, figure)) for each in _last_of_stretches(record))


def _begin_s(record: Record, stretch: int) -> float:
    return next((each.t_s for each in record.samples if each.stretch == stretch), 0.0)
