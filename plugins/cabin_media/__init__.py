"""Music, radio, sources, volume and sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.hookspecs import Register
    from cabin.vehicle.action import Action

__all__ = ["catalog_dirs", "register_actions"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]


@hookimpl
def register_actions(register: Register[Action]) -> None:
    """Register what setting signals by slots cannot say."""
    from cabin_media import actions

    register("media_play", actions.play, "ask the media player for a song, artist, album, playlist, genre or source")
    register("media_now_playing", actions.now_playing, "tell song and artist")
    register("radio_tune", actions.tune, "tune to a number said without its unit: FM below 200, AM above")
