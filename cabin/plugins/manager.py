"""The plugin manager: one typed method a hook, and registries of what plugins registered.

pluggy holds the plugins and checks their signatures against cabin.hookspecs.CabinSpec; every call goes through the
guard, one plugin at a time, so that a plugin that fails takes nobody with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy

from cabin.errors import PluginError, Problem, nearest
from cabin.hookspecs import CabinSpec
from cabin.messages import Verdict
from cabin.plugins.callbacks import RegisterCallback
from cabin.plugins.guard import Fault, Guard, GuardResult, GuardSettings, PluginRecord
from cabin.plugins.registry import Registered, Registry

if TYPE_CHECKING:
    import click

    from cabin.audio.source import SoundSourceFactory
    from cabin.messages import Command, Outcome, SignalChange
    from cabin.monitoring.monitor import MonitorFactory
    from cabin.quantization.backend import QuantizerFactory
    from cabin.replies.sink import ReplySinkFactory
    from cabin.replies.voice import VoiceFactory
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.speech.recognizer import RecognizerFactory
    from cabin.vehicle.action import Action
    from cabin.vehicle.interface import VehicleFactory, VehicleInterface
    from cabin.wake.detector import WakeDetectorFactory

__all__ = ["HOOK_ORDER", "PluginInfo", "PluginManager"]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

HOOK_ORDER = (
    "catalog_dirs",
    "register_config",
    "register_sound_sources",
    "register_sound_sinks",
    "register_voices",
    "register_recognizers",
    "register_wake_detectors",
    "register_inference_backends",
    "register_quantizers",
    "register_vehicles",
    "register_actions",
    "register_monitors",
)
"""Hooks that fire once while loading, each for all plugins before the next.

