"""A soak: recordings fed to a daemon faster than real time, for hours, while memory, processor and latency are sampled.

Each recording is fed when the one before is answered, so that every utterance is recognized, parsed and acted on. The
order is drawn at random, the same for the same seed. The record is kept as it goes (soak_journal.py): a soak that was
stopped, or killed, goes on where it was, with a new daemon.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin import __version__
from cabin.bench.daemon_process import BenchDaemon, loosened
from cabin.bench.soak_journal import Event, Journal, Record, Sample, read_record
from cabin.bench.speech_feed import LONGEST_S, SpeechSocket, find_recordings, spoken
from cabin.budget.window import percentile
from cabin.errors import Problem, UsageError

if TYPE_CHECKING:
    from cabin.bench.daemon_process import Figures
    from cabin.messages import Samples

__all__ = ["MARKED", "SoakPlan", "run_soak"]

MARKED = ("fault", "dropped", "degraded", "reloaded", "events-lost")
"""Events that are kept: all else is what a soak is made of."""

STAGES = ("recognize", "parse", "policy", "act", "to_signal", "total")

ANSWER_S = 60.0
"""How long an answer may take before the next recording is fed all the same."""

HEAR_S = 5.0
"""How long it may take until a recording's end is noticed; one in which nothing is heard ends so."""

MOST_EVENTS = 2000
"""Kept in the record; a daemon that drops everything must not fill the disk."""


