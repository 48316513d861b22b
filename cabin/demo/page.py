"""The demo as one self-contained page: waveforms, players, what was heard, understood and done, and the times."""

from __future__ import annotations

import base64
import os
import platform
import tempfile
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from cabin.cli.turns import command_text
from cabin.dialog.words import say_number
from cabin.errors import CabinError, Problem
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.demo.player import DemoResult, StageTimes
    from cabin.messages import Outcome, SignalChange, Sound, Turn

__all__ = ["make_page", "waveform_svg", "write_page"]

_BINS = 240
_HEIGHT = 56
_STAGES = ("listen", "recognize", "parse", "policy", "act")


def write_page(file: Path, results: Sequence[DemoResult], times: Sequence[StageTimes], peak_mib: float) -> None:
    """Write the page, or leave what was there. Raises CabinError when the disk does not take it."""
    page = make_page(results, times, peak_mib).encode()
    part = ""
    try:
        handle, part = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(page)
        Path(part).chmod(0o644)
        Path(part).replace(file)
    except OSError as error:
        if part:
            Path(part).unlink(missing_ok=True)
        raise CabinError(Problem("the page could not be written", str(file), error.strerror or str(error))) from error


def make_page(results: Sequence[DemoResult], times: Sequence[StageTimes], peak_mib: float) -> str:
    """Return the page: no script, no link to anything outside."""
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    right = sum(not result.differences for result in results)
    total = next((each for each in times if each.stage == "total"), None)
    rows = "".join(
        f"<tr><td>{escape(each.stage)}</td><td>{each.p50_ms:.1f}</td><td>{each.p95_ms:.1f}</td></tr>" for each in times
    )
    return template.substitute(
        right=right,
        count=len(results),
        verdict="ok" if right == len(results) else "bad",
        total_p50=f"{total.p50_ms:.0f}" if total else "0",
        total_p95=f"{total.p95_ms:.0f}" if total else "0",
        peak=f"{peak_mib:.0f}",
        machine=escape(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"),
        stages=rows,
        cards="\n".join(_card(result) for result in results),
    )


def waveform_svg(sound: Sound, spans: Sequence[tuple[float, float]]) -> str:
    """Return the loudness of a sound over time as inline SVG; `spans` (seconds) are the utterances found in it."""
    import numpy as np

    samples = np.abs(sound.samples)
    edges = np.linspace(0, len(samples), _BINS + 1).astype(int)
    peaks = [float(samples[a:b].max()) if b > a else 0.0 for a, b in pairwise(edges)]
    loudest = max(*peaks, 1e-3)
    middle = _HEIGHT / 2
    heights = [max(0.5, peak / loudest * (middle - 2)) for peak in peaks]
    bars = "".join(f"M{x + 0.5:g} {middle - h:.1f}V{middle + h:.1f}" for x, h in enumerate(heights))
    duration_s = max(sound.duration_s, 1e-3)
    marks = "".join(
        f'<rect class="span" x="{start / duration_s * _BINS:.1f}" y="0" '
        f'width="{(min(end, duration_s) - start) / duration_s * _BINS:.1f}" height="{_HEIGHT}" rx="3"/>'
        for start, end in spans
    )
    label = f"waveform, {sound.duration_s:.1f} seconds"
    return (
        f'<svg viewBox="0 0 {_BINS} {_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f'{marks}<path class="wave" d="{bars}"/></svg>'
    )


def _card(result: DemoResult) -> str:
    entry = result.entry
    spans = [(turn.utterance.start_s, turn.utterance.end_s) for turn in result.turns if turn.utterance]
    around = [f"{path.rpartition('.')[2]} {value}" for path, value in entry.car.items()]
    around += [f"car noise, {entry.noise['snr_db']:g} dB"] if "snr_db" in entry.noise else []
    around += [f"voice {entry.voice}"] if entry.voice else []
    chips = "".join(f'<span class="chip">{escape(text)}</span>' for text in around)
    wrong = "".join(f'<p class="wrong">{escape(text)}</p>' for text in result.differences)
    state = "bad" if result.differences else "ok"
    word = "not as it must be" if result.differences else "as it must be"
    return (
        f'<article class="{state}"><header><h2>{escape(entry.text)}</h2>'
        f'<span class="mark {state}">{word}</span></header>'
        f'<div class="chips">{chips}</div>{waveform_svg(result.sound, spans)}'
        f'<audio controls preload="none" src="{_data_uri(result.sound)}"></audio>'
        f"{''.join(_turn(turn) for turn in result.turns)}{wrong}</article>"
    )


def _turn(turn: Turn) -> str:
    heard = escape(turn.transcript.text) if turn.transcript and turn.transcript.text else "<i>nothing</i>"
    rows = [("heard", heard)]
    if turn.parse.refused is not None:
        rows.append(("understood", f'nothing to do: <b class="refused">{escape(turn.parse.refused)}</b>'))
    for outcome in turn.outcomes:
        rows += _outcome_rows(outcome)
    if turn.reply:
        rows.append(("reply", f"<q>{escape(turn.reply)}</q>"))
    listed = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in rows)
    return f"<dl>{listed}</dl>{_stage_bar(turn)}"


def _outcome_rows(outcome: Outcome) -> list[tuple[str, str]]:
    command = outcome.command
    sure = "by template" if command.by == "template" else f"{command.confidence:.0%}"
    rule = f" <small>rule: {escape(outcome.verdict.rule)}</small>" if outcome.verdict.rule else ""
    rows = [
        ("understood", f"<code>{escape(command_text(command))}</code> <small>{sure}</small>"),
        ("outcome", f'<b class="{outcome.status}">{outcome.status}</b>{rule}'),
    ]
    rows += [("signal", _change(change)) for change in outcome.changes]
    rows += [("read", f"{_path(signal.path)} {_say(signal.value)}") for signal in outcome.readings]
    return rows


def _change(change: SignalChange) -> str:
    mark = "" if change.confirmed else ' <b class="failed">not confirmed</b>'
    values = f"{_say(change.before)} <span class='arrow'>→</span> <b>{_say(change.after)}</b> {escape(change.unit)}"
    return f"{_path(change.path)} {values}{mark}"


def _path(path: str) -> str:
    """Return a signal's path that may break after its dots."""
    return f"<code>{escape(path).replace('.', '.<wbr>')}</code>"


def _stage_bar(turn: Turn) -> str:
    total = turn.ms.get("total", 0.0)
    if total <= 0:
        return ""
    parts = "".join(
        f'<i class="{stage}" style="width:{turn.ms.get(stage, 0.0) / total * 100:.2f}%" '
        f'title="{stage} {turn.ms.get(stage, 0.0):.1f} ms"></i>'
        for stage in _STAGES
    )
    told = ", ".join(f"{stage} {turn.ms[stage]:.1f}" for stage in _STAGES if stage in turn.ms)
    return f'<div class="bar">{parts}</div><p class="ms">{told}; total {total:.1f} ms</p>'


def _say(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    return say_number(value) if isinstance(value, int | float) else escape(str(value)) or "<i>empty</i>"


def _data_uri(sound: Sound) -> str:
    """Return the sound as a wav file (16 bit, mono) in a data URI."""
    import io
    import wave

    import numpy as np

    data = (np.clip(sound.samples, -1, 1) * 32767).astype("<i2").tobytes()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(data)
    return f"data:audio/wav;base64,{base64.b64encode(buffer.getvalue()).decode()}"
