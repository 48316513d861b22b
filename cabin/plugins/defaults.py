"""The first-party plugins: the one place where they are listed."""

from __future__ import annotations

__all__ = ["DEFAULT_PLUGINS"]

DEFAULT_PLUGINS: tuple[str, ...] = (
    "cabin_sound",
    "cabin_hibari",
    "cabin_moonshine",
    "cabin_vosk",
    "cabin_wake",
    "cabin_onnx",
    "cabin_torch",
    "cabin_numpy",
    "cabin_simcar",
    "cabin_kuksa",
    "cabin_can",
    "cabin_replay",
    "cabin_climate",
    "cabin_body",
    "cabin_lights",
    "cabin_seats",
    "cabin_media",
    "cabin_navigation",
    "cabin_phone",
    "cabin_status",
    "cabin_assistance",
    "cabin_system",
    "cabin_refusals",
    "cabin_drowsiness",
    "cabin_reminders",
)
"""Modules in the order they are loaded; each also stands in pyproject.toml under the entry-point group `cabin`."""
