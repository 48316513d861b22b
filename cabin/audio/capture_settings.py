"""Section `capture` of cabin.yaml, and what the capture process is told: which source, opened how."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from cabin.audio.ring import RingShape
from cabin.audio.source import SourceSettings
from cabin.config.fields import Bounds
from cabin.errors import ConfigError, PluginError, Problem

__all__ = ["CaptureConfig", "CaptureSettings", "plain_value", "reference_of"]

_WIDEST_RATE_HZ = 48_000
"""A slot holds a block of this rate; faster devices give shorter blocks."""


@dataclass(frozen=True)
class CaptureConfig:
    """Where sound comes from. A source's own settings stand in its plugin's section: plugins.microphone."""

    source: str = "microphone"
    """The sound source: one that a plugin registered (`cabin plugins`)."""
    device: str = ""
    """What it opens, by a name that stays: a microphone's name (`cabin microphones`), a file, a socket. Empty: the
    system's own choice."""
    rate_hz: Annotated[int, Bounds(4000, 192_000)] = 16_000
    """The sample rate asked of the device first; whatever it gives is resampled to 16000."""
    block_ms: Annotated[float, Bounds(10, 100)] = 32.0
    """How much sound is handed on at a time; 32 is one frame of the voice detector."""
    ring_s: Annotated[float, Bounds(0.5, 60)] = 4.0
    """How far the daemon may fall behind before sound is lost."""
    open_ms: Annotated[float, Bounds(500, 60_000)] = 10_000.0
    """How long a device may take to open."""
    lost_ms: Annotated[float, Bounds(300, 60_000)] = 1000.0
    """A device that delivers nothing for so long is lost, and opened anew."""
    silent_s: Annotated[float, Bounds(1, 3600)] = 10.0
    """Digital zeros for so long are told: the microphone is muted or unplugged from its amplifier."""
    retry_ms: Annotated[float, Bounds(50, 10_000)] = 250.0
    """The wait before the second attempt to open a device; it doubles with each further one."""
    retry_max_ms: Annotated[float, Bounds(100, 60_000)] = 8000.0
    """The longest wait between two attempts."""

    def __post_init__(self) -> None:
        """Raise ConfigError unless the values make sense together."""
        if self.retry_max_ms < self.retry_ms:
            expected = f"retry_ms, {self.retry_ms:g}, or more"
            raise ConfigError(Problem("this value does not fit", "retry_max_ms", f"{self.retry_max_ms:g}", expected))


@dataclass(frozen=True)
class CaptureSettings:
    """A configuration with the source that it names."""

    config: CaptureConfig
    factory: str
    """The source's factory, "module:name", importable in the capture process."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The source's own section of cabin.yaml."""

    @property
    def shape(self) -> RingShape:
        """The ring that holds `ring_s` of blocks."""
        frames = round(self.config.block_ms / 1000.0 * max(self.config.rate_hz, _WIDEST_RATE_HZ))
        return RingShape(max(8, round(self.config.ring_s * 1000.0 / self.config.block_ms)), frames)

    def source_settings(self) -> SourceSettings:
        """Return what the source is made from."""
        options = {key: plain_value(value) for key, value in self.options.items()}
        return SourceSettings(self.config.device, self.config.rate_hz, self.config.block_ms / 1000.0, options)


def reference_of(factory: Callable[..., Any], name: str, what: str = "sound source") -> str:
    """Return "module:name" of a factory. Raises PluginError unless another process can import it so."""
    module, qualified = getattr(factory, "__module__", ""), getattr(factory, "__qualname__", "")
    if not module or not qualified.isidentifier():
        what = f"the factory of {what} {name!r} cannot be imported by its name"
        expected = "a function or class at the top level of a module"
        raise PluginError(Problem(what, module, qualified or repr(factory), expected))
    return f"{module}:{qualified}"


def plain_value(value: Any) -> Any:
    """Return a value of a section as JSON has it."""
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain_value(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_value(entry) for key, entry in value.items()}
    return [plain_value(entry) for entry in value] if isinstance(value, list | tuple) else value
