"""Whole files checked: their keys and values, and that the names in them are registered by a plugin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin import paths
from cabin.config.layers import Loaded, load_budgets, load_config, load_vehicle_config
from cabin.errors import ConfigError, Problem
from cabin.replies.sink import NO_SINK
from cabin.slm.backend import AUTO

if TYPE_CHECKING:
    from cabin.config.sections import CabinConfig, VehicleConfig
    from cabin.plugins import PluginManager, Registry

__all__ = ["check_file", "config_files", "kind_of"]


def config_files(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Return the configuration files that are in use."""
    names = ("cabin.yaml", "vehicle.yaml", "policy.yaml")
    found = [file for name in names if (file := paths.config_file(name, environ)) is not None]
    folder = paths.config_dir(environ)
    return found + (sorted((folder / "budgets").glob("*.yaml")) if folder is not None else [])


def kind_of(file: Path) -> str:
    """Return which kind of file this is by its name: cabin.yaml, vehicle.yaml, policy.yaml or budgets."""
    if file.name in ("vehicle.yaml", "policy.yaml"):
        return file.name
    return "budgets" if file.resolve().parent.name == "budgets" else "cabin.yaml"


def check_file(file: Path, plugins: PluginManager, environ: Mapping[str, str] = os.environ) -> list[Problem]:
    """Return everything that is wrong with a file, the environment over it included."""
    kind = kind_of(file)
    try:
        if kind == "budgets":
            load_budgets(file)
        elif kind == "policy.yaml":
            return _policy_names(file, plugins)
        elif kind == "vehicle.yaml":
            return _vehicle_names(load_vehicle_config(file, environ), plugins)
        else:
            return _cabin_names(load_config(file, environ, plugins.config_sections()), plugins)
    except ConfigError as error:
        return list(error.problems)
    return []


def _cabin_names(loaded: Loaded[CabinConfig], plugins: PluginManager) -> list[Problem]:
    config, origins = loaded.value, loaded.origins
    problems = _unregistered(plugins.recognizers, config.recognizer.name, origins["recognizer.name"])
    if config.parser.backend != AUTO:
        problems += _unregistered(plugins.inference_backends, config.parser.backend, origins["parser.backend"])
    if config.replies.level != "text" and config.replies.sink != NO_SINK:
        problems += _unregistered(plugins.sound_sinks, config.replies.sink, origins["replies.sink"])
        if config.replies.level == "speech":
            problems += _unregistered(plugins.voices, config.replies.voice, origins["replies.voice"])
    return problems


def _vehicle_names(loaded: Loaded[VehicleConfig], plugins: PluginManager) -> list[Problem]:
    config, origins = loaded.value, loaded.origins
    problems = _unregistered(plugins.vehicles, config.interface, origins["interface"])
    for name in config.interfaces:
        problems += _unregistered(plugins.vehicles, name, origins["interfaces"])
    return problems


def _unregistered(registry: Registry[Any], name: str, where: str) -> list[Problem]:
    try:
        registry.get(name, where)
    except ConfigError as error:
        return list(error.problems)
    return []


def _policy_names(file: Path, plugins: PluginManager) -> list[Problem]:
    from cabin.assembly import open_catalog
    from cabin.vehicle.base_signals import BASE_SIGNALS
    from cabin.vehicle.policy_file import load_policy
    from cabin.vehicle.policy_names import name_problems

    policy = load_policy(file)
    if not plugins.catalog_dirs():
        return []
    catalog = open_catalog(plugins)
    return name_problems(policy, catalog.intents, {**BASE_SIGNALS, **catalog.signals})
