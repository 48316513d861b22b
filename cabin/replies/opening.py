"""Section `replies` with the sink and the voice that it names: what the two processes are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cabin.audio.capture_settings import plain_value, reference_of
from cabin.errors import ConfigError, Problem
from cabin.replies.settings import RepliesConfig
from cabin.replies.sink import NO_SINK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cabin.config import CabinConfig
    from cabin.plugins import PluginManager

__all__ = ["RepliesSettings", "replies_settings"]

RATE_HZ = 24_000
"""Asked of the sink; that of most voices."""


@dataclass(frozen=True)
class RepliesSettings:
    """What replies are heard with."""

    config: RepliesConfig = field(default_factory=RepliesConfig)
    sink: str = ""
    """The sink's factory, "module:name", importable in the player process; empty: nothing is heard."""
    sink_options: Mapping[str, Any] = field(default_factory=dict)
    voice: str = ""
    """The voice's factory; empty: nothing is said."""
    voice_options: Mapping[str, Any] = field(default_factory=dict)

    def player_told(self) -> dict[str, Any]:
        """Return what the player process is told."""
        settings = {"device": self.config.device, "rate_hz": RATE_HZ, "options": dict(self.sink_options)}
        return {"factory": self.sink, "settings": settings, "gain_db": self.config.volume_db}

    def voice_told(self) -> dict[str, Any]:
        """Return what the voice process is told."""
        config = self.config
        settings = {"language": config.language, "speed": config.speed, "options": dict(self.voice_options)}
        return {"factory": self.voice, "settings": settings}


def replies_settings(plugins: PluginManager, config: CabinConfig) -> RepliesSettings:
    """Return section `replies` with what plugins registered for it.

    Raises ConfigError for names that nobody registered, all at once; PluginError for a factory that another process
    cannot import. Names that are not used are not looked for.
    """
    from cabin.assembly import own_section

    chosen = config.replies
    if chosen.level == "text" or chosen.sink == NO_SINK:
        return RepliesSettings(chosen)
    references = ["", ""]
    problems: list[Problem] = []
    wanted = [(0, plugins.sound_sinks, chosen.sink, "replies.sink", "sound sink")]
    if chosen.level == "speech":
        wanted.append((1, plugins.voices, chosen.voice, "replies.voice", "voice"))  # type: ignore[arg-type]
    for place, registry, name, key, what in wanted:
        try:
            entry = registry.get(name, f"cabin.yaml: {key}")
        except ConfigError as error:
            problems.extend(error.problems)
        else:
            references[place] = reference_of(entry.thing, name, what)
    if problems:
        raise ConfigError(problems)
    options = [
        {key: plain_value(value) for key, value in own_section(config, name).items()}
        for name in (chosen.sink, chosen.voice)
    ]
    return RepliesSettings(chosen, references[0], options[0], references[1], options[1])
