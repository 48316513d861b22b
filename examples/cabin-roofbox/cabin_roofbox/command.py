"""`cabin roof-box`."""

from __future__ import annotations

import click

from cabin.cli.app import App, pass_app

__all__ = ["roof_box"]


@click.command("roof-box", epilog="\b\nExample:\n  cabin roof-box")
@pass_app
def roof_box(app: App) -> None:
    """Say how much the roof box may carry."""
    click.echo(f"at most {app.config.plugins['roofbox'].max_load_kg:g} kg")
