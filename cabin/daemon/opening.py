"""The parts of the daemon out of the configuration: the chain, the conversation, the worker's settings, the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.daemon.conductor import Parts
from cabin.daemon.hearing_setup import HearingSetup
from cabin.daemon.ladder import StepHooks
from cabin.daemon.model_guard import pinned_model
from cabin.daemon.sources import FileSource, SocketSource, Source, is_source
from cabin.daemon.spawn import worker_environ
from cabin.daemon.timed_car import TimedCar
from cabin.dialog.session import Session
from cabin.errors import ConfigError, Problem

if TYPE_CHECKING:
    from cabin.catalog.schema import SignalSpec
    from cabin.chain import Parser
    from cabin.cli.app import App
    from cabin.config import Budgets
    from cabin.control.status import Step
    from cabin.daemon.options import RunOptions
    from cabin.dialog.events import DialogObserver
    from cabin.executor import Executor
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["again", "open_budgets", "open_parts", "open_source", "setup_of", "source_name"]


def source_name(app: App, options: RunOptions) -> str:
    """Return where sound comes from. Raises ConfigError for what is no source."""
    name = options.source or app.config.daemon.source
    if not is_source(name):
        where = "--source" if options.source else "cabin.yaml: daemon.source"
        raise ConfigError(Problem("no source", where, repr(name), "capture, none, file:PATH or socket:PATH"))
    return name


def setup_of(app: App, options: RunOptions) -> HearingSetup:
    """Return what the worker is made from. Raises ConfigError."""
    config = app.config
    hears, model = source_name(app, options) != "none", pinned_model(app, options)
    return HearingSetup(config, worker_environ(app.environ), model, options.catalogs, hears, config.daemon.speculate)


def open_parts(
    app: App,
    options: RunOptions,
    parser: Parser,
    observer: DialogObserver,
    step: Callable[[], Step],
    old: Parts | None = None,
    with_watched: Callable[[Mapping[str, SignalSpec]], Mapping[str, SignalSpec]] = lambda specs: specs,
) -> Parts:
    """Open catalog, policy, car and conversation; of `old`, the car is kept if it still fits, and what was said.

    Raises CabinError with all mistakes told; then `old` is as it was.
    """
    import cabin.dialog.conversation  # noqa: F401  here, not at the first command
    from cabin.assembly import open_chain, place

    hooks = StepHooks(app.plugins, step)
    kept: VehicleInterface | None = old.car.car if old is not None else None
    chain = open_chain(
        app.plugins,
        app.config,
        app.vehicle_config,
        policy_file=app.config_file("policy.yaml"),
        catalogs=options.catalogs,
        vehicle=kept,
        model_dir=app.model_dir,
        parser=parser,
        hooks=hooks,
        with_watched=with_watched,
    )
    hooks.catalog = chain.executor.catalog
    if old is None:
        place(chain.vehicle, options.settings)
    car = TimedCar(chain.vehicle)
    executor: Executor = chain.executor
    executor.vehicle = car
    if old is not None:
        executor.judge.follow(old.chain.executor.judge)
    session = Session(executor.catalog, app.config.dialog, observers=[observer])
    session.load()
    if old is not None:
        session.state = old.session.state
    return Parts(chain, session, car)


def open_budgets(app: App) -> Budgets:
    """Return the budget that must be kept. Raises ConfigError."""
    from cabin.config import load_budgets

    return load_budgets(app.config_file(f"budgets/{app.config.daemon.budget}.yaml")).value


def open_source(app: App, options: RunOptions) -> Source | None:
    """Return the source, not yet started; None for none. Raises CabinError."""
    kind, _, place = source_name(app, options).partition(":")
    if kind == "none":
        return None
    if kind == "file":
        path = Path(place).expanduser()
        files = sorted(path.glob("*.wav")) if path.is_dir() else [path]
        return FileSource(files, speed=options.speed)
    if kind == "socket":
        return SocketSource(Path(place).expanduser())
    return _capture(app)


def again(app: App, read: Callable[[App], None]) -> App:
    """Return a fresh view of the configuration files over the plugins loaded. Raises ConfigError; nothing has changed.

    `read` opens what must be right before it counts.
    """
    from cabin.cli.app import App as NewApp

    made = NewApp()
    made.environ, made.verbose = app.environ, app.verbose
    made.__dict__["plugins"] = app.plugins
    try:
        read(made)
    except BaseException:
        app.plugins.configure(app.config.guard, app.config.plugins)
        raise
    return made


def _capture(app: App) -> Source:
    from cabin.assembly import own_section
    from cabin.audio.capture import Capture
    from cabin.audio.capture_settings import CaptureSettings, reference_of

    chosen = app.config.capture
    entry = app.plugins.sound_sources.get(chosen.source, "cabin.yaml: capture.source")
    reference = reference_of(entry.thing, chosen.source)
    return Capture(CaptureSettings(chosen, reference, own_section(app.config, chosen.source)))
