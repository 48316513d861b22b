"""All faults, in the order in which they are run and told."""

from __future__ import annotations

from cabin.bench.faults import (
    on_clients,
    on_configuration,
    on_machine,
    on_microphones,
    on_models,
    on_plugins,
    on_processes,
    on_systemd,
    on_workers,
)
from cabin.bench.faults.fault import Fault

__all__ = ["all_faults"]


def all_faults() -> tuple[Fault, ...]:
    """Return every kind."""
    families = (
        on_workers,
        on_plugins,
        on_microphones,
        on_models,
        on_machine,
        on_processes,
        on_configuration,
        on_clients,
        on_systemd,
    )
    return tuple(fault for family in families for fault in family.FAULTS)
