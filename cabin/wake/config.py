"""Section `wake` of cabin.yaml: what must happen before something is heard as meant for the car."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cabin.config.fields import Bounds

__all__ = ["WakeConfig", "WakeMode"]

WakeMode = Literal["off", "phrase", "push_to_talk"]


@dataclass(frozen=True)
class WakeConfig:
    """Waking. With a phrase, chatter wakes nothing; without one, whatever is said may be a command."""

    mode: WakeMode = "off"
    """off: whatever is said may be a command. phrase: only what follows the wake phrase, and what is said shortly after
    a reply. push_to_talk: only what is said after `cabin talk`, and shortly after a reply."""
    phrase: str = "hey car"
    """What wakes: two to four words of English that nobody says otherwise."""
    sounds_like: tuple[str, ...] = ()
    """Other ways in which a recognizer writes it: "hey carl"."""
    detector: str = "recognizer"
    """The first stage, one that a plugin registered (`cabin plugins`): recognizer works with any phrase at once;
    network hears the phrase anywhere, also where speech has no pauses, and needs `model`; both: what either hears."""
    model: Path | None = None
    """The folder that `cabin wake build` made, for the network."""
    threshold: Annotated[float | None, Bounds(0, 1)] = None
    """Score from which on the first stage has heard the phrase; null: what the detector was made with."""
    likeness: Annotated[float, Bounds(0.5, 1)] = 0.8
    """How like the phrase the recognizer's text must sound, 1: exactly; 0.2 less where the network heard it."""
    window_s: Annotated[float, Bounds(1, 60)] = 6.0
    """How long after the phrase alone something may be said."""
    follow_up_s: Annotated[float, Bounds(0, 60)] = 6.0
    """How long after a reply something may be said without the phrase or the button; 0: not at all."""
