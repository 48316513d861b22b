"""The page of a run: curves, figures, and everything that came out wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from cabin.bench.noise.charts import STYLE, Curve, curve_chart
from cabin.bench.noise.chatter import Chunk, chatter_figures
from cabin.bench.noise.figures import HEAD, Figures, figures_of, rows_of
from cabin.bench.noise.trial import ACCEPTED, Result
from cabin.quantization.page import page, table

__all__ = ["chatter_page", "trials_page"]

_MOST_WRONG = 400


def trials_page(results: Sequence[Result], settings: Mapping[str, Any]) -> str:
    """Return the page of commands in noise as HTML."""
    found = figures_of(results)
    wrong = [result for result in results if result.outcome not in ACCEPTED]
    rows = [(r.bias, r.snr, r.voice, r.outcome, r.name, r.heard, r.wanted, r.got) for r in wrong[:_MOST_WRONG]]
    head = ("bias", "dB", "voice", "outcome", "said", "heard", "wanted", "got")
    return page(
        "cabin bench noise",
        [
            f"<style>{STYLE}</style>",
            _settings(settings),
            "<h2>Commands accepted</h2><p>Intent and every slot right. Shaded: 95 % interval.</p>",
            curve_chart(
                _curves(found, lambda f: (f.accepted, f.accepted_low, f.accepted_high)), "accepted, %", (), 100
            ),
            "<h2>Wrong acts</h2><p>Something else was done than asked.</p>",
            curve_chart(_curves(found, lambda f: (f.wrong, f.wrong_low, f.wrong_high)), "wrong acts, %"),
            "<h2>Recognizing</h2><p>Processor time of an utterance, 95th percentile.</p>",
            curve_chart(_curves(found, lambda f: (f.recognize_p95_ms,)), "recognize p95, ms"),
            "<h2>Figures</h2>",
            table(HEAD, rows_of(found)),
            f"<h2>What was not accepted ({len(wrong)})</h2>",
            table(head, rows),
        ],
    )


def chatter_page(chunks: Sequence[Chunk], settings: Mapping[str, Any]) -> str:
    """Return the page of chatter as HTML."""
    figures = chatter_figures(chunks)
    columns = (
        "bias",
        "km/h",
        "dB",
        "music",
        "hours",
        "acts",
        "misheard",
        "acts an hour",
        "95 %",
        "questions",
        "processor %",
    )
    rows = [
        (
            *(
                f.bias,
                f"{f.speed_kph:g}",
                f.snr,
                "yes" if f.music else "no",
                round(f.hours, 3),
                f.acts,
                f.acts_misheard,
            ),
            *(f.acts_per_hour, f"{f.acts_low:.1f} to {f.acts_high:.1f}", f.questions, f.processor_percent),
        )
        for f in figures
    ]
    done = [
        (
            chunk.bias,
            chunk.snr,
            "yes" if chunk.music else "no",
            act["status"],
            "yes" if act["misheard"] else "no",
            act["said"],
            act["heard"],
            act["got"],
        )
        for chunk in chunks
        for act in chunk.events
    ]
    return page(
        "cabin bench noise: chatter",
        [
            _settings(settings),
            table(columns, rows),
            "<h2>What cabin did or asked</h2>",
            table(("bias", "dB", "music", "status", "misheard", "said", "heard", "got"), done),
        ],
    )


def _settings(settings: Mapping[str, Any]) -> str:
    return f"<p>{escape('; '.join(f'{key}: {value}' for key, value in settings.items()))}</p>"


def _curves(found: Sequence[Figures], values: Callable[[Figures], tuple[float, ...]]) -> list[Curve]:
    """Return a curve for each leaning and speed; `values` gives the value, and its bounds if it has any."""
    groups: dict[tuple[str, float], list[Figures]] = {}
    for each in found:
        groups.setdefault((each.bias, each.speed_kph), []).append(each)
    curves = []
    for (bias, speed), members in groups.items():
        told = [values(member) for member in members]
        points = tuple((member.snr, value[0]) for member, value in zip(members, told, strict=True))
        bounds = [tuple(value[at] for value in told) for at in (1, 2)] if len(told[0]) > 1 else [(), ()]
        curves.append(Curve(f"{bias}, {speed:g} km/h", points, *bounds))
    return curves
