"""The page of a run: what held and what did not, each case to look at and to listen to; one file."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from cabin.quantization.page import page, table
from cabin.scenarios.changes import Change
from cabin.scenarios.drawing import STYLE, signal_plot, waterfall
from cabin.scenarios.result import CaseResult, StepResult

__all__ = ["report_page"]

_STYLE = """
details { border: 1px solid #8884; border-radius: .4rem; padding: .4rem .8rem; margin: .4rem 0; }
summary { cursor: pointer; } .passed { color: #15803d; } .failed { color: #b91c1c; font-weight: 600; }
audio { height: 1.8rem; vertical-align: middle; } .failures li { color: #b91c1c; }
"""


def report_page(results: Sequence[CaseResult], changes: Sequence[Change] = (), sounds: Path | None = None) -> str:
    """Return the page. `sounds`: the folder of what was said aloud; it is put into the page."""
    failed = [result for result in results if not result.has_passed]
    car_s = sum(result.car_s for result in results)
    wall_s = sum(float(result.times.get("wall_ms", 0.0)) for result in results) / 1000
    factor = f", {car_s / wall_s:.0f} times faster than real time" if wall_s else ""
    head = (
        f"<p>{len(results)} cases of {len({r.scenario for r in results})} scenarios: "
        f'<span class="passed">{len(results) - len(failed)} passed</span>, '
        f'<span class="failed">{len(failed)} failed</span>. '
        f"{car_s:.0f} s in the car, {wall_s:.1f} s on this machine, summed over cases{factor}.</p>"
    )
    parts = [f"<style>{STYLE}{_STYLE}</style>", head]
    if changes:
        rows = [(change.kind, change.case, change.what) for change in changes]
        parts += [f"<h2>Since the last run ({len(rows)})</h2>", table(("", "case", "what"), rows)]
    parts += ["<h2>Cases</h2>", *_cases(sorted(results, key=lambda result: result.has_passed), sounds)]
    return page("cabin bench run", parts)


def _cases(results: Sequence[CaseResult], sounds: Path | None) -> Iterator[str]:
    for result in results:
        kind, word = ("passed", "passed") if result.has_passed else ("failed", "FAILED")
        tags = escape(", ".join(result.tags))
        yield (
            f'<details{"" if result.has_passed else " open"}><summary><span class="{kind}">{word}</span> '
            f"{escape(result.case)} <small>{tags}</small></summary><p>{escape(result.about)}</p>"
        )
        if result.failures:
            yield f'<ul class="failures">{"".join(f"<li>{escape(str(each))}</li>" for each in result.failures)}</ul>'
        yield _steps(result.steps, sounds)
        yield signal_plot(result.signals, result.car_s)
        yield waterfall(result.times.get("steps", ()))
        yield f"<p><small>seed {result.seed}, {result.car_s:.1f} s in the car</small></p></details>"


def _steps(steps: Sequence[StepResult], sounds: Path | None) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("", "at", "what", "heard", "understood", "came to", "reply"))
    body = "".join(
        f"<tr><td>{number}</td><td>{step.at_s:.1f} s</td><td>{escape(step.what)}{_player(step, sounds)}</td>"
        f"<td>{escape(step.heard or '')}</td><td>{escape(_understood(step))}</td><td>{escape(_came_to(step))}</td>"
        f"<td>{escape(step.reply)}</td></tr>\n"
        for number, step in enumerate(steps, 1)
    )
    return f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>'


def _understood(step: StepResult) -> str:
    told = [
        " ".join([str(outcome["intent"]), *(f"{key}={value}" for key, value in outcome["slots"].items())])
        for outcome in step.outcomes
    ]
    return "; ".join(told or step.intents) or (step.refused or "").replace("_", " ")


def _came_to(step: StepResult) -> str:
    told = [f"{outcome['status']}{f' ({rule})' if (rule := outcome['rule']) else ''}" for outcome in step.outcomes]
    return ", ".join([*told, *(["asks"] if step.asks else [])])


def _player(step: StepResult, sounds: Path | None) -> str:
    path = sounds / step.sound if sounds is not None and step.sound else None
    if path is None or not path.is_file():
        return ""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f' <audio controls preload="none" src="data:audio/wav;base64,{data}"></audio>'