@dataclass(frozen=True)
class SoakPlan:
    """What is to be done."""

    file: Path
    """The record, soak.jsonl."""
    utterances: int | None = None
    """Recordings in all, those of earlier stretches counted; None: `seconds` tells."""
    seconds: float | None = None
    """How long in all."""
    speed: float = 16.0
    """How many times faster than real time sound is fed."""
    sample_every: int = 25
    """Utterances between two samples."""
    recordings: Sequence[Path] = ()
    """Folders of wav files to speak instead of the bundled ones."""
    seed: int = 1
    arguments: Sequence[str] = ()
    """More options of `cabin run`."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


async def run_soak(plan: SoakPlan, tell: Callable[[Sample], None] = lambda _sample: None) -> Record:
    """Feed until the plan is done; `tell` is called with every sample. Raises CabinError; the record is kept always."""
    if plan.utterances is None and plan.seconds is None:
        raise UsageError(Problem("a soak needs an end", hint="Give --hours or --utterances."))
    before = read_record(plan.file)
    if not _is_done(plan, before.utterances, before.seconds):
        files = find_recordings(plan.recordings, LONGEST_S)
        journal = Journal(plan.file)
        try:
            with tempfile.TemporaryDirectory(prefix="cabin-soak-") as name:
                await _Stretch(plan, before, journal, Path(name), tell).run(files)
        finally:
            journal.close()
    return read_record(plan.file)


def _is_done(plan: SoakPlan, utterances: int, seconds: float) -> bool:
    return (plan.utterances is not None and utterances >= plan.utterances) or (
        plan.seconds is not None and seconds >= plan.seconds
    )


class _Stretch:
    """From one start of the daemon to its end."""

    def __init__(
        self, plan: SoakPlan, before: Record, journal: Journal, folder: Path, tell: Callable[[Sample], None]
    ) -> None:
        self._plan, self._before, self._journal, self._folder, self._tell = plan, before, journal, folder, tell
        self._number = len(before.begins) + 1
        self._utterances = before.utterances
        self._began_s = time.monotonic()
        self._kept_events = len(before.events)

    async def run(self, files: Sequence[Path]) -> None:
        """Start the daemon and feed it."""
        plan, folder = self._plan, self._folder
        environ = loosened(plan.environ, folder / "config")
        daemon = BenchDaemon(folder, f"socket:{folder}/sound", environ, plan.arguments)
        why = "done"
        try:
            async with daemon:
                self._began_s = time.monotonic()
                self._journal.add("begin", self._told(files, daemon))
                await self._feed(daemon, files)
        except (asyncio.CancelledError, KeyboardInterrupt):
            why = "interrupted"
            raise
        except BaseException as error:
            why = str(error)
            raise
        finally:
            self._journal.add("end", {"t_s": self._t_s(), "stretch": self._number, "why": why})

    async def _feed(self, daemon: BenchDaemon, files: Sequence[Path]) -> None:
        plan, sounds = self._plan, {file: spoken(file) for file in files}
        mouth = SpeechSocket(self._folder / "sound")
        await mouth.open()
        await self._sample(daemon)
        try:
            for file in self._order(files):
                await self._say(daemon, mouth, sounds[file])
                self._utterances += 1
                done = _is_done(plan, self._utterances, self._t_s())
                if done or self._utterances % plan.sample_every == 0:
                    await self._sample(daemon)
                if done:
                    return
        finally:
            await mouth.close()

    async def _say(self, daemon: BenchDaemon, mouth: SpeechSocket, sound: Samples) -> None:
        ended = daemon.ended
        await mouth.speak(sound, self._plan.speed)
        heard = await daemon.until(lambda: daemon.ended > ended, HEAR_S)
        if not heard:
            self._keep(Event(self._t_s(), "unheard"))
        elif not await daemon.until_answered(ANSWER_S):
            daemon.answered = daemon.ended
            self._keep(Event(self._t_s(), "unanswered"))

    def _order(self, files: Sequence[Path]) -> Iterator[Path]:
        """Yield the recordings round by round, each round shuffled; a resumed soak goes on with the next one."""
        for round_ in itertools.count(self._utterances // len(files)):
            drawn = list(files)
            random.Random(self._plan.seed * 1_000_003 + round_).shuffle(drawn)
            first = self._utterances % len(files) if round_ == self._before.utterances // len(files) else 0
            yield from drawn[first:]

    async def _sample(self, daemon: BenchDaemon) -> None:
        status = await daemon.status()
        figures = await asyncio.to_thread(daemon.figures)
        for at_s, name, data in daemon.events:
            if name in MARKED:
                self._keep(Event(self._t_s(at_s), name, data))
        daemon.events.clear()
        turns, daemon.turns = daemon.turns, []
        sample = self._make(figures, turns, status.counts, status.microphone.overflows)
        self._journal.add("sample", sample)
        self._tell(sample)

    def _make(
        self, figures: Figures, turns: Sequence[Mapping[str, float]], counts: Mapping[str, int], overflows: int
    ) -> Sample:
        by_stage = {stage: [turn[stage] for turn in turns if stage in turn] for stage in STAGES}
        ms = {
            stage: {"p50": round(percentile(times, 50), 2), "p95": round(percentile(times, 95), 2)}
            for stage, times in by_stage.items()
            if times
        }
        return Sample(
            round(self._t_s(), 2),
            self._number,
            self._utterances,
            int(figures.processes.get("worker", {}).get("pid", 0)),
            round(figures.resident_mib, 2),
            round(figures.rss_mib, 2),
            round(figures.processor_s, 2),
            round(figures.waited_s, 2),
            dict(counts),
            overflows,
            ms,
            figures.processes,
        )

    def _keep(self, event: Event) -> None:
        self._kept_events += 1
        if self._kept_events <= MOST_EVENTS:
            self._journal.add("event", event)

    def _t_s(self, at_s: float | None = None) -> float:
        return round(self._before.seconds + (time.monotonic() if at_s is None else at_s) - self._began_s, 2)

    def _told(self, files: Sequence[Path], daemon: BenchDaemon) -> dict[str, Any]:
        return {
            "stretch": self._number,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "version": __version__,
            "utterances": self._utterances,
            "recordings": len(files),
            "speed": self._plan.speed,
            "ready_s": round(daemon.ready_s, 2),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        }
