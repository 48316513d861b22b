"""A cabin plugin: a roof box with a motor and a scale."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl
from cabin_roofbox import box

if TYPE_CHECKING:
    import click

    from cabin.hookspecs import Register
    from cabin.messages import Command, Verdict
    from cabin.vehicle.action import Action
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["catalog_dirs", "check_policy", "configure", "register_actions", "register_commands", "register_config"]


@hookimpl
def catalog_dirs() -> list[Path]:
    """Offer the catalog beside this file."""
    return [Path(__file__).parent / "catalog"]


@hookimpl
def register_config(register: Register[type[Any]]) -> None:
    """Take settings from the section plugins.roofbox of cabin.yaml."""
    register("roofbox", box.RoofBoxConfig, "the roof box: how much it may carry")


@hookimpl
def configure(sections: Mapping[str, Any]) -> None:
    """Keep them."""
    box.use(sections["roofbox"])


@hookimpl
def register_actions(register: Register[Action]) -> None:
    """Offer what setting signals cannot say: a sum."""
    register("roofbox_report", box.report, "say how much more fits in the roof box")


@hookimpl
def check_policy(command: Command, vehicle: VehicleInterface) -> Verdict | None:
    """Keep the lid shut while too much is in the box: the motor would not lift it."""
    return box.lid_lifts(command, vehicle)


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `cabin roof-box`."""
    from cabin_roofbox.command import roof_box

    cli.add_command(roof_box)
