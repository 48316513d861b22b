"""What the running daemon takes: start, spoken command to signal, silence, memory. From outside, as a user meets it.

Each part starts `cabin run` as it is configured, on the simulated car:

- start      from the start of the process to READY, with a self-test through the whole chain in it
- latency    recordings spoken at their own pace, through a virtual microphone or as a file: endpoint to signal, last
             sound to signal
- silence    processor time while nothing but faint noise is heard
- memory     after many utterances, fed faster than real time
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cabin.bench.daemon_process import BenchDaemon, Figures
from cabin.bench.soak import SoakPlan, run_soak
from cabin.bench.speech_feed import find_recordings, quiet, spoken
from cabin.bench.virtual_microphone import VirtualMicrophone
from cabin.budget.window import percentile
from cabin.errors import BudgetError, Problem, SoundError

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["PARTS", "TARGETS", "DaemonPlan", "Target", "measure_daemon", "verdict"]

Part = Literal["start", "latency", "silence", "memory"]
Source = Literal["microphone", "file"]

PARTS: tuple[Part, ...] = ("start", "latency", "silence", "memory")

OPEN_S = 60.0
"""How long the microphone may take to be opened after READY."""

HEAR_S = 60.0
"""How long the end of what was spoken may take to be noticed, where less was heard than spoken."""

SETTLE_S = 3.0
"""After the start, before silence is measured."""


@dataclass(frozen=True)
class Target:
    """What a figure must come to; lower is better."""

    least: float
    aim: float
    meaning: str


TARGETS: Mapping[str, Target] = {
    "ready_s": Target(2.5, 1.2, "start to READY, median"),
    "endpoint_to_signal_p50_ms": Target(60, 30, "speech decided to have ended, to signal written, median"),
    "endpoint_to_signal_p95_ms": Target(250, 150, "the same, 95th percentile"),
    "idle_processor_percent": Target(2, 1, "processor in silence, of one core"),
    "resident_mib": Target(320, 220, "resident memory of all processes (PSS) after the utterances"),
}


@dataclass(frozen=True)
class DaemonPlan:
    """What is measured."""

    parts: Sequence[Part] = PARTS
    source: Source = "microphone"
    starts: int = 5
    rounds: int = 2
    """How often all recordings are spoken for latency."""
    silence_s: float = 60.0
    utterances: int = 1000
    """Before memory is read."""
    speed: float = 16.0
    """Times real time at which these are fed."""
    recordings: Sequence[Path] = ()
    """Folders of wav files to speak instead of the bundled ones."""
    arguments: Sequence[str] = ()
    """More options of `cabin run`."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


def verdict(key: str, value: float) -> str:
    """Return `aim`, `met` or `missed`; empty where nothing is asked for."""
    target = TARGETS.get(key)
    if target is None:
        return ""
    if value <= target.aim:
        return "aim"
    return "met" if value <= target.least else "missed"


async def measure_daemon(plan: DaemonPlan, tell: Callable[[str], None] = lambda _text: None) -> dict[str, Any]:
    """Measure; `tell` is called with what is begun. Raises CabinError.

    Returns figures (key -> value) and details, among them `waited_percent`: for how much of the time that the daemon
    wanted a core others had it. From some percent on, times tell of the machine rather than of cabin.
    """
    bench = _Bench(plan)
    measures = {"start": bench.start, "latency": bench.latency, "silence": bench.silence, "memory": bench.memory}
    for part in PARTS:
        if part in plan.parts:
            tell(f"measuring {part} ...")
            await measures[part]()
    busy_s = bench.processor_s + bench.waited_s
    bench.details["waited_percent"] = round(100 * bench.waited_s / busy_s, 1) if busy_s else 0.0
    return {"figures": {key: round(value, 3) for key, value in bench.figures.items()}, "details": bench.details}


