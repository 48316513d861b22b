"""Driving and assistance systems: cruise control, limiter, warnings, drive modes."""

from __future__ import annotations

from pathlib import Path

from cabin.hookspecs import hookimpl

__all__ = ["catalog_dirs"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]
