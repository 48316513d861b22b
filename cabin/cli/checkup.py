"""The checks of `cabin doctor`: each looks at one thing and yields findings. None raises, none changes anything."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cabin import paths
from cabin.errors import CabinError
from cabin.slm.backend import AUTO

if TYPE_CHECKING:
    from cabin.cli.app import App

__all__ = ["CHECKS", "KNOWN_VARIABLES", "Finding"]

LEAST_PYTHON = (3, 11)
LEAST_FREE_MIB = 500
"""Building a recognizer's model needs about this much for a while."""

VOICE_DETECTOR = "silero-vad"
"""The model that cuts speech out of sound (cabin.audio.vad)."""

KNOWN_VARIABLES = ("CABIN_CONFIG", "CABIN_MODELS", "CABIN_CACHE", "CABIN_LOAD_PLUGINS", "CABIN_TRACE_PLUGINS")
"""Environment variables that are no configuration keys."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor."""

    level: Literal["ok", "warn", "fail"]
    area: str
    what: str
    hint: str = ""
    """What to do."""


def python(_app: App) -> Iterator[Finding]:
    """Look at the interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= LEAST_PYTHON:
        yield Finding("ok", "python", version)
    else:
        yield Finding("fail", "python", version, f"Use Python {LEAST_PYTHON[0]}.{LEAST_PYTHON[1]} or newer.")


def packages(_app: App) -> Iterator[Finding]:
    """Look whether every package that cabin needs at run time is there."""
    missing = []
    try:
        requirements = importlib.metadata.requires("cabin") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("warn", "packages", "cabin itself is not installed", "Run `pip install -e .` in the checkout.")
        return
    needed = [re.split(r"[^A-Za-z0-9._-]", text)[0] for text in requirements if "extra ==" not in text]
    for name in needed:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Finding("fail", "packages", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    else:
        yield Finding("ok", "packages", f"{len(needed)} needed at run time, all there")


def configuration(app: App) -> Iterator[Finding]:
    """Check every configuration file in use, and the names of environment variables."""
    from cabin.config import CabinConfig
    from cabin.config.check import check_file, config_files

    files = config_files(app.environ)
    if not files:
        yield Finding("ok", "config", "no file; built-in defaults hold")
    for file in files:
        problems = check_file(file, app.plugins, app.environ)
        for problem in problems:
            yield Finding("fail", "config", str(problem), f"`cabin config check {file}` tells this alone.")
        if not problems:
            yield Finding("ok", "config", str(file))
    sections = (*(field.name for field in dataclasses.fields(CabinConfig)), "vehicle")
    known = (*KNOWN_VARIABLES, *(f"CABIN_{section.upper()}_" for section in sections))
    for name in sorted(app.environ):
        if name.startswith("CABIN_") and not name.startswith(known):
            yield Finding("warn", "config", f"environment variable {name} means nothing", "Is it misspelt?")


def plugins(app: App) -> Iterator[Finding]:
    """Tell the faults of plugins."""
    infos = app.plugins.infos()
    for info in infos:
        if info.state in ("failed", "quarantined") or info.faults:
            level: Literal["warn", "fail"] = "fail" if info.distribution == "cabin" else "warn"
            what = f"{info.name} is {info.state}: {'; '.join(fault.what for fault in info.faults)}"
            yield Finding(
                level, "plugins", what, f"CABIN_LOAD_PLUGINS leaves it out; it comes from {info.distribution}."
            )
    loaded = [info for info in infos if info.state == "loaded" and not info.faults]
    yield Finding("ok", "plugins", f"{len(loaded)} loaded without a fault")
    left_out = [info.name for info in infos if info.state == "left out"]
    if left_out:
        yield Finding(
            "warn", "plugins", f"left out by CABIN_LOAD_PLUGINS: {', '.join(left_out)}", "Unset it to load all."
        )


def catalogs(app: App) -> Iterator[Finding]:
    """Load every catalog."""
    from cabin.catalog.loader import load_catalog

    try:
        catalog = load_catalog(app.plugins.catalog_dirs(), sentences=False)
    except CabinError as error:
        for problem in error.problems:
            yield Finding("fail", "catalogs", str(problem), "Mend the catalog, or leave its plugin out.")
    else:
        yield Finding("ok", "catalogs", f"{len(catalog.intents)} intents, {len(catalog.signals)} signals")


def intent_model(app: App) -> Iterator[Finding]:
    """Verify the intent model's files."""
    from cabin.slm.package import verify

    try:
        folder = app.model_dir(app.config.parser.model)
        verify(folder)
    except CabinError as error:
        yield Finding("fail", "intent model", str(error.problems[0]), "`cabin model build` makes it.")
    else:
        yield Finding("ok", "intent model", f"{folder}, verified")
        if app.config.parser.backend == AUTO:
            yield Finding("ok", "intent model", f"parser.backend auto, {_engine(app, folder)}")