class _Bench:
    def __init__(self, plan: DaemonPlan) -> None:
        self.figures: dict[str, float] = {}
        self.details: dict[str, Any] = {"source": plan.source}
        self.processor_s = self.waited_s = 0.0
        self._plan = plan

    async def start(self) -> None:
        """Start several times; files are read from the disk's cache from the second on."""
        ready_s, processor_s = [], []
        for _ in range(self._plan.starts):
            async with AsyncExitStack() as stack:
                daemon = await self._daemon(stack, _folder(stack))
                figures = daemon.figures()
                ready_s.append(daemon.ready_s)
                processor_s.append(figures.processor_s)
                self._count(figures.processor_s, figures.waited_s)
        self.figures["ready_s"] = percentile(ready_s, 50)
        self.details |= {
            "ready_worst_s": round(max(ready_s), 3),
            "ready_processor_s": round(percentile(processor_s, 50), 2),
            "starts": len(ready_s),
        }

    async def latency(self) -> None:
        """Speak every recording at its own pace."""
        plan, files = self._plan, find_recordings(self._plan.recordings) * self._plan.rounds
        async with AsyncExitStack() as stack:
            folder = _folder(stack)
            if plan.source == "file":
                daemon = await self._play(stack, folder, files)
            else:
                daemon = await self._speak(stack, folder, files)
            turns, counted = daemon.turns, Counter(name for _, name, _ in daemon.events)
        written = [turn for turn in turns if "to_signal" in turn]
        if not written:
            seen = f"{len(turns)} turns, {counted['dropped']} dropped, {counted['degraded']} steps of the ladder"
            hint = "Are others taking the processor? Measure again when the machine is idle."
            raise BudgetError(Problem("nothing that was spoken came to a signal", seen=seen, hint=hint))
        to_signal = [turn["to_signal"] for turn in written]
        from_speech = [turn["speech_to_signal"] for turn in written if "speech_to_signal" in turn]
        self.figures |= {
            "endpoint_to_signal_p50_ms": percentile(to_signal, 50),
            "endpoint_to_signal_p95_ms": percentile(to_signal, 95),
        }
        if from_speech:
            self.figures["speech_to_signal_p95_ms"] = percentile(from_speech, 95)
        self.details |= {
            "spoken": len(files),
            "turns": len(turns),
            "signals": len(written),
            "guessed": sum("guessed" in turn for turn in turns),
            "worst_to_signal_ms": round(max(to_signal), 1),
            "recognize_p50_ms": round(percentile([turn["recognize"] for turn in turns if "recognize" in turn], 50), 1),
            "dropped": counted["dropped"],
            "degraded": counted["degraded"],
        }

    async def silence(self) -> None:
        """Let it hear faint noise."""
        seconds = self._plan.silence_s
        async with AsyncExitStack() as stack:
            folder = _folder(stack)
            noise = folder / "noise"
            noise.mkdir()
            _write(noise / "noise.wav", quiet(seconds + 2 * SETTLE_S))
            if self._plan.source == "file":
                daemon = await self._daemon(stack, folder, f"file:{noise}")
                before = await self._after(daemon, SETTLE_S)
                after = await self._after(daemon, seconds)
            else:
                microphone = await self._microphone(stack, folder)
                daemon = await self._listening(stack, folder, microphone)
                playing = asyncio.create_task(microphone.play(noise / "noise.wav"))
                stack.push_async_callback(_end, playing)
                before = await self._after(daemon, SETTLE_S)
                after = await self._after(daemon, seconds)
                if playing.done():
                    await playing
            self._count(after.processor_s, after.waited_s)
        took = {
            name: after.processes[name]["processor_s"] - before.processes[name]["processor_s"]
            for name in after.processes.keys() & before.processes.keys()
        }
        lasted_s = after.at_s - before.at_s
        self.figures["idle_processor_percent"] = 100 * sum(took.values()) / lasted_s
        self.details["idle_percent"] = {name: round(100 * each / lasted_s, 2) for name, each in sorted(took.items())}

    async def memory(self) -> None:
        """Feed many utterances and see what all processes hold then."""
        plan = self._plan
        with tempfile.TemporaryDirectory(prefix="cabin-bench-") as name:
            soak = SoakPlan(
                Path(name) / "soak.jsonl",
                plan.utterances,
                speed=plan.speed,
                recordings=plan.recordings,
                arguments=plan.arguments,
                environ=plan.environ,
            )
            record = await run_soak(soak)
        last = record.samples[-1]
        self._count(last.processor_s, last.waited_s)
        capture_mib = await self._capture_mib() if plan.source == "microphone" else 0.0
        self.figures |= {
            "resident_mib": last.resident_mib + capture_mib,
            "processor_s_per_utterance": last.processor_s / max(1, record.utterances),
        }
        self.details |= {
            "utterances": record.utterances,
            "resident_at_ready_mib": record.samples[0].resident_mib,
            "rss_mib": last.rss_mib,
            "capture_mib": round(capture_mib, 1),
            "processes": last.processes,
            "fed_counts": last.counts,
        }

    async def _capture_mib(self) -> float:
        """Return what the capture process holds beside the others; in the soak there is none."""
        async with AsyncExitStack() as stack:
            folder = _folder(stack)
            microphone = await self._microphone(stack, folder)
            daemon = await self._listening(stack, folder, microphone)
            figures = await self._after(daemon, SETTLE_S)
        return figures.processes.get("capture", {}).get("resident_mib", 0.0)

    async def _speak(self, stack: AsyncExitStack, folder: Path, files: Sequence[Path]) -> BenchDaemon:
        import numpy as np

        microphone = await self._microphone(stack, folder)
        daemon = await self._listening(stack, folder, microphone)
        _write(folder / "spoken.wav", np.concatenate([quiet(1.0), *(spoken(file) for file in files)]))
        await microphone.play(folder / "spoken.wav")
        await daemon.until(lambda: daemon.ended >= len(files), HEAR_S)
        await daemon.until_answered(30.0)
        figures = daemon.figures()
        self._count(figures.processor_s, figures.waited_s)
        return daemon

    async def _play(self, stack: AsyncExitStack, folder: Path, files: Sequence[Path]) -> BenchDaemon:
        played = folder / "played"
        played.mkdir()
        for number, file in enumerate(files):
            (played / f"{number:05}-{file.name}").symlink_to(file.resolve())
        daemon = await self._daemon(stack, folder, f"file:{played}", arguments=["--once"])
        await daemon.wait()
        return daemon

    async def _microphone(self, stack: AsyncExitStack, folder: Path) -> VirtualMicrophone:
        (folder / "pulse").mkdir()
        return await stack.enter_async_context(VirtualMicrophone(folder / "pulse", self._plan.environ))

    async def _daemon(
        self,
        stack: AsyncExitStack,
        folder: Path,
        source: str = "",
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> BenchDaemon:
        (folder / "run").mkdir()
        arguments = [*self._plan.arguments, *arguments]
        source = source or f"socket:{folder}/run/sound"
        daemon = BenchDaemon(folder / "run", source, environ or self._plan.environ, arguments)
        return await stack.enter_async_context(daemon)

    async def _listening(self, stack: AsyncExitStack, folder: Path, microphone: VirtualMicrophone) -> BenchDaemon:
        """Start a daemon that hears the microphone: READY does not wait for a device."""
        daemon = await self._daemon(stack, folder, "capture", microphone.environ)
        for _ in range(round(OPEN_S / 0.1)):
            state = (await daemon.status()).microphone.state
            if state == "open":
                return daemon
            await asyncio.sleep(0.1)
        raise SoundError(Problem(f"the microphone is not open after {OPEN_S:g} s", seen=state))

    async def _after(self, daemon: BenchDaemon, seconds: float) -> Figures:
        await daemon.until(lambda: False, seconds)
        return daemon.figures()

    def _count(self, processor_s: float, waited_s: float) -> None:
        self.processor_s += processor_s
        self.waited_s += waited_s


def _folder(stack: AsyncExitStack) -> Path:
    """Return a fresh folder with a path that is short enough for sockets; it goes when the stack does."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cabin-bench-")))


def _write(file: Path, samples: Samples) -> None:
    from cabin.audio.wav import write_wav

    write_wav(file, samples)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
