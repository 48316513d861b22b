"""Every extension point of cabin, in one file. Read this to extend it.

A plugin is a module (or object) named in the entry-point group `cabin`, with functions marked by
`from cabin.hookspecs import hookimpl`. What a plugin offers is registered by a callback, so it imports no registry.

For every hook holds: it runs inside a guard. A plugin that raises, calls sys.exit or runs past the hook's time budget
is told by name in `cabin plugins`, its result is dropped, the chain goes on without it, and after repeated faults it is
quarantined for the rest of the run. A name that two plugins register belongs to the first; the second is a fault.

Time budgets: 2 s for what is called once while loading, 50 ms for what is called for every command (section `guard` of
cabin.yaml). To keep them, a hook runs on a thread of the guard while the thread named below waits for it; a hook that
runs past its budget is left behind, and its plugin quarantined if it is still running at the next call.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pluggy

if TYPE_CHECKING:
    import click

    from cabin.audio.source import SoundSourceFactory
    from cabin.messages import Command, Outcome, SignalChange, Verdict
    from cabin.monitoring.monitor import MonitorFactory
    from cabin.quantization.backend import QuantizerFactory
    from cabin.replies.sink import ReplySinkFactory
    from cabin.replies.voice import VoiceFactory
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.speech.recognizer import RecognizerFactory
    from cabin.vehicle.action import Action
    from cabin.vehicle.interface import VehicleFactory, VehicleInterface
    from cabin.wake.detector import WakeDetectorFactory

__all__ = ["ENTRY_POINT_GROUP", "CabinSpec", "Register", "hookimpl", "hookspec"]

ENTRY_POINT_GROUP = "cabin"

hookspec = pluggy.HookspecMarker("cabin")
hookimpl = pluggy.HookimplMarker("cabin")

Thing_contra = TypeVar("Thing_contra", contravariant=True)


class Register(Protocol[Thing_contra]):
    """Takes one named thing from a plugin. Raises PluginError when the name is taken."""

    def __call__(self, name: str, thing: Thing_contra, summary: str = "") -> None:
        """Register `thing` as `name`; `summary` is one line for `cabin plugins` and for help."""
        ...


class CabinSpec:
    """The hooks. Loading hooks fire once, in this order but for `configure`; the others for every command or change."""

    @hookspec
    def catalog_dirs(self) -> list[Path]:
        """Return folders of catalog YAML (docs/reference/catalog-format.md).

        Fires first, while loading; main thread; 2 s. An empty list means none. If it raises, the plugin's catalogs are
        missing.
        """
        return []

    @hookspec
    def register_config(self, register: Register[type[Any]]) -> None:
        """Register a frozen dataclass as the type of a section `plugins.NAME` of cabin.yaml.

        Fires while loading, before configuration is read; main thread; 2 s. If it raises, the section is unknown.
        """

    @hookspec
    def configure(self, sections: Mapping[str, Any]) -> None:
        """Receive the plugin's own sections of cabin.yaml: name -> the frozen dataclass registered, filled in.

        Fires once configuration is read; main thread; 2 s. A plugin that needs its configuration keeps it here.
        """

    @hookspec
    def register_sound_sources(self, register: Register[SoundSourceFactory]) -> None:
        """Register sources of sound: name -> function of SourceSettings, at the top level of a module.

        Fires while loading; main thread; 2 s; open nothing yet. The function itself is called in the capture process,
        which imports its module and no other plugin. If it raises, its sources cannot be chosen.
        """

    @hookspec
    def register_sound_sinks(self, register: Register[ReplySinkFactory]) -> None:
        """Register where replies are heard: name -> function of SinkSettings, at the top level of a module.

        Fires while loading; main thread; 2 s; open nothing yet. The function itself is called in the player process,
        which imports its module and no other plugin. If it raises, its sinks cannot be chosen.
        """

    @hookspec
    def register_voices(self, register: Register[VoiceFactory]) -> None:
        """Register voices that say replies: name -> function of VoiceSettings, at the top level of a module.

        Fires while loading; main thread; 2 s; load nothing yet. The function itself is called in the voice process,
        which imports its module and no other plugin. If it raises, its voices cannot be chosen.
        """

    @hookspec
    def register_recognizers(self, register: Register[RecognizerFactory]) -> None:
        """Register speech recognizers: name -> function of RecognizerSettings.

        Fires while loading; main thread; 2 s; load no model yet. If it raises, its recognizers cannot be chosen.
        """

    @hookspec
    def register_wake_detectors(self, register: Register[WakeDetectorFactory]) -> None:
        """Register detectors of the wake phrase: name -> function of WakeDetectorSettings.

        Fires while loading; main thread; 2 s; load no model yet. If it raises, its detectors cannot be chosen.
        """

    @hookspec
    def register_inference_backends(self, register: Register[InferenceBackendFactory]) -> None:
        """Register engines that run the intent model: name -> function of a model folder.

        Fires while loading; main thread; 2 s; import the engine only when the factory is called.
        """

    @hookspec
    def register_quantizers(self, register: Register[QuantizerFactory]) -> None:
        """Register quantization backends: name -> factory of a Quantizer.

        Fires while loading; main thread; 2 s; import the engine only when the factory is called.
        """

    @hookspec
    def register_vehicles(self, register: Register[VehicleFactory]) -> None:
        """Register vehicle interfaces: name -> function of the signal specifications and the section of vehicle.yaml.

        Fires while loading; main thread; 2 s; connect only when the factory is called.
        """

    @hookspec
    def register_actions(self, register: Register[Action]) -> None:
        """Register Python actions that catalogs name in `action:`; for what setting signals cannot say.

        Fires while loading; main thread; 2 s. An action that raises gives the outcome `failed`, never a traceback.
        """

    @hookspec
    def register_monitors(self, register: Register[MonitorFactory]) -> None:
        """Register what watches the car and its driver and speaks up: name -> function without arguments.

        Fires while loading; main thread; 2 s; the factory is called when the car is opened. Each call of a monitor has
        50 ms of processor time; one that fails three times, or hangs, is left behind.
        """

    @hookspec
    def register_commands(self, cli: click.Group) -> None:
        """Add command-line commands to `cabin`.

        Fires when the command line starts; main thread; 2 s. If it raises, its commands are missing.
        """

    @hookspec
    def check_policy(self, command: Command, vehicle: VehicleInterface) -> Verdict | None:
        """Say whether a command may act now; the strictest verdict of all plugins and policy.yaml counts.

        Fires for every command, before acting and again at the moment of acting; chain's thread; 50 ms. None means no
        opinion. If it raises, is late or its plugin is quarantined, the command is refused: a rule that cannot be asked
        forbids. What is written to `vehicle` here is held against `writes` of policy.yaml, as all writes are.
        """

    @hookspec(firstresult=True)
    def compose_reply(self, outcome: Outcome) -> str | None:
        """Word the reply to an outcome in another way than the catalog.

        Fires for every outcome; chain's thread; 50 ms. None means: leave it to the next, at last to the catalog.
        """

    @hookspec
    def observe_outcome(self, outcome: Outcome) -> None:
        """See what became of a command. Fires after the reply is made; chain's thread; 50 ms; the result is ignored."""

    @hookspec
    def observe_signal(self, change: SignalChange) -> None:
        """See a signal that a command changed. Fires after read-back; chain's thread; 50 ms; the result is ignored."""
