"""Put the chain together from what is installed and configured. The one place that knows all the parts."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin import paths
from cabin.chain import Chain, Parser
from cabin.errors import ConfigError, Problem
from cabin.executor import Executor, Hooks
from cabin.joint import ExactFirst
from cabin.slm.backend import AUTO
from cabin.template_parser import TemplateParser

if TYPE_CHECKING:
    from cabin.audio.capture_settings import CaptureSettings
    from cabin.catalog.schema import Catalog, Intent, SignalSpec
    from cabin.config import CabinConfig, VehicleConfig
    from cabin.config.sections import ParserConfig
    from cabin.hearing import LazyHearing
    from cabin.messages import Command
    from cabin.plugins import PluginManager
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.speech.recognizer import Recognizer
    from cabin.vehicle.action import ActionResult
    from cabin.vehicle.interface import VehicleInterface

__all__ = [
    "EXACT_UP_TO",
    "NO_MODEL",
    "capture_settings",
    "engines",
    "open_backend",
    "open_catalog",
    "open_chain",
    "open_parser",
    "open_vehicle",
    "place",
    "plugin_of",
]

logger = logging.getLogger(__name__)

NO_MODEL = Path("none")
"""`--model none`: no language model; only sentences that a template matches exactly are understood."""

EXACT_UP_TO = 100
"""Catalogs of so few templates have them matched exactly before their model is asked: a model built of few sentences is
less sure of them, and few templates are read in milliseconds. Those of all first-party devices take a second.
"""

ACTION_BUDGET_MS = 5000.0
"""How long a plugin's Python action may take; some wait for the car."""


def open_chain(
    plugins: PluginManager,
    config: CabinConfig,
    vehicle_config: VehicleConfig,
    *,
    policy_file: Path | None = None,
    model: Path | None = None,
    catalogs: Sequence[Path] = (),
    vehicle: VehicleInterface | None = None,
    model_dir: Callable[[str], Path] = paths.models_dir,
    parser: Parser | None = None,
    hooks: Hooks | None = None,
    with_watched: Callable[[Mapping[str, SignalSpec]], Mapping[str, SignalSpec]] = lambda specs: specs,
) -> Chain:
    """Make the chain; no recognizer is loaded before there is something to hear.

    `model` replaces the intent model of the configuration, `catalogs` (when there are any) the catalogs of the plugins,
    `vehicle` the configured car, `parser` the one that would be loaded, `hooks` what plugins say of commands;
    `with_watched` adds the signals that monitors watch to those of the catalogs. Raises
    ConfigError, CatalogError, ModelError or PluginError, with all mistakes told.
    """
    from cabin.vehicle.policy import check_rule_sets
    from cabin.vehicle.policy_file import load_policy

    catalog = open_catalog(plugins, catalogs)
    policy = load_policy(policy_file)
    check_rule_sets(policy, catalog)
    parser = parser or open_parser(plugins, config, catalog, model, model_dir)
    car = vehicle or open_vehicle(plugins, vehicle_config, catalog, with_watched)

    def run_action(name: str, command: Command, intent: Intent, vehicle: VehicleInterface) -> ActionResult:
        entry = plugins.actions.get(name, str(intent.where))
        return plugins.call(entry, command, intent, vehicle, budget_ms=ACTION_BUDGET_MS)

    executor = Executor(
        catalog,
        policy,
        car,
        hooks or plugins,
        run_action=run_action,
        plugin_of=lambda intent: plugin_of(plugins, intent),
        times=vehicle_config.times,
        units=vehicle_config.units,
    )
    return Chain(parser, executor, open_hearing(plugins, config, model_dir, catalogs))


def open_catalog(plugins: PluginManager, catalogs: Sequence[Path] = ()) -> Catalog:
    """Load the catalogs of the plugins, or those named instead. Raises CatalogError with every mistake."""
    from cabin.catalog.loader import load_catalog

    return load_catalog(catalogs or plugins.catalog_dirs())


def open_parser(
    plugins: PluginManager,
    config: CabinConfig,
    catalog: Catalog,
    model: Path | None = None,
    model_dir: Callable[[str], Path] = paths.models_dir,
) -> Parser:
    """Load the intent model; devices that it was not built for are understood by their templates. Raises ModelError."""
    if model == NO_MODEL:
        return TemplateParser(catalog)
    from cabin.catalog.fingerprint import check
    from cabin.slm.package import read_info
    from cabin.slm.parser import IntentParser

    folder = model or model_dir(config.parser.model)
    unknown = check(read_info(folder).fingerprint, catalog, str(folder)).added
    if unknown:
        logger.info("by template only, not known to the model: %s", ", ".join(unknown))
    model_parser = IntentParser.load(
        folder,
        catalog,
        backend=open_backend(plugins, config.parser, folder),
        matcher=TemplateParser(catalog, unknown) if unknown else None,
        threads=config.parser.threads,
        zones=(config.parser.confirm, config.parser.act),
    )
    count = sum(len(group.templates) for intent in catalog.intents.values() for group in intent.sentences)
    if config.recognizer.bias.strength == "off" or count > EXACT_UP_TO:
        return model_parser
    return ExactFirst(model_parser, TemplateParser(catalog))


def open_backend(plugins: PluginManager, parser: ParserConfig, folder: Path) -> InferenceBackendFactory:
    """Return the configured engine of the intent model; `auto` is the one that suits model and machine best.

    Raises ConfigError for a name that nobody registered.
    """
    name = parser.backend
    if name == AUTO and len(plugins.inference_backends):
        from cabin.slm.backend_choice import choose_backend

        name = choose_backend(folder, engines(plugins), parser.threads).name
    return plugins.inference_backends.get(name, "parser.backend").thing


