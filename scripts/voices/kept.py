"""The eight voices that nothing is tuned or trained on: what is reported of unknown speakers is measured on them."""

from __future__ import annotations

from scripts.voices.fetch import SPEAKERS

__all__ = ["KEPT_SPEAKERS", "OPEN_SPEAKERS"]

KEPT_SPEAKERS = (
    "af_aoede",
    "af_jessica",
    "af_river",
    "am_echo",
    "am_eric",
    "am_onyx",
    "bf_isabella",
    "bm_daniel",
)
"""American and British, women and men, in about the shares of all 28; none speaks in the bundled recordings."""

OPEN_SPEAKERS = tuple(speaker for speaker in SPEAKERS if speaker not in KEPT_SPEAKERS)
"""The other twenty: for training and tuning."""