`configure` fires once configuration is read, `register_commands` when the commands are asked for.
"""


@dataclass(frozen=True)
class PluginInfo:
    """What `cabin plugins` tells of one plugin."""

    name: str
    version: str
    distribution: str
    """The package that brings it."""
    file: str
    """Where its code is; empty when it was not imported."""
    hooks: tuple[str, ...]
    provides: tuple[str, ...]
    """What it registered: "recognizer moonshine"."""
    calls: int
    spent_ms: float
    state: str
    """loaded, quarantined, failed, or left out (by CABIN_LOAD_PLUGINS)."""
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class _Origin:
    distribution: str
    version: str
    file: str = ""


class PluginManager:
    """All plugins of one run. Made by `load_plugins`."""

    def __init__(self, settings: GuardSettings | None = None, trace: bool = False) -> None:
        self.sound_sources: Registry[SoundSourceFactory] = Registry("sound source")
        self.sound_sinks: Registry[ReplySinkFactory] = Registry("sound sink")
        self.voices: Registry[VoiceFactory] = Registry("voice")
        self.recognizers: Registry[RecognizerFactory] = Registry("recognizer")
        self.wake_detectors: Registry[WakeDetectorFactory] = Registry("wake detector")
        self.inference_backends: Registry[InferenceBackendFactory] = Registry("inference backend")
        self.quantizers: Registry[QuantizerFactory] = Registry("quantizer")
        self.vehicles: Registry[VehicleFactory] = Registry("vehicle interface")
        self.actions: Registry[Action] = Registry("action")
        self.monitors: Registry[MonitorFactory] = Registry("monitor")
        self._sections: Registry[type[Any]] = Registry("configuration section")
        self._catalog_dirs: list[tuple[str, Path]] = []
        self._commands: dict[str, click.Command] | None = None
        self._command_owners: dict[str, str] = {}
        self._guard = Guard(settings, trace)
        self._records: dict[str, PluginRecord] = {}
        self._origins: dict[str, _Origin] = {}
        self._left_out: dict[str, _Origin] = {}
        self._pluggy = pluggy.PluginManager("cabin")
        self._pluggy.add_hookspecs(CabinSpec)

    # Loading

    def configure(self, settings: GuardSettings, sections: Mapping[str, Any] | None = None) -> None:
        """Take other budgets from here on, and hand each plugin the sections that it registered."""
        self._guard.settings = settings
        for record, function, takes in self._implementations("configure", loading=True):
            own = {
                name: value for name, value in (sections or {}).items() if name in self._sections.by_plugin(record.name)
            }
            self._guard.call(record, "configure", function, {"sections": own} if takes else {}, settings.load_budget_ms)

    def load(self, name: str, load: Callable[[], Any], distribution: str = "", version: str = "") -> None:
        """Import one plugin and check its hooks. What goes wrong is a fault of it and leaves it "failed"."""
        if name in self._records:
            self._guard.fault(
                self._records[name], "import", f"package {distribution!r} brings a plugin of the same name"
            )
            return
        record = self._records[name] = PluginRecord(name)
        self._origins[name] = _Origin(distribution, version)
        result = self._guard.call(record, "import", load, {}, self._guard.settings.load_budget_ms)
        if result.fault is not None:
            record.state = "failed"
            return
        plugin = result.value
        self._origins[name] = _Origin(distribution, version, str(getattr(plugin, "__file__", "") or ""))
        what = self._register(plugin, name)
        if what:
            self._guard.fault(record, "import", what)
            record.state = "failed"

    def note_missing(self, name: str, what: str) -> None:
        """Tell of a plugin that was asked for and is not there."""
        record = self._records[name] = PluginRecord(name)
        self._origins[name] = _Origin("", "")
        self._guard.fault(record, "import", what)
        record.state = "failed"

    def note_left_out(self, name: str, distribution: str, version: str) -> None:
        """Tell of a plugin that is there and was not asked for."""
        self._left_out[name] = _Origin(distribution, version)

    def register_all(self) -> None:
        """Fire the loading hooks, each for all plugins, in HOOK_ORDER."""
        registries: dict[str, Registry[Any]] = {
            "register_config": self._sections,
            "register_sound_sources": self.sound_sources,
            "register_sound_sinks": self.sound_sinks,
            "register_voices": self.voices,
            "register_recognizers": self.recognizers,
            "register_wake_detectors": self.wake_detectors,
            "register_inference_backends": self.inference_backends,
            "register_quantizers": self.quantizers,
            "register_vehicles": self.vehicles,
            "register_actions": self.actions,
            "register_monitors": self.monitors,
        }
        budget = self._guard.settings.load_budget_ms
        for hook in HOOK_ORDER:
            for record, function, takes in self._implementations(hook, loading=True):
                if hook == "catalog_dirs":
                    self._take_catalogs(record, self._guard.call(record, hook, function, {}, budget))
                    continue
                register = RegisterCallback(self._guard, record, hook, registries[hook])
                self._guard.call(record, hook, function, {"register": register} if takes else {}, budget)
                register.close()

    # What was registered

    def catalog_dirs(self) -> list[tuple[str, Path]]:
        """Return (plugin, folder) of every catalog, in loading order."""
        return list(self._catalog_dirs)

    def config_sections(self) -> dict[str, type[Any]]:
        """Return the dataclasses of the sections `plugins.NAME` of cabin.yaml."""
        return {entry.name: entry.thing for entry in self._sections}

    def commands(self, reserved: Collection[str] = ()) -> dict[str, click.Command]:
        """Return the command-line commands that plugins add; names in `reserved` are taken. Asks the plugins once."""
        if self._commands is None:
            self._commands = {}
            for record, function, takes in self._implementations("register_commands", loading=True):
                self._take_commands(record, function, takes, reserved)
        return self._commands

    def call(self, entry: Registered[Callable[..., Result]], *arguments: Any, budget_ms: float | None = None) -> Result:
        """Call something that a plugin registered (a factory, an action), guarded.

        A CabinError it raises passes through; anything else, or running past `budget_ms`, is a fault and a PluginError.
        """
        record = self._records[entry.plugin]
        passed: list[Exception] = []

        def run() -> Result | None:
            from cabin.errors import CabinError

            try:
                return entry.thing(*arguments)
            except CabinError as error:
                passed.append(error)
                return None

        result = self._guard.call(record, f"call of {entry.name}", run, {}, budget_ms)
        if passed:
            raise passed[0]
        if result.fault is not None:
            what = f"{entry.name!r} of plugin {entry.plugin!r} {result.fault.what}"
            raise PluginError(Problem(what, hint="`cabin plugins` tells more; CABIN_LOAD_PLUGINS can leave it out."))
        return cast("Result", result.value)

    # Hooks called for every command

    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict:
        """Return the strictest verdict of all plugins. A rule that cannot be asked forbids."""
        strictest = Verdict("allow")
        for record, result in self._each("check_policy", command=command, vehicle=vehicle):
            verdict, fault = result.value, result.fault
            if verdict is not None and not _is_verdict(verdict):
                fault = self._guard.fault(record, "check_policy", f"returned {type(verdict).__name__}, not a Verdict")
            if fault is not None:
                reason = f"I can't check whether that is safe: the plugin {record.name} does not answer."
                return Verdict("refuse", reason, f"{record.name}.check_policy")
            if verdict is not None and _STRICTNESS[verdict.decision] > _STRICTNESS[strictest.decision]:
                strictest = verdict
        return strictest

    def compose_reply(self, outcome: Outcome) -> str | None:
        """Return the first reply that a plugin words, or None: the catalog's stands."""
        for record, result in self._each("compose_reply", outcome=outcome):
            if isinstance(result.value, str):
                return result.value
            if result.value is not None:
                self._guard.fault(record, "compose_reply", f"returned {type(result.value).__name__}, not text")
        return None

    def observe_outcome(self, outcome: Outcome) -> None:
        """Tell every plugin what became of a command."""
        for _ in self._each("observe_outcome", outcome=outcome):
            pass

    def observe_signal(self, change: SignalChange) -> None:
        """Tell every plugin of a signal that a command changed."""
        for _ in self._each("observe_signal", change=change):
            pass

    # For whoever asks

    def faults(self) -> list[Fault]:
        """Return every fault of this run, oldest first."""
        return sorted((fault for record in self._records.values() for fault in record.faults), key=lambda f: f.when_s)

    def infos(self) -> list[PluginInfo]:
        """Return what there is to tell of each plugin, in loading order; those left out last."""
        told = [self._info(record) for record in self._records.values()]
        left_out = self._left_out.items()
        return told + [
            PluginInfo(name, origin.version, origin.distribution, "", (), (), 0, 0.0, "left out", ())
            for name, origin in left_out
        ]

    # Inside

    def _info(self, record: PluginRecord) -> PluginInfo:
        origin = self._origins[record.name]
        plugin = self._pluggy.get_plugin(record.name)
        callers = (self._pluggy.get_hookcallers(plugin) or []) if plugin is not None else []
        provides = [f"catalog {folder}" for name, folder in self._catalog_dirs if name == record.name]
        registries: tuple[Registry[Any], ...] = (
            self._sections,
            self.sound_sources,
            self.sound_sinks,
            self.voices,
            self.recognizers,
            self.wake_detectors,
            self.inference_backends,
            self.quantizers,
            self.vehicles,
            self.actions,
            self.monitors,
        )
        provides += [f"{registry.what} {name}" for registry in registries for name in registry.by_plugin(record.name)]
        provides += [f"command {name}" for name, owner in self._command_owners.items() if owner == record.name]
        return PluginInfo(
            record.name,
            origin.version,
            origin.distribution,
            origin.file,
            tuple(sorted(caller.name for caller in callers)),
            tuple(provides),
            record.calls,
            round(record.spent_ms, 3),
            record.state,
            tuple(record.faults),
        )

    def _register(self, plugin: Any, name: str) -> str:
        """Give a plugin to pluggy; return what is wrong with it, or the empty string."""
        if plugin is None or self._pluggy.is_registered(plugin):
            return "is the same module as another plugin" if plugin is not None else "its entry point names nothing"
        try:
            self._pluggy.register(plugin, name)
        except (pluggy.PluginValidationError, ValueError) as error:
            self._forget(plugin)
            return " ".join(str(error).split())
        hooks = self._pluggy.get_hookcallers(plugin) or []
        for caller in hooks:
            if not caller.has_spec():
                known = [hook for hook in vars(CabinSpec) if not hook.startswith("_")]
                self._forget(plugin)
                return f"has no hook to implement named {caller.name!r}. {nearest(caller.name, known)}".strip()
            implementations = [each for each in caller.get_hookimpls() if each.plugin is plugin]
            if any(each.hookwrapper or each.wrapper for each in implementations):
                self._forget(plugin)
                return f"{caller.name}: hook wrappers are not supported"
        return "" if hooks else "implements no hook; mark functions with cabin.hookspecs.hookimpl"

    def _forget(self, plugin: Any) -> None:
        if self._pluggy.is_registered(plugin):
            self._pluggy.unregister(plugin)

    def _implementations(
        self, hook: str, loading: bool = False
    ) -> Iterator[tuple[PluginRecord, Callable[..., Any], tuple[str, ...]]]:
        """Yield (record, function, names of the arguments it takes).

        While loading in the order loaded, so that the first keeps a name; else as pluggy calls: last loaded first.
        """
        found = list(getattr(self._pluggy.hook, hook).get_hookimpls())
        order = list(self._records)
        if loading:
            found.sort(key=lambda each: order.index(each.plugin_name))
        else:
            found.reverse()
        for each in found:
            yield self._records[each.plugin_name], each.function, tuple(each.argnames)

    def _each(self, hook: str, **arguments: Any) -> Iterator[tuple[PluginRecord, GuardResult[Any]]]:
        for record, function, takes in self._implementations(hook):
            given = {name: value for name, value in arguments.items() if name in takes}
            yield record, self._guard.call(record, hook, function, given, self._guard.settings.call_budget_ms)

    def _take_catalogs(self, record: PluginRecord, result: GuardResult[Any]) -> None:
        if result.fault is not None or result.value is None:
            return
        folders = result.value
        if not isinstance(folders, list | tuple) or not all(isinstance(folder, Path) for folder in folders):
            self._guard.fault(record, "catalog_dirs", "did not return a list of pathlib.Path")
            return
        for folder in folders:
            if folder.is_dir():
                self._catalog_dirs.append((record.name, folder))
            else:
                self._guard.fault(record, "catalog_dirs", f"named a folder that does not exist: {folder}")

    def _take_commands(
        self, record: PluginRecord, function: Callable[..., Any], takes: tuple[str, ...], reserved: Collection[str]
    ) -> None:
        import click

        group = click.Group(record.name)
        budget = self._guard.settings.load_budget_ms
        if self._guard.call(record, "register_commands", function, {"cli": group} if takes else {}, budget).fault:
            return
        commands = cast("dict[str, click.Command]", self._commands)
        for name, command in group.commands.items():
            if name in reserved or name in commands:
                owner = self._command_owners.get(name, "cabin itself")
                self._guard.fault(record, "register_commands", f"command {name!r} is already that of {owner}")
            else:
                commands[name] = command
                self._command_owners[name] = record.name


_STRICTNESS = {"allow": 0, "confirm": 1, "refuse": 2}


def _is_verdict(value: object) -> bool:
    return isinstance(value, Verdict) and value.decision in _STRICTNESS
