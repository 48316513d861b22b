"""What the commands share: the options given before the command, and what is loaded from them when first asked for.

A command takes it with `@pass_app`:

    @click.command()
    @pass_app
    def demo(app: App) -> None:
        app.config.recognizer.name, app.plugins.recognizers.get("moonshine"), ...
"""

from __future__ import annotations

import logging
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin import paths

if TYPE_CHECKING:
    from cabin.config import CabinConfig, VehicleConfig
    from cabin.plugins import PluginManager

__all__ = ["App", "pass_app"]

logger = logging.getLogger(__name__)


class App:
    """One run of the command line."""

    def __init__(self) -> None:
        self.environ = dict(os.environ)
        """A copy of the environment in which --config stands as CABIN_CONFIG."""
        self.verbose = False

    def take_options(self, config_path: Path | None, verbose: bool) -> None:
        """Take what was given before the command's name."""
        if config_path is not None:
            self.environ["CABIN_CONFIG"] = str(config_path)
        self.verbose = verbose

    @cached_property
    def plugins(self) -> PluginManager:
        """All plugins, loaded; their faults are logged and kept, never raised."""
        from cabin.plugins import load_plugins

        return load_plugins(self.environ)

    @cached_property
    def config(self) -> CabinConfig:
        """cabin.yaml with the environment over it. Raises ConfigError with every mistake found."""
        from cabin.config import load_config

        config = load_config(self.config_file("cabin.yaml"), self.environ, self.plugins.config_sections()).value
        self.plugins.configure(config.guard, config.plugins)
        return config

    @cached_property
    def vehicle_config(self) -> VehicleConfig:
        """vehicle.yaml. Raises ConfigError with every mistake found."""
        from cabin.config import load_vehicle_config

        return load_vehicle_config(self.config_file("vehicle.yaml"), self.environ).value

    def config_file(self, name: str) -> Path | None:
        """Return where the configuration file `name` is, or None when built-in defaults do."""
        return paths.config_file(name, self.environ)

    def model_dir(self, name: str) -> Path:
        """Return the folder of the model `name`; it need not exist."""
        return paths.models_dir(name, self.environ)


pass_app = click.make_pass_decorator(App)
