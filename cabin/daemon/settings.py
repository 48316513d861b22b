"""Section `daemon` of cabin.yaml: where sound comes from, how long things may take, what is tested and written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cabin.config.fields import Bounds

__all__ = ["DaemonConfig"]


@dataclass(frozen=True)
class DaemonConfig:
    """`cabin run`."""

    source: str = "capture"
    """Where sound comes from: capture (as section `capture` says), none (texts over the control socket only),
    file:PATH (a wav file, or a folder of them) or socket:PATH (raw 16-bit sound at 16 kHz)."""
    budget: str = "headunit"
    """The file of budgets/ that must be kept; its deadlines and steps hold. Not there: the built-in values."""
    speculate: bool = True
    """Whether recognizing begins at the first short pause, and is thrown away when speech goes on."""
    stage_s: Annotated[float, Bounds(0.1, 60)] = 3.0
    """How long recognizer or parser may be at one utterance before their process is killed and replaced."""
    answer_s: Annotated[float, Bounds(0.1, 60)] = 0.6
    """How long the worker process may leave a question of whether it lives unanswered."""
    act_s: Annotated[float, Bounds(0.5, 120)] = 30.0
    """How long the car may be at one utterance before the daemon counts as hung, and the watchdog is not fed; more than
    `times.max_wait_ms` of vehicle.yaml, for which a slow window is waited for."""
    worker_memory_mib: Annotated[float, Bounds(64, 65536)] = 400.0
    """Resident memory past which the worker process is replaced."""
    self_test_s: Annotated[float, Bounds(0, 86_400)] = 600.0
    """How long nobody must have spoken before the chain is tested again with a recording; 0: never."""
    metrics_file: Path | None = None
    """Where to write OpenMetrics text for a collector; null: nowhere."""
    metrics_s: Annotated[float, Bounds(1, 3600)] = 15.0
    """How often to write it."""
    log_transcripts: bool = False
    """Whether what was said and answered is written to the log."""
