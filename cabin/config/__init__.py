"""Configuration: config/*.yaml and the environment into frozen dataclasses, with every mistake told at once.

    loaded = load_config(paths.config_file("cabin.yaml"), os.environ, plugins.config_sections())
    loaded.value.recognizer.name, loaded.origins["recognizer.name"]

- sections.py   the dataclasses: what can be configured, its defaults and meaning
- fields.py     Bounds, and what a dataclass says of its fields
- binding.py    a YAML node into a dataclass
- layers.py     built-in defaults < file < environment
- check.py      whole files and the names in them
- schema.py     JSON schema
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from cabin.config.fields import Bounds

if TYPE_CHECKING:
    from cabin.config.layers import Loaded, load_budgets, load_config, load_vehicle_config
    from cabin.config.sections import Budgets, CabinConfig, ParserConfig, RecognizerConfig, VehicleConfig

__all__ = [
    "Bounds",
    "Budgets",
    "CabinConfig",
    "Loaded",
    "ParserConfig",
    "RecognizerConfig",
    "VehicleConfig",
    "load_budgets",
    "load_config",
    "load_vehicle_config",
]

_SOURCES = {
    "cabin.config.layers": ("Loaded", "load_budgets", "load_config", "load_vehicle_config"),
    "cabin.config.sections": ("Budgets", "CabinConfig", "ParserConfig", "RecognizerConfig", "VehicleConfig"),
}


def __getattr__(name: str) -> Any:
    """Import on first use: a plugin that only wants Bounds loads no numpy with the endpointer's settings."""
    for module, names in _SOURCES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
