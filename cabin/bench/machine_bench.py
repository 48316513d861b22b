"""What this machine makes of the configured service, key by key of config/budgets, as one JSON object.

    python -m cabin.bench.machine_bench [--core N] [--rounds N]

The process pins itself to one core before it loads anything, so that engines start one thread and times are those of
one core. Times are processor times (`own_time_s`), so a machine that does other work meanwhile is not blamed for it;
how long the process waited for its core is told beside them. `cabin doctor --budget` runs this in a process of its own:
its memory is that of interpreter, plugins and models.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.budget.cgroup import read_small
from cabin.budget.meter import pss_mib, rss_mib
from cabin.budget.window import percentile

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.cli.app import App
    from cabin.demo.script import DemoEntry
    from cabin.messages import Samples, SignalValue

__all__ = [
    "Heard",
    "TimedCar",
    "figures_of",
    "measure_heard",
    "measure_machine",
    "open_timed_chain",
    "own_time_s",
    "process_age_s",
]

BLOCK_SAMPLES = 512
"""32 ms, as a microphone gives them."""

SILENCE_S = 10.0
_AFTER_S = 1.5
"""Quiet sound put after each recording, so that the endpointer and not the end of the file ends the utterance."""

_QUIET = 1e-4
"""Amplitude of the quiet noise: about -80 dB of full scale."""

HEARING_KEYS = (
    "endpoint_to_signal",
    "speech_to_signal",
    "recognizer_rtf",
    "deadlines.",
    "idle_processor_percent",
    "resident_mib",
    "ready_s",
)
"""What cannot be measured without a recognizer."""


SCHEDSTAT = Path("/proc/self/schedstat")
"""Of the main thread: nanoseconds run and waited for a core (Linux Documentation/scheduler/sched-stats.rst)."""


def own_time_s() -> float:
    """Return the processor time of the whole process, all its threads together.

    On a core that nobody else uses it is the time that passes, as recognizing, parsing and writing to the simulated car
    wait for nothing; on a shared one it does not blame the process for others.
    """
    return time.process_time()


def _ran_and_waited_s() -> tuple[float, float]:
    fields = read_small(SCHEDSTAT).split()
    return (int(fields[0]) / 1e9, int(fields[1]) / 1e9) if len(fields) > 1 else (0.0, 0.0)


class TimedCar:
    """A simulated car that notes when it was first written to; everything else is the car's."""

    def __init__(self, car: Any, clock: Callable[[], float] = own_time_s) -> None:
        self._car, self._clock = car, clock
        self.first_write_s: float | None = None
        """Of the clock; None: nothing was written since it was last set to None."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._car, name)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        """Write, and note when the car had taken it."""
        self._car.write(path, value, deadline_ms)
        if self.first_write_s is None:
            self.first_write_s = self._clock()


@dataclass
class Heard:
    """What was measured of the utterances of recordings; lists of one value an utterance."""

    to_signal_ms: list[float] = field(default_factory=list)
    """From the endpoint to the first signal written; only those that wrote one."""
    endpoint_ms: list[float] = field(default_factory=list)
    """From the last sound of speech to the endpoint, in sound: how long the endpointer waits, with those that wrote."""
    sound_s: float = 0.0
    """Length of all utterances."""
    stages_ms: dict[str, list[float]] = field(default_factory=dict)
    """recognize, parse, policy, act: one value an utterance, in its order."""
    intents: list[tuple[str, ...]] = field(default_factory=list)
    """What each utterance was understood as; empty: nothing for the car."""


def figures_of(heard: Heard) -> dict[str, float]:
    """Return what was heard by the keys of a budget."""
    figures: dict[str, float] = {}
    if heard.to_signal_ms:
        figures["endpoint_to_signal_p50_ms"] = percentile(heard.to_signal_ms, 50)
        figures["endpoint_to_signal_p95_ms"] = percentile(heard.to_signal_ms, 95)
        whole = [before + after for before, after in zip(heard.endpoint_ms, heard.to_signal_ms, strict=True)]
        figures["speech_to_signal_p95_ms"] = percentile(whole, 95)
        figures["deadlines.utterance_ms"] = max(heard.to_signal_ms)
    if heard.sound_s:
        figures["recognizer_rtf"] = sum(heard.stages_ms["recognize"]) / 1000 / heard.sound_s
    for stage, key in (("recognize", "recognize_ms"), ("parse", "parse_ms"), ("policy", "policy_ms")):
        if heard.stages_ms.get(stage):
            figures[f"deadlines.{key}"] = percentile(heard.stages_ms[stage], 95)
    return figures


def process_age_s(proc: Path = Path("/proc")) -> float | None:
    """Return how long this process lives, its interpreter's start included, to 10 ms, less what it waited for a core.

    None where /proc does not tell.
    """
    with suppress(OSError, IndexError, ValueError):
        started = (proc / "self" / "stat").read_text().rpartition(")")[2].split()[19]
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(started) / os.sysconf("SC_CLK_TCK")
        return max(0.0, age_s - _ran_and_waited_s()[1])
    return None


def measure_machine(app: App, rounds: int = 3) -> dict[str, Any]:
    """Measure all that a short run can tell. Raises CabinError when parser or car cannot be opened.

    Returns figures (key of a budget -> value), reasons (beginning of keys -> why not), and what helps to judge them.
    """
    from cabin.bench.parser_bench import SENTENCES
    from cabin.demo.script import load_script
    from cabin.errors import CabinError

    chain, car = open_timed_chain(app)
    figures: dict[str, float] = {}
    reasons: dict[str, str] = {}
    entries, margin_s = load_script(), app.config.endpoint.margin_s
    try:
        try:
            chain.load()
            measure_heard(chain, car, entries[:1], margin_s)
        except CabinError as error:
            reasons |= dict.fromkeys(HEARING_KEYS, str(error.problems[0]))
        chain.parse(SENTENCES[0])
        age_s = process_age_s()
        times_ms = _parse_times_ms(chain, SENTENCES, 4 * rounds)
        figures |= {"parser_p50_ms": percentile(times_ms, 50), "parser_p95_ms": percentile(times_ms, 95)}
        if not reasons:
            figures |= figures_of(measure_heard(chain, car, entries * rounds, margin_s))
            figures["idle_processor_percent"] = _idle_percent(chain)
            told = {"ready_s": age_s, "resident_mib": pss_mib() or rss_mib()}
            figures |= {key: value for key, value in told.items() if value is not None}
            reasons |= {key: "needs /proc of Linux" for key, value in told.items() if value is None}
    finally:
        chain.close()
    _measure_model(app, figures, reasons, SENTENCES)
    return {
        "figures": {key: round(value, 3) for key, value in figures.items()},
        "reasons": reasons,
        "recordings": len(entries),
        "rounds": rounds,
        "waited_percent": _waited_percent(),
    }


def open_timed_chain(app: App) -> tuple[Chain, TimedCar]:
    """Return the configured chain on a simulated car, whatever car is configured: a real one must not be moved.

    Raises CabinError.
    """
    from cabin.assembly import open_catalog, open_chain, open_vehicle
    from cabin.config import VehicleConfig
    from cabin.vehicle.effects import VehicleTimes

    times = VehicleTimes(command_deadline_ms=60_000)  # nothing is dropped: late ones are what is measured
    config = VehicleConfig(units=app.vehicle_config.units, times=times)
    car = TimedCar(open_vehicle(app.plugins, config, open_catalog(app.plugins)))
    policy = app.config_file("policy.yaml")
    chain = open_chain(app.plugins, app.config, config, policy_file=policy, vehicle=car, model_dir=app.model_dir)
    return chain, car


def _parse_times_ms(chain: Chain, sentences: Sequence[str], rounds: int) -> list[float]:
    times_ms = []
    for _ in range(rounds):
        for sentence in sentences:
            begun_s = own_time_s()
            chain.parse(sentence)
            times_ms.append((own_time_s() - begun_s) * 1000)
    return times_ms


def measure_heard(chain: Chain, car: TimedCar, entries: Iterable[DemoEntry], margin_s: float) -> Heard:
    """Play recordings block by block as a microphone would. Raises CabinError.

    `margin_s`: the sound that the endpointer keeps after the last sound of speech.
    """
    from cabin.audio.wav import read_sound
    from cabin.chain import Chain

    heard = Heard()
    hearing, parser = _Timed(chain.hearing, "recognize"), _Timed(chain.parser, "parse")
    timed = Chain(parser, chain.executor, hearing)
    at_first = car.snapshot()
    for entry in entries:
        _place(car, {**at_first, **entry.car})
        blocks = _Counted(read_sound(entry.file).samples)
        for utterance, _ in timed.utterances(blocks, entry.file.name):
            car.first_write_s, begun_s = None, own_time_s()
            turn = timed.hear(utterance)
            stages = {"recognize": hearing.take_ms(), "parse": parser.take_ms(), "policy": turn.ms["policy"]}
            stages["act"] = max(0.0, (own_time_s() - begun_s) * 1000 - sum(stages.values()))
            for stage, ms in stages.items():
                heard.stages_ms.setdefault(stage, []).append(ms)
            heard.intents.append(tuple(command.intent for command in turn.parse.commands))
            heard.sound_s += utterance.end_s - utterance.start_s
            if car.first_write_s is not None:
                heard.to_signal_ms.append((car.first_write_s - begun_s) * 1000)
                heard.endpoint_ms.append(max(0.0, blocks.given_s - (utterance.end_s - margin_s)) * 1000)
    _place(car, at_first)
    return heard


def _place(car: TimedCar, values: Mapping[str, SignalValue]) -> None:
    for path, value in values.items():
        if car.read(path).value != value:
            car.place(path, value)


class _Timed:
    """A part of the chain of which one method is timed; everything else is the part's."""

    def __init__(self, part: Any, method: str) -> None:
        self._part, self._ms = part, 0.0
        setattr(self, method, self._run(getattr(part, method)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)

    def take_ms(self) -> float:
        """Return the time in it since this was last asked."""
        ms, self._ms = self._ms, 0.0
        return ms

    def _run(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def run(argument: Any) -> Any:
            begun_s = own_time_s()
            try:
                return function(argument)
            finally:
                self._ms += (own_time_s() - begun_s) * 1000

        return run


class _Counted:
    """A recording in blocks with quiet sound after it; knows how much of it was taken."""

    def __init__(self, samples: Samples) -> None:
        import numpy as np

        self._samples = np.concatenate((samples, _quiet(_AFTER_S)))
        self.given_s = 0.0

    def __iter__(self) -> Iterator[Samples]:
        from cabin.messages import SAMPLE_RATE_HZ

        for begin in range(0, len(self._samples), BLOCK_SAMPLES):
            self.given_s = min(len(self._samples), begin + BLOCK_SAMPLES) / SAMPLE_RATE_HZ
            yield self._samples[begin : begin + BLOCK_SAMPLES]


def _quiet(seconds: float) -> Samples:
    import numpy as np

    from cabin.messages import SAMPLE_RATE_HZ

    noise = np.random.default_rng(1).standard_normal(math.ceil(seconds * SAMPLE_RATE_HZ))
    return (_QUIET * noise).astype(np.float32)


def _idle_percent(chain: Chain) -> float:
    """Return the processor time that listening to quiet sound takes, of one core; capturing it is not in it."""
    sound = _quiet(SILENCE_S)
    blocks = [sound[begin : begin + BLOCK_SAMPLES] for begin in range(0, len(sound), BLOCK_SAMPLES)]
    begun_s = time.process_time()
    for _ in chain.utterances(iter(blocks), "silence"):
        pass
    return 100 * (time.process_time() - begun_s) / SILENCE_S


def _measure_model(app: App, figures: dict[str, float], reasons: dict[str, str], sentences: Sequence[str]) -> None:
    """Measure the size of the intent model, and the memory of a process that only parses."""
    from cabin.errors import CabinError
    from cabin.quantization.worker import ModelProcess
    from cabin.slm.backend import AUTO

    folder = app.model_dir(app.config.parser.model)
    figures["model_mb"] = sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / 1e6
    backend = app.config.parser.backend
    if backend == AUTO:
        reasons["model_resident_mib"] = "parser.backend is auto: name one"
        return
    try:
        with ModelProcess(folder, backend, app.environ) as process:
            for sentence in sentences:
                process.parse(sentence)
            figures["model_resident_mib"] = process.resident_mib()
    except CabinError as error:
        reasons["model_resident_mib"] = str(error.problems[0])


def _waited_percent() -> float | None:
    """Return for how much of its time this process waited for a core that others had."""
    ran_s, waited_s = _ran_and_waited_s()
    return round(100 * waited_s / (ran_s + waited_s), 1) if ran_s else None


@click.command(help="Measure what config/budgets tells of this machine; print one JSON object.")
@click.option("--core", type=click.IntRange(0), default=None, help="Pin to this processor core; default: the last one.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="How often each is played.")
def main(core: int | None, rounds: int) -> None:
    """Measure and print."""
    if hasattr(os, "sched_setaffinity"):
        allowed = os.sched_getaffinity(0)
        if core is not None and core not in allowed:
            raise click.BadParameter(f"no such core: {core}; there are {', '.join(map(str, sorted(allowed)))}")
        os.sched_setaffinity(0, {max(allowed) if core is None else core})
    import sys

    from cabin.cli.app import App
    from cabin.cli.output import print_error, print_json
    from cabin.errors import CabinError

    try:
        print_json({"bench": "machine"} | measure_machine(App(), rounds))
    except CabinError as error:
        print_error(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
