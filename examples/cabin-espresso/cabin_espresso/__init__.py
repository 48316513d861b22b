"""A cabin plugin: the espresso machine of a camper van. Everything it does stands in its catalog."""

from __future__ import annotations

from pathlib import Path

from cabin.hookspecs import hookimpl

__all__ = ["catalog_dirs"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]
