"""`cabin plugins`: what is loaded, and a new plugin begun."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cabin.cli.app import App
from cabin.cli.output import print_json, print_table

__all__ = ["plugins"]


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  cabin plugins\n  cabin plugins --json\n  cabin plugins new roof-box --out ~/src",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a plugin on standard output.")
@click.pass_context
def plugins(ctx: click.Context, as_json: bool) -> None:
    """List the plugins: what each brings, the time spent in it, its faults.

    CABIN_LOAD_PLUGINS=a,b loads only these, CABIN_LOAD_PLUGINS= none at all; CABIN_TRACE_PLUGINS=1 writes every call to
    standard error.
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(App), as_json)


@plugins.command(epilog="\b\nExample:\n  cabin plugins new roof-box --out ~/src\n  cd ~/src/cabin-roof-box && pytest")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help="The folder to make it in; default: here.")
def new(name: str, out: Path) -> None:
    """Make the package cabin-NAME: a device in YAML, an action in Python, a test that passes."""
    from cabin.plugins.scaffold import make_plugin

    folder = make_plugin(name, out)
    sys.stdout.write(f"{folder}\n")
    sys.stderr.write(f"Try it: pip install {folder} && cabin plugins\n")


def _list(app: App, as_json: bool) -> None:
    from cabin.cli.main import COMMANDS

    app.plugins.commands(reserved=COMMANDS)
    infos = app.plugins.infos()
    if as_json:
        for info in infos:
            print_json(info)
        return
    rows = [
        (
            info.name,
            info.version,
            info.distribution,
            info.state,
            ", ".join(info.hooks),
            f"{info.spent_ms:.1f}",
            len(info.faults),
        )
        for info in infos
    ]
    print_table(("plugin", "version", "from", "state", "hooks", "ms", "faults"), rows)
    for fault in app.plugins.faults():
        sys.stdout.write(f"fault of {fault.plugin}, {fault.hook}: {fault.what}\n")
