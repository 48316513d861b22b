"""`cabin bench`: measure what cabin hears and does. Each bench is imported when it is run."""

from __future__ import annotations

import importlib

import click

__all__ = ["BENCHES", "bench"]

BENCHES: dict[str, str] = {
    "recordings": "cabin.cli.bench_recordings:recordings",
    "noise": "cabin.cli.bench_noise:noise",
    "daemon": "cabin.cli.bench_daemon:daemon",
    "soak": "cabin.cli.bench_soak:soak",
    "faults": "cabin.cli.bench_faults:faults",
    "policy": "cabin.cli.bench_policy:policy",
    "car": "cabin.cli.bench_car:car",
    "run": "cabin.cli.bench_run:run",
}
"""Name -> where the command is."""


class BenchGroup(click.Group):
    """The commands of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(BENCHES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command, or None when there is none of that name."""
        if cmd_name not in BENCHES:
            return None
        module_name, _, attribute = BENCHES[cmd_name].partition(":")
        command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=BenchGroup, epilog="\b\nExample:\n  cabin bench recordings --recordings DIR --catalog examples/coffee/catalog"
)
def bench() -> None:
    """Measure what is heard and done, on recordings and in noise."""
