"""Status for people: one line for `systemctl status`, and the lines of `cabin status`."""

from __future__ import annotations

from collections.abc import Iterator

from cabin.control.status import Microphone, Privacy, Stage, Status, Worker

__all__ = ["duration", "status_line", "status_lines"]

LONGEST_LINE = 200
"""systemd shows what STATUS= says on one line."""


def status_line(status: Status) -> str:
    """Return a status in one line: "ready, normal; 1,204 done, 3 refused; act p95 12 ms; 212 of 300 MiB; ...".

    No word that was said is in it.
    """
    parts = [f"{status.phase}, {status.step}" + (f" ({status.reason})" if status.reason else "")]
    counts = [f"{count:,} {name}" for name, count in status.counts.items() if count]
    if counts:
        parts.append(", ".join(counts[:5]))
    slowest = max((each for each in status.stages if each.p95_ms is not None), key=_p95, default=None)
    if slowest is not None:
        parts.append(f"slowest {slowest.name}, p95 {_p95(slowest):.0f} ms")
    parts.append(_memory(status))
    parts.append(_microphone(status.microphone))
    broken = [each.name for each in status.workers if each.state != "running"]
    if broken:
        parts.append(f"not running: {', '.join(broken)}")
    if status.privacy.recording:
        parts.append("RECORDING")
    line = " ".join("; ".join(parts).split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..."


def status_lines(status: Status) -> Iterator[tuple[str, str]]:
    """Yield (what, how it is) for `cabin status`."""
    yield "daemon", f"cabin {status.version}, process {status.pid}, up {duration(status.uptime_s)}"
    yield "state", f"{status.phase}, {status.step}" + (f": {status.reason}" if status.reason else "")
    yield "microphone", _microphone(status.microphone)
    yield "privacy", _privacy(status.privacy)
    yield "memory", _memory(status)
    if status.counts:
        yield "results", ", ".join(f"{count:,} {name}" for name, count in status.counts.items())
    for stage in status.stages:
        yield f"stage {stage.name}", _stage(stage)
    for worker in status.workers:
        yield f"worker {worker.name}", _worker(worker)
    clients = status.clients
    yield (
        "clients",
        f"{clients.connected} connected, {clients.watching} watching; since the start {clients.accepted:,} let in, "
        f"{clients.refused:,} refused, {clients.dropped:,} dropped; {clients.requests:,} requests",
    )


def duration(seconds: float) -> str:
    """Return a time in its two largest units: 3 d 4 h, 12 min 5 s."""
    left = int(seconds)
    told: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not told):
            told.append(f"{count} {unit}")
    return " ".join(told[:2])


def _p95(stage: Stage) -> float:
    return stage.p95_ms or 0.0


def _memory(status: Status) -> str:
    of = f" of {status.memory.limit_mib:.0f}" if status.memory.limit_mib is not None else ""
    return f"{status.memory.resident_mib:.0f}{of} MiB"


def _microphone(microphone: Microphone) -> str:
    words = {
        "none": "no microphone",
        "open": "microphone open",
        "muted": "microphone muted",
        "absent": "microphone not there",
        "failed": "microphone gives no sound",
    }
    text = words[microphone.state] + (f": {microphone.name}" if microphone.name else "")
    return text + (f", {microphone.overflows:,} overflows" if microphone.overflows else "")


def _privacy(privacy: Privacy) -> str:
    told = [
        words
        for is_on, words in (
            (privacy.recording, "SOUND IS RECORDED"),
            (privacy.transcripts_logged, "what is said is logged"),
            (privacy.transcripts_shared, "some clients may see what is said"),
        )
        if is_on
    ]
    return "; ".join(told) or "nothing that is said is kept or shown"


def _stage(stage: Stage) -> str:
    if not stage.runs:
        return "did not run yet"
    times = (
        f"p50 {stage.p50_ms:.1f}, p95 {stage.p95_ms:.1f} ms; "
        if stage.p50_ms is not None and stage.p95_ms is not None
        else ""
    )
    last = f", last {duration(stage.last_progress_s)} ago" if stage.last_progress_s is not None else ""
    late = f", {stage.overruns:,} past its deadline" if stage.overruns else ""
    return f"{times}{stage.runs:,} runs{late}{last}"


def _worker(worker: Worker) -> str:
    parts: list[str] = [worker.state]
    if worker.pid is not None:
        parts.append(f"process {worker.pid}")
    if worker.resident_mib is not None:
        parts.append(f"{worker.resident_mib:.0f} MiB")
    if worker.restarts:
        parts.append(f"{worker.restarts} restarts")
    return ", ".join(parts)
