"""What many plugins and a busy bus cost on the voice path: the bundled recordings with and without them, in turns.

    taskset --cpu-list 0 python -m cabin.bench.load_bench [--plugins 50] [--updates 500] [--rounds 5]

The plugins implement every hook that is called for a command, and each runs a monitor that watches a signal of its own;
a thread changes their signals so many times a second.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click

from cabin.catalog.schema import SignalSpec
from cabin.cli.app import App
from cabin.cli.options import model_option
from cabin.cli.output import print_error, print_json
from cabin.errors import CabinError
from cabin.hookspecs import hookimpl
from cabin.monitoring.board import MonitorBoard
from cabin.monitoring.monitor import Watch
from cabin.monitoring.opening import open_monitors, watched_specs
from cabin.monitoring.pacer import Pacer
from cabin.monitoring.service import MonitorService, Voice
from cabin.plugins.loading import candidates
from cabin.plugins.manager import PluginManager

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.demo.script import DemoEntry
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["LoadFigures", "busy_bus", "load_more_plugins", "measure_load"]


@dataclass(frozen=True)
class LoadFigures:
    """What was measured, of all utterances of all rounds."""

    plugins: int
    updates_per_s: float
    """As they really came."""
    utterances: int
    bare_ms: Mapping[str, float]
    """p50 and p95 from the end of the sound to the end of acting, first-party plugins alone."""
    loaded_ms: Mapping[str, float]
    p95_cost_percent: float
    """By how much the load raised the 95th percentile."""


def _signal(number: int) -> SignalSpec:
    return SignalSpec(f"Vehicle.Bench.Load{number}", "sensor", "float", is_standard=False, initial=0.0)


class _Monitor:
    def __init__(self, number: int) -> None:
        self.watches = (Watch(_signal(number), most_hz=10),)
        self.seen = 0

    def on_signal(self, _path: str, _value: Any, _host: Any) -> None:
        self.seen += 1

    def on_tick(self, _host: Any) -> None:
        """Nothing is due."""

    def on_answer(self, _key: str, _answer: Any, _host: Any) -> None:
        """Nothing is asked."""


def _plugin(number: int) -> SimpleNamespace:
    """Return a plugin with every hook of a command; each does a little."""
    told: list[str] = []

    @hookimpl
    def check_policy(command: Any, vehicle: Any) -> None:  # noqa: ARG001
        told[:] = [command.intent]

    @hookimpl
    def compose_reply(outcome: Any) -> None:
        told[:] = [outcome.status]

    @hookimpl
    def observe_outcome(outcome: Any) -> None:
        told[:] = [outcome.reply]

    @hookimpl
    def observe_signal(change: Any) -> None:
        told[:] = [change.path]

    @hookimpl
    def register_monitors(register: Any) -> None:
        register(f"load{number}", lambda: _Monitor(number))

    hooks = (check_policy, compose_reply, observe_outcome, observe_signal, register_monitors)
    return SimpleNamespace(**{hook.__name__: hook for hook in hooks})


def load_more_plugins(count: int) -> PluginManager:
    """Load the plugins that are installed, and so many more."""
    manager = PluginManager()
    for each in candidates():
        manager.load(each.name, each.load, each.distribution, each.version)
    for number in range(count):
        manager.load(f"load{number}", partial(_plugin, number))
    manager.register_all()
    return manager


@contextmanager
def busy_bus(vehicle: VehicleInterface, plugins: PluginManager, per_s: float) -> Iterator[Callable[[], float]]:
    """Change the signals that the plugins' monitors watch; yields a function that says how many came a second."""
    names = [name for name in plugins.monitors.names() if name.startswith("load")]
    monitors = open_monitors(plugins, names)
    service = MonitorService(
        MonitorBoard(monitors, Pacer(), lambda *_told: None), vehicle, Voice(lambda: False, lambda _said: None)
    )
    ended, sent, begun_s = threading.Event(), 0, time.monotonic()

    def run() -> None:
        nonlocal sent
        while not ended.wait(0.02):
            due = int((time.monotonic() - begun_s) * per_s) - sent
            for _ in range(min(due, int(per_s))):
                vehicle.place(f"Vehicle.Bench.Load{sent % len(names)}", float(sent))  # type: ignore[attr-defined]
                sent += 1

    service.start()
    thread = threading.Thread(target=run, name="busy-bus", daemon=True)
    thread.start()
    try:
        yield lambda: sent / (time.monotonic() - begun_s)
    finally:
        ended.set()
        thread.join()
        service.close()


def measure_load(
    bare: Chain, loaded: Chain, plugins: PluginManager, entries: Sequence[DemoEntry], per_s: float, rounds: int
) -> LoadFigures:
    """Play the recordings with either chain in turns, `rounds` times, after one that is not counted."""
    from cabin.demo.player import play

    times: dict[str, list[float]] = {"bare": [], "loaded": []}
    count = sum(name.startswith("load") for name in plugins.monitors.names())
    rate = 0.0
    for number in range(rounds + 1):
        for name, chain in (("bare", bare), ("loaded", loaded)):
            if name == "loaded":
                with busy_bus(chain.vehicle, plugins, per_s) as rate_now:
                    results = list(play(chain, entries))
                    rate = rate_now()
            else:
                results = list(play(chain, entries))
            turns = [turn for result in results for turn in result.turns]
            times[name] += [turn.ms["total"] - turn.ms.get("listen", 0.0) for turn in turns] if number else []
    bare_ms, loaded_ms = _percentiles(times["bare"]), _percentiles(times["loaded"])
    cost = 100 * (loaded_ms["p95"] / bare_ms["p95"] - 1)
    return LoadFigures(count, round(rate, 1), len(times["bare"]), bare_ms, loaded_ms, round(cost, 1))


def _percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {f"p{at}": round(ordered[min(len(ordered) - 1, len(ordered) * at // 100)], 2) for at in (50, 95)}


@click.command(help="Time the voice path with many plugins and a busy bus, and without; print one JSON object.")
@model_option
@click.option("--plugins", "count", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--updates", type=click.FloatRange(0, 100_000), default=500, show_default=True, help="A second.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How often each is played.")
def main(model: Path | None, count: int, updates: float, rounds: int) -> None:
    """Measure and print."""
    from cabin.demo.script import load_script

    try:
        bare, _ = open_loaded(model, 0)
        loaded, plugins = open_loaded(model, count)
        figures = measure_load(bare, loaded, plugins, load_script(), updates, rounds)
        print_json({"bench": "load"} | vars(figures))
    except CabinError as error:
        print_error(error)
        sys.exit(error.exit_code)


def open_loaded(model: Path | None, count: int) -> tuple[Chain, PluginManager]:
    """Return a chain on the simulated car with so many plugins more, and its plugins. Raises CabinError."""
    from cabin.assembly import open_chain

    app = App()
    app.__dict__["plugins"] = load_more_plugins(count)  # in place of those that are only installed
    monitors = open_monitors(app.plugins, [name for name in app.plugins.monitors.names() if name.startswith("load")])
    chain = open_chain(
        app.plugins,
        app.config,
        app.vehicle_config,
        policy_file=app.config_file("policy.yaml"),
        model=model,
        model_dir=app.model_dir,
        with_watched=lambda specs: watched_specs(monitors, specs) if count else specs,
    )
    chain.load()
    return chain, app.plugins


if __name__ == "__main__":
    main()
