"""`cabin wake`: the wake phrase built, tried and measured."""

from __future__ import annotations

import click

from cabin.cli.wake_build import build
from cabin.cli.wake_listen import listen, test
from cabin.cli.wake_measure import measure

__all__ = ["wake"]


@click.group(
    epilog='\b\nExamples:\n  cabin wake build "hey car" --out models/hey-car\n'
    "  cabin wake test --recognizer recording.wav\n  cabin wake listen"
)
def wake() -> None:
    """Train, try and measure what wakes cabin: a phrase before an order."""


wake.add_command(build)
wake.add_command(test)
wake.add_command(listen)
wake.add_command(measure)