def engines(plugins: PluginManager) -> dict[str, str]:
    """Return the inference backends registered, each with the distribution that brings it."""
    brought_by = {info.name: info.distribution for info in plugins.infos()}
    return {entry.name: brought_by.get(entry.plugin, "") for entry in plugins.inference_backends}


def open_vehicle(
    plugins: PluginManager,
    vehicle_config: VehicleConfig,
    catalog: Catalog,
    with_watched: Callable[[Mapping[str, SignalSpec]], Mapping[str, SignalSpec]] = lambda specs: specs,
) -> VehicleInterface:
    """Connect to the configured car; `with_watched` adds signals to those of the catalog.

    Raises ConfigError for a name that nobody registered, VehicleError or PluginError.
    """
    specs = vehicle_config.units.begin(with_watched(catalog.signals))
    return _open_car(plugins, vehicle_config, specs, vehicle_config.interface, ())


def _open_car(
    plugins: PluginManager,
    vehicle_config: VehicleConfig,
    specs: Mapping[str, SignalSpec],
    name: str,
    around: tuple[str, ...],
) -> VehicleInterface:
    """Open an interface; one whose section names another under `of` gets that car, opened, in place of the name."""
    entry = plugins.vehicles.get(
        name, f"vehicle.yaml: interfaces.{around[-1]}.of" if around else "vehicle.yaml: interface"
    )
    section = dict(vehicle_config.interfaces.get(name, {}))
    if isinstance(section.get("of"), str):
        if name in around:
            seen = " of ".join((*around, name))
            raise ConfigError(Problem("an interface stands behind itself", f"vehicle.yaml: interfaces.{name}.of", seen))
        section["of"] = _open_car(plugins, vehicle_config, specs, str(section["of"]), (*around, name))
    return plugins.call(entry, specs, section)


def own_section(config: CabinConfig, name: str) -> dict[str, Any]:
    """Return the section plugins.NAME of cabin.yaml as a mapping; empty when no plugin registered one."""
    section = config.plugins.get(name)
    return {field.name: getattr(section, field.name) for field in fields(section)} if section is not None else {}


def open_hearing(
    plugins: PluginManager,
    config: CabinConfig,
    model_dir: Callable[[str], Path] = paths.models_dir,
    catalogs: Sequence[Path] = (),
) -> LazyHearing:
    """Make the ears; the recognizer and its model are looked for at the first utterance.

    `catalogs` (when there are any) replace those of the plugins in what the recognizer leans to.
    """
    from cabin.hearing import LazyHearing

    def load() -> Recognizer:
        from cabin.speech.bias_open import open_bias
        from cabin.speech.recognizer import RecognizerSettings
        from cabin.wake.opening import with_phrase

        chosen = config.recognizer
        entry = plugins.recognizers.get(chosen.name, "cabin.yaml: recognizer.name")
        settings = RecognizerSettings(
            model_dir(chosen.model),
            chosen.n_best,
            chosen.threads,
            config.endpoint.max_utterance_s,
            own_section(config, chosen.name),
            with_phrase(open_bias(chosen.bias, catalogs or plugins.catalog_dirs()), config.wake),
        )
        return plugins.call(entry, settings)

    return LazyHearing(load, config.endpoint)


def capture_settings(plugins: PluginManager, config: CabinConfig) -> CaptureSettings:
    """Return what `cabin.audio.capture.Capture` is made of.

    Raises ConfigError for a source that nobody registered, PluginError for one that another process cannot import.
    """
    from cabin.audio.capture_settings import CaptureSettings, reference_of

    name = config.capture.source
    factory = plugins.sound_sources.get(name, "cabin.yaml: capture.source").thing
    return CaptureSettings(config.capture, reference_of(factory, name), own_section(config, name))


def plugin_of(plugins: PluginManager, intent: str) -> str:
    """Return the plugin that is installed but not loaded and whose catalog has the intent's device, or "".

    Looks for its catalog/DEVICE.yaml without importing it.
    """
    device = intent.partition(".")[0]
    for info in plugins.infos():
        folder = _package_dir(info.name) if info.state != "loaded" else None
        if folder is not None and (folder / "catalog" / f"{device}.yaml").is_file():
            return info.name
    return ""


def _package_dir(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def place(vehicle: VehicleInterface, settings: Sequence[str]) -> None:
    """Set signals of the simulated car before anything is said: "Vehicle.Speed=50".

    Raises UsageError or VehicleError.
    """
    from cabin.errors import UsageError, VehicleError, nearest
    from cabin.vehicle.signals import parse_value

    setter = getattr(vehicle, "place", None)
    if settings and setter is None:
        what = f"--set works with a simulated car only, not with {vehicle.name!r}"
        raise UsageError(Problem(what, hint="Choose `interface: simulated` in vehicle.yaml."))
    problems = []
    for setting in settings:
        path, equals, text = setting.partition("=")
        spec = vehicle.signals().get(path)
        if not equals:
            problems.append(Problem("not SIGNAL=VALUE", "--set", repr(setting), "Vehicle.Speed=50"))
        elif spec is None:
            problems.append(Problem(f"unknown signal {path!r}", "--set", hint=nearest(path, vehicle.signals())))
        else:
            try:
                setter(path, parse_value(spec, text))  # type: ignore[misc]
            except VehicleError as error:
                problems.extend(error.problems)
    if problems:
        raise UsageError(problems)