def _engine(app: App, folder: Path) -> str:
    """Return which engine was chosen for a model, without trying any."""
    from cabin.assembly import engines
    from cabin.slm.backend_choice import known_choice

    choice = known_choice(folder, engines(app.plugins), app.config.parser.threads, app.environ)
    return f"chosen {choice}" if choice is not None else "chosen at the first start"


def speech_models(app: App) -> Iterator[Finding]:
    """Hash the files of the recognizer's model and of the voice detector's."""
    from cabin.modelstore import inspect_model, load_models, models_file

    try:
        known = load_models(models_file(app.environ))
        names = (app.config.recognizer.model, VOICE_DETECTOR)
    except CabinError as error:
        for problem in error.problems:
            yield Finding("fail", "speech models", str(problem))
        return
    for name in names:
        folder = app.model_dir(name)
        entry = known.get(name)
        if entry is None:
            level: Literal["warn", "fail"] = "warn" if folder.is_dir() else "fail"
            yield Finding(
                level, "speech models", f"{name} is not in models.yaml, so not verified", "`cabin models list`"
            )
            continue
        report = inspect_model(entry, folder)
        if report.state in ("absent", "damaged"):
            what = "; ".join((f"{name} is {report.state}", *report.problems[:3]))
            yield Finding("fail", "speech models", what, f"Run `cabin models get {name}`.")
        elif report.state == "unverified":
            what = "; ".join((f"{folder} cannot be verified", *report.problems[:3]))
            yield Finding("warn", "speech models", what, f"`cabin models get --force {name}` makes it anew.")
        else:
            yield Finding("ok", "speech models", f"{folder}, verified")


def microphone(_app: App) -> Iterator[Finding]:
    """Look whether sound can be recorded; files work without."""
    if importlib.util.find_spec("sounddevice") is None:
        yield Finding("warn", "microphone", "sounddevice is not installed", "For a microphone: pip install sounddevice")
        return
    try:
        import sounddevice

        devices = [device for device in sounddevice.query_devices() if device["max_input_channels"] > 0]
    except Exception as error:  # a missing sound library raises OSError, a broken one its own errors
        yield Finding("warn", "microphone", f"not usable: {error}", "Sound files work without it.")
        return
    if devices:
        yield Finding("ok", "microphone", f"{len(devices)} input devices")
    else:
        yield Finding("warn", "microphone", "no input device", "Sound files work without it.")


def folders(app: App) -> Iterator[Finding]:
    """Look whether models and cache can be written, and whether there is room."""
    models, cache = paths.writable_models_dir(app.environ), paths.cache_dir(app.environ)
    for name, folder in (("models", models), ("cache", cache)):
        existing = _existing(folder)
        if not os.access(existing, os.W_OK):
            variable = f"CABIN_{name.upper()}"
            yield Finding("warn", "folders", f"{folder} cannot be written", f"Make it writable, or set {variable}.")
            continue
        free_mib = shutil.disk_usage(existing).free // 2**20
        if free_mib < LEAST_FREE_MIB:
            yield Finding(
                "warn", "folders", f"{folder}: {free_mib} MiB free", f"Fetching a model needs {LEAST_FREE_MIB}."
            )
        else:
            yield Finding("ok", "folders", f"{name} in {folder}")


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


CHECKS: tuple[Callable[[App], Iterator[Finding]], ...] = (
    python,
    packages,
    configuration,
    plugins,
    catalogs,
    intent_model,
    speech_models,
    microphone,
    folders,
)
"""In the order told."""
