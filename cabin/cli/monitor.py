"""`cabin monitor`: what monitors make of a recorded drive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.monitoring.drive import Observed

__all__ = ["monitor"]

_EPILOG = """\b
Examples:
  cabin monitor
  cabin make-drive drowsy --out drowsy.jsonl
  cabin monitor drowsy.jsonl
  cabin monitor drowsy.jsonl --only drowsiness --answer no --json
"""
_STYLES = {"alarm": "bold red", "warning": "yellow", "advice": "bold", "hint": ""}


@click.command(epilog=_EPILOG)
@click.argument("drive", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--only", "names", multiple=True, metavar="NAME", help="This monitor instead of all (repeatable).")
@click.option(
    "--answer",
    type=click.Choice(["yes", "no", "none"]),
    default="none",
    show_default=True,
    help="What the driver says when asked.",
)
@json_option
@pass_app
def monitor(app: App, drive: Path | None, names: tuple[str, ...], answer: str, as_json: bool) -> None:
    """Put a recorded DRIVE before the monitors, and print what they say, ask and tell policy; without one, list them.

    Time is the recording's, so hours take seconds and the same drive gives the same lines. Nothing is acted on. Exit
    code 1 when a monitor failed.
    """
    from cabin.monitoring.drive import drive as replay
    from cabin.monitoring.opening import open_monitors
    from cabin.vehicle.recording import load_recording

    monitors = open_monitors(app.plugins, names)
    if drive is None:
        _list(app, monitors, as_json)
        return
    has_failed = False
    settings = app.config.monitoring
    for each in replay(load_recording(drive), monitors, answers=lambda _: answer, settings=settings):  # type: ignore[arg-type, return-value]
        has_failed |= each.kind == "fault"
        if as_json:
            print_json(_json(each))
        else:
            _print(each)
    if has_failed:
        raise SystemExit(1)


def _list(app: App, monitors: dict[str, Any], as_json: bool) -> None:
    rows = []
    for name, each in monitors.items():
        entry = app.plugins.monitors.get(name)
        signals = [{"path": watch.path, "most_hz": watch.most_hz} for watch in each.watches]
        rows.append({"monitor": name, "plugin": entry.plugin, "about": entry.summary, "signals": signals})
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(
        ("monitor", "plugin", "about", "signals"),
        [(str(row["monitor"]), str(row["plugin"]), str(row["about"]), str(len(row["signals"]))) for row in rows],
    )


def _json(each: Observed) -> dict[str, Any]:
    told: dict[str, Any] = {"at_s": round(each.at_s, 2), "kind": each.kind, "monitor": each.monitor, "what": each.what}
    if each.notice is not None and each.level:
        commands = [{"intent": command.intent, "slots": dict(command.slots)} for command in each.notice.commands]
        told |= {"level": each.level, "key": each.notice.key, "commands": commands}
    return told


def _print(each: Observed) -> None:
    from rich.markup import escape

    minutes, seconds = divmod(each.at_s, 60)
    style = _STYLES.get(each.level, "dim")
    what = f"[{style}]{escape(each.what)}[/{style}]" if style else escape(each.what)
    console().print(f"{int(minutes):3d}:{seconds:04.1f}  {each.kind:<8}  {each.monitor:<12}  {what}")
