"""What registering hooks are given: callbacks that check, remember the plugin, and close when the hook is over."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from cabin.errors import PluginError, Problem
from cabin.plugins.guard import Guard, PluginRecord
from cabin.plugins.registry import Registered, Registry

__all__ = ["RegisterCallback"]


class RegisterCallback:
    """The callback that a registering hook gets. Closed once the hook is over, or given up on."""

    def __init__(self, guard: Guard, record: PluginRecord, hook: str, registry: Registry[Any]) -> None:
        self._guard, self._record, self._hook, self._registry = guard, record, hook, registry
        self._open = True

    def __call__(self, name: str, thing: Any, summary: str = "") -> None:
        """Register `thing` as `name`. Raises PluginError, after noting the fault, when that cannot be."""
        if not self._open:
            raise PluginError(Problem(f"{self._hook} is over", where=self._record.name))
        try:
            if self._hook == "register_config" and not _is_frozen_dataclass(thing):
                raise PluginError(Problem(f"section {name!r} is no frozen dataclass", where=self._record.name))
            self._registry.add(Registered(name, thing, self._record.name, summary))
        except PluginError as error:
            fault = self._guard.fault(self._record, self._hook, error.problems[0].what)
            error.cabin_fault = fault  # type: ignore[attr-defined]
            raise

    def close(self) -> None:
        """Take nothing more."""
        self._open = False


def _is_frozen_dataclass(thing: object) -> bool:
    return (
        inspect.isclass(thing) and dataclasses.is_dataclass(thing) and bool(thing.__dataclass_params__.frozen)  # type: ignore[attr-defined]
    )
