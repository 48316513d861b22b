"""Status as OpenMetrics text: over the socket, and as a file for a collector to pick up.

No registry and no global state: a frozen dataclass whose fields say what they are.
Format: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md, version 1.0.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints

from cabin.config.fields import fields_of
from cabin.control.status import MicrophoneState, Phase, Status, Step

__all__ = ["CONTENT_TYPE", "Family", "Metrics", "Sample", "metrics_of", "openmetrics", "write_textfile"]

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

PREFIX = "cabin_"

MIB = 2**20


@dataclass(frozen=True)
class Family:
    """What one metric is. Its name is the field's with `cabin_` before it; its help the field's docstring."""

    kind: Literal["counter", "gauge", "stateset", "summary", "info"]
    unit: str = ""
    """The name ends in it."""


@dataclass(frozen=True)
class Sample:
    """One line: a value with its labels."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""
    """What the family's name gets: _total, _sum, _count, _info; filled in for counters and infos."""


Samples = tuple[Sample, ...]

_COUNTER = Family("counter")


@dataclass(frozen=True)
class Metrics:
    """Everything that is exported."""

    build: Annotated[Samples, Family("info")]
    """The version that runs."""
    start_time_seconds: Annotated[Samples, Family("gauge", "seconds")]
    """When the daemon started, since 1970."""
    uptime_seconds: Annotated[Samples, Family("gauge", "seconds")]
    """How long it runs, by a clock that nobody sets."""
    phase: Annotated[Samples, Family("stateset")]
    """Whether it is starting, ready or stopping."""
    step: Annotated[Samples, Family("stateset")]
    """The rung of the degradation ladder."""
    resident_memory_bytes: Annotated[Samples, Family("gauge", "bytes")]
    """Memory of all processes of the daemon."""
    memory_limit_bytes: Annotated[Samples, Family("gauge", "bytes")]
    """Where the memory budget ends; absent when none is set."""
    stage_seconds: Annotated[Samples, Family("summary", "seconds")]
    """Time of each stage of the chain; the quantiles are of its latest runs."""
    stage_progress_age_seconds: Annotated[Samples, Family("gauge", "seconds")]
    """Time since a stage last made progress."""
    stage_overruns: Annotated[Samples, _COUNTER]
    """Runs past the stage's deadline."""
    worker_up: Annotated[Samples, Family("gauge")]
    """1 when a worker runs, else 0."""
    worker_restarts: Annotated[Samples, _COUNTER]
    """How often a worker was started again."""
    worker_resident_memory_bytes: Annotated[Samples, Family("gauge", "bytes")]
    """Memory of one worker process."""
    microphone: Annotated[Samples, Family("stateset")]
    """What the microphone is doing."""
    microphone_overflows: Annotated[Samples, _COUNTER]
    """Times that samples were lost."""
    results: Annotated[Samples, _COUNTER]
    """What became of utterances and commands."""
    privacy: Annotated[Samples, Family("gauge")]
    """1 when what was said or heard leaves the memory in this way, else 0."""
    control_clients: Annotated[Samples, Family("gauge")]
    """Connections to the control socket now: all of them, and those that watch."""
    control_events: Annotated[Samples, _COUNTER]
    """What happened at the control socket: connections accepted and refused, clients dropped, requests, errors."""


def metrics_of(status: Status) -> Metrics:
    """Return a status as metrics."""
    limit, clients = status.memory.limit_mib, status.clients
    return Metrics(
        build=(Sample(1, {"version": status.version}),),
        start_time_seconds=(Sample(status.since_ms / 1000),),
        uptime_seconds=(Sample(status.uptime_s),),
        phase=_states("phase", status.phase, get_args(Phase)),
        step=_states("step", status.step, get_args(Step)),
        resident_memory_bytes=(Sample(status.memory.resident_mib * MIB),),
        memory_limit_bytes=(Sample(limit * MIB),) if limit is not None else (),
        stage_seconds=tuple(_stage_seconds(status)),
        stage_progress_age_seconds=tuple(
            Sample(each.last_progress_s, {"stage": each.name})
            for each in status.stages
            if each.last_progress_s is not None
        ),
        stage_overruns=tuple(Sample(each.overruns, {"stage": each.name}) for each in status.stages),
        worker_up=tuple(Sample(float(each.state == "running"), {"worker": each.name}) for each in status.workers),
        worker_restarts=tuple(Sample(each.restarts, {"worker": each.name}) for each in status.workers),
        worker_resident_memory_bytes=tuple(
            Sample(each.resident_mib * MIB, {"worker": each.name})
            for each in status.workers
            if each.resident_mib is not None
        ),
        microphone=_states("microphone", status.microphone.state, get_args(MicrophoneState)),
        microphone_overflows=(Sample(status.microphone.overflows),),
        results=tuple(Sample(count, {"what": name}) for name, count in status.counts.items()),
        privacy=tuple(
            Sample(float(is_on), {"switch": name}) for name, is_on in dataclasses.asdict(status.privacy).items()
        ),
        control_clients=(
            Sample(clients.connected, {"state": "connected"}),
            Sample(clients.watching, {"state": "watching"}),
        ),
        control_events=tuple(
            Sample(getattr(clients, name), {"what": name})
            for name in ("accepted", "refused", "dropped", "requests", "errors")
        ),
    )


def openmetrics(metrics: Metrics) -> str:
    """Return the text of OpenMetrics 1.0, its end mark included."""
    lines: list[str] = []
    hints = get_type_hints(Metrics, include_extras=True)
    for info in fields_of(Metrics):
        samples: Samples = getattr(metrics, info.name)
        family: Family = hints[info.name].__metadata__[0]
        if samples:
            lines += _family_lines(f"{PREFIX}{info.name}", family, info.doc, samples)
    return "\n".join([*lines, "# EOF\n"])


def write_textfile(path: Path, text: str) -> None:
    """Put the text where a collector (node_exporter's textfile) reads it: whole, or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        part.chmod(0o644)  # the collector is another user
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _family_lines(name: str, family: Family, meaning: str, samples: Samples) -> Iterator[str]:
    yield f"# TYPE {name} {family.kind}"
    if family.unit:
        yield f"# UNIT {name} {family.unit}"
    yield f"# HELP {name} {_escaped(meaning)}"
    own = {"counter": "_total", "info": "_info"}.get(family.kind, "")
    for sample in samples:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
        yield f"{name}{sample.suffix or own}{f'{{{labels}}}' if labels else ''} {_number(sample.value)}"


def _states(name: str, now: str, known: Iterable[str]) -> Samples:
    return tuple(Sample(float(state == now), {f"{PREFIX}{name}": state}) for state in known)


def _stage_seconds(status: Status) -> Iterator[Sample]:
    for stage in status.stages:
        labels = {"stage": stage.name}
        for quantile, value_ms in (("0.5", stage.p50_ms), ("0.95", stage.p95_ms)):
            if value_ms is not None:
                yield Sample(value_ms / 1000, {**labels, "quantile": quantile})
        yield Sample(stage.total_ms / 1000, labels, "_sum")
        yield Sample(stage.runs, labels, "_count")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
