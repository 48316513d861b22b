"""What can be configured. Each class is a section; each field's default is what holds when no file says otherwise.

A field works or does not exist: whoever adds one here uses it in the same change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from cabin.audio.capture_settings import CaptureConfig
from cabin.audio.endpoint_config import EndpointConfig
from cabin.budget.settings import DeadlineSettings, LadderSettings
from cabin.config.fields import Bounds
from cabin.control.settings import ControlConfig
from cabin.daemon.settings import DaemonConfig
from cabin.dialog.config import DialogConfig
from cabin.monitoring.settings import MonitoringConfig
from cabin.plugins.guard import GuardSettings
from cabin.privacy.settings import PrivacyConfig
from cabin.replies.settings import RepliesConfig
from cabin.speech.bias import BiasConfig
from cabin.vehicle.effects import VehicleTimes
from cabin.vehicle.units import UnitSettings
from cabin.wake.config import WakeConfig

__all__ = [
    "MISPLACED_KEYS",
    "OBSOLETE_KEYS",
    "Budgets",
    "CabinConfig",
    "ParserConfig",
    "RecognizerConfig",
    "VehicleConfig",
]


@dataclass(frozen=True)
class RecognizerConfig:
    """Speech recognition. A recognizer's own settings stand in its plugin's section: plugins.vosk for vosk."""

    name: str = "moonshine"
    """The recognizer: one that a plugin registered (`cabin plugins`)."""
    model: str = "moonshine-base-en"
    """Its model: a name of `cabin models list`."""
    n_best: Annotated[int, Bounds(1, 20)] = 1
    """How many readings of an utterance the recognizer gives at most."""
    threads: Annotated[int, Bounds(1, 64)] = 1
    """Processor threads of the recognizer."""
    bias: BiasConfig = field(default_factory=BiasConfig)
    """How much it expects the words of the catalogs."""


@dataclass(frozen=True)
class ParserConfig:
    """The intent parser: the small language model."""

    model: str = "intent"
    """The folder of the model among the models."""
    backend: str = "onnx"
    """What runs it: an inference backend that a plugin registered (`cabin plugins`), or auto: the one that is found
    best by a trial at the first start."""
    act: Annotated[float | None, Bounds(0, 1)] = None
    """Confidence from which on a command is done; null: what the model was calibrated to (calibration.json)."""
    confirm: Annotated[float | None, Bounds(0, 1)] = None
    """Confidence from which on the driver is asked back; below it nothing is done. null: the model's own."""
    threads: Annotated[int, Bounds(1, 64)] = 1
    """Processor threads of the parser."""


@dataclass(frozen=True)
class CabinConfig:
    """cabin.yaml."""

    capture: CaptureConfig = field(default_factory=CaptureConfig)
    recognizer: RecognizerConfig = field(default_factory=RecognizerConfig)
    wake: WakeConfig = field(default_factory=WakeConfig)
    endpoint: EndpointConfig = field(default_factory=EndpointConfig)
    parser: ParserConfig = field(default_factory=ParserConfig)
    guard: GuardSettings = field(default_factory=GuardSettings)
    control: ControlConfig = field(default_factory=ControlConfig)
    dialog: DialogConfig = field(default_factory=DialogConfig)
    daemon: DaemonConfig = field(default_factory=DaemonConfig)
    replies: RepliesConfig = field(default_factory=RepliesConfig)
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    monitoring: MonitoringConfig = field(default_factory=MonitoringConfig)
    plugins: Mapping[str, Any] = field(default_factory=dict)
    """A section for each plugin that registered one: its name -> its frozen dataclass."""


@dataclass(frozen=True)
class VehicleConfig:
    """vehicle.yaml."""

    interface: str = "simulated"
    """How the car is reached: a vehicle interface that a plugin registered (`cabin plugins`)."""
    units: UnitSettings = field(default_factory=UnitSettings)
    """Used where the car does not tell its own."""
    times: VehicleTimes = field(default_factory=VehicleTimes)
    """How long the car may take."""
    interfaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The own section of each vehicle interface, by its name."""


@dataclass(frozen=True)
class Budgets:
    """budgets/*.yaml: what one kind of hardware must keep. Measured pinned to one core, plugins included."""

    endpoint_to_signal_p50_ms: Annotated[float, Bounds(0)] = 40.0
    """From the decision that speech ended to the signal written, median."""
    endpoint_to_signal_p95_ms: Annotated[float, Bounds(0)] = 200.0
    """The same, 95th percentile."""
    speech_to_signal_p95_ms: Annotated[float, Bounds(0)] = 700.0
    """From the last sound of speech to the signal written, 95th percentile."""
    recognizer_rtf: Annotated[float, Bounds(0, 100)] = 0.2
    """Time of recognizing over the length of the sound, all utterances together (real-time factor)."""
    parser_p50_ms: Annotated[float, Bounds(0)] = 25.0
    """The intent parser alone on an utterance of 12 words, median."""
    parser_p95_ms: Annotated[float, Bounds(0)] = 60.0
    """The same, 95th percentile."""
    resident_mib: Annotated[float, Bounds(1)] = 300.0
    """Resident memory of all processes, with recognizer and parser loaded."""
    resident_growth_mib: Annotated[float, Bounds(0)] = 1.0
    """Growth of resident memory over a thousand utterances."""
    idle_processor_percent: Annotated[float, Bounds(0, 100)] = 2.0
    """Of one core, while nobody speaks."""
    ready_s: Annotated[float, Bounds(0)] = 2.0
    """From start to ready."""
    model_mb: Annotated[float, Bounds(0)] = 45.0
    """All files of the intent model, 10^6 bytes."""
    model_resident_mib: Annotated[float, Bounds(0)] = 150.0
    """Resident memory of a process that only parses."""
    model_function_lost: Annotated[float, Bounds(0, 100)] = 0.3
    """Percentage points of `function` that the model's number format may cost against FP32."""
    model_function_percent: Annotated[float, Bounds(0, 100)] = 0.0
    """Least `function` of the model on the sentences measured."""
    deadlines: DeadlineSettings = field(default_factory=DeadlineSettings)
    """What is dropped as late."""
    ladder: LadderSettings = field(default_factory=LadderSettings)
    """What is done less of when the hardware cannot follow."""


OBSOLETE_KEYS: dict[str, str] = {
    "daemon.listening": "Write wake.mode: off (it was always) or push_to_talk (0.2).",
}
"""Key path of cabin.yaml that no longer exists -> what to write instead, with the version it went in."""

MISPLACED_KEYS: dict[str, str] = {
    "vehicle": "The car is configured in vehicle.yaml.",
    "policy": "What may be done when is configured in policy.yaml.",
    "budgets": "Budgets are configured in budgets/*.yaml.",
    "catalog": "Catalogs belong to plugins; --catalog DIR replaces them.",
    "catalogs": "Catalogs belong to plugins; --catalog DIR replaces them.",
}
"""Sections that people look for in cabin.yaml -> where they are."""
