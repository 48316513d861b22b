"""How the daemon is: what `cabin status` shows and what metrics are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Clients",
    "Memory",
    "Microphone",
    "MicrophoneState",
    "Phase",
    "Privacy",
    "Stage",
    "Status",
    "Step",
    "Worker",
    "WorkerState",
]

Phase = Literal["starting", "ready", "stopping"]
Step = Literal["normal", "lean", "essential", "deaf", "restart"]
"""The rung of the degradation ladder."""
MicrophoneState = Literal["none", "open", "muted", "absent", "failed"]
"""none: not configured; absent: configured and not there; failed: there and giving no sound."""
WorkerState = Literal["starting", "running", "restarting", "stopped"]


@dataclass(frozen=True)
class Stage:
    """One stage of the chain: how long it takes, and whether it moves."""

    name: str
    """listen, recognize, parse, policy, act, or another."""
    runs: int
    """How often it ran."""
    total_ms: float
    """Time in it, all runs together."""
    p50_ms: float | None = None
    """Median of the latest runs; null before the first."""
    p95_ms: float | None = None
    """95th percentile of the latest runs."""
    last_progress_s: float | None = None
    """Seconds since it last made progress; null: it never ran."""
    overruns: int = 0
    """Runs past the stage's deadline."""


@dataclass(frozen=True)
class Worker:
    """A process or thread that does a stage's work."""

    name: str
    state: WorkerState
    pid: int | None = None
    """Null: a thread of the daemon."""
    restarts: int = 0
    resident_mib: float | None = None


@dataclass(frozen=True)
class Memory:
    """Memory of all processes of the daemon."""

    resident_mib: float
    limit_mib: float | None = None
    """Where the budget ends; null: none is set."""


@dataclass(frozen=True)
class Microphone:
    """Where sound comes from."""

    state: MicrophoneState = "none"
    name: str = ""
    """The device's stable name, or the source that stands for it."""
    overflows: int = 0
    """Times that samples were lost."""


@dataclass(frozen=True)
class Privacy:
    """What of the driver leaves the memory. All false: nothing does."""

    recording: bool = False
    """Sound is written to disk."""
    transcripts_logged: bool = False
    """What was said is written to the log."""
    transcripts_shared: bool = False
    """Somebody has the right to see over the socket what was said."""


@dataclass(frozen=True)
class Clients:
    """The control socket's own counts; the server fills them in."""

    connected: int = 0
    watching: int = 0
    accepted: int = 0
    """Since the start, as all that follow."""
    requests: int = 0
    errors: int = 0
    """Requests answered with an error."""
    refused: int = 0
    """Connections not let in."""
    dropped: int = 0
    """Clients dropped for breaking a limit."""


@dataclass(frozen=True)
class Status:
    """The answer to `status`."""

    version: str
    """Of cabin."""
    pid: int
    since_ms: float
    """When the daemon started, milliseconds since 1970."""
    uptime_s: float
    """By a clock that nobody sets."""
    phase: Phase
    step: Step = "normal"
    reason: str = ""
    """Why the step is not normal, as a sentence; empty when it is."""
    stages: tuple[Stage, ...] = ()
    workers: tuple[Worker, ...] = ()
    memory: Memory = field(default_factory=lambda: Memory(0.0))
    microphone: Microphone = field(default_factory=Microphone)
    privacy: Privacy = field(default_factory=Privacy)
    counts: Mapping[str, int] = field(default_factory=dict)
    """What became of utterances and commands since the start: heard, understood, done, refused, dropped, ..."""
    clients: Clients = field(default_factory=Clients)
