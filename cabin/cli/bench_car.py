"""`cabin bench car`: the simulated car driven before one's eyes."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import json_option
from cabin.cli.output import console, only_errors, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from cabin.bench.car_show import CarFrame

__all__ = ["car"]

_EPILOG = """\b
Examples:
  cabin bench car --drive city
  cabin bench car --drive motorway_night_rain --speedup 60
  cabin bench car --drive country --say 30 "open the window" --say 60 "open the trunk"
  cabin bench car --drive city --fault Vehicle.Speed=noise:3 --fault "*=lost@60+10" --json --speedup 0
"""
_FRAMES_PER_S = 10
_PLAIN_EVERY_S = 10.0
"""Where there is no terminal, one line for so many seconds of the car's time."""


@click.command(epilog=_EPILOG)
@click.option("--drive", "drive", default="city", show_default=True, metavar="NAME", help="A drive, or its file.")
@click.option("--list", "lists", is_flag=True, help="List the drives and end.")
@click.option(
    "--speedup", type=click.FloatRange(0, 10_000), default=10.0, show_default=True, help="0: as fast as it goes."
)
@click.option("--seconds", type=click.FloatRange(0.1), help="Of the car's time; else until the drive is over.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same run.")
@click.option("--variation", type=click.FloatRange(0, 0.5), default=0.05, show_default=True, help="Of the speed.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="SIGNAL=KIND[:NUMBER][@SECOND[+SECONDS]]",
    help="Break a signal (`*`: the car), at a second, for some (repeatable).",
)
@click.option("--say", "sayings", nargs=2, type=(float, str), multiple=True, metavar="SECOND TEXT", help="Say it then.")
@json_option
@pass_app
def car(
    app: App,
    *,
    drive: str,
    lists: bool,
    speedup: float,
    seconds: float | None,
    seed: int,
    variation: float,
    faults: tuple[str, ...],
    sayings: tuple[tuple[float, str], ...],
    as_json: bool,
) -> None:
    """Drive the simulated car and show it: speed, weather, cabin, energy, tyres, and what changes.

    With --json one line a second of the car's time: the signals that changed. Without a terminal, a line every ten
    seconds. At the end: how much faster than real time it was.
    """
    from cabin.bench.car_show import show_car

    if lists:
        _list_drives(app)
        return
    if not app.verbose:
        click.get_current_context().with_resource(only_errors())
    section: dict[str, Any] = {"drive": drive, "seed": seed, "variation": variation}
    made, chain = _open(app, section, faults)
    for _, text in sayings:
        chain.parse(text)  # the first one compiles all templates, which is no time of the drive
    frame_s = 1.0 if as_json or speedup == 0 else max(0.1, speedup / _FRAMES_PER_S)
    begun_s = time.perf_counter()
    say: Callable[[str], str] = lambda text: chain.say(text).reply  # noqa: E731
    frames = _paced(show_car(made, frame_s, seconds, sayings, say), speedup)
    try:
        last = _print_json(frames) if as_json else _draw(frames, drive)
    finally:
        chain.close()
    took_s = time.perf_counter() - begun_s
    if not as_json:
        console().print(f"{last.at_s:.0f} s of driving in {took_s:.1f} s: {last.at_s / max(took_s, 1e-6):.0f} times")


def _open(app: App, section: dict[str, Any], faults: tuple[str, ...]) -> tuple[Any, Any]:
    """Return the car and a chain that drives it. Raises CabinError for what is wrong."""
    from cabin.assembly import NO_MODEL, open_catalog, open_chain
    from cabin.bench.car_show import parse_fault

    catalog = open_catalog(app.plugins)
    specs = app.vehicle_config.units.begin(catalog.signals)
    entry = app.plugins.vehicles.get("simulated", "cabin bench car")
    whole: Any = app.plugins.call(entry, specs, section)
    if faults:
        planned = [parse_fault(each, whole.fault_kinds, whole.signals()) for each in faults]
        whole = app.plugins.call(entry, specs, {**section, "planned_faults": planned})
    policy = app.config_file("policy.yaml")
    return whole, open_chain(
        app.plugins, app.config, app.vehicle_config, policy_file=policy, model=NO_MODEL, vehicle=whole
    )


def _list_drives(app: App) -> None:
    made: Any = app.plugins.call(app.plugins.vehicles.get("simulated", "cabin bench car"), {}, {})
    for name, about in made.drives().items():
        sys.stdout.write(f"{name}\t{about}\n")


def _paced(frames: Iterator[CarFrame], speedup: float) -> Iterator[CarFrame]:
    """Yield frames when their time has come."""
    begun_s = time.perf_counter()
    for frame in frames:
        wait_s = frame.at_s / speedup - (time.perf_counter() - begun_s) if speedup else 0.0
        if wait_s > 0:
            time.sleep(wait_s)
        yield frame


def _print_json(frames: Iterator[CarFrame]) -> CarFrame:
    for frame in frames:
        print_json({"at_s": round(frame.at_s, 3), "changed": frame.changed, "is_over": frame.is_over})
    return frame


def _draw(frames: Iterator[CarFrame], drive: str) -> CarFrame:
    """Show the frames in place on a terminal, else as lines."""
    from cabin.bench.car_show import rows_of

    if sys.stdout.isatty():
        from rich.live import Live

        first = next(frames)
        with Live(_picture(first, drive), console=console(), refresh_per_second=_FRAMES_PER_S) as live:
            frame = first
            for frame in frames:
                live.update(_picture(frame, drive))
        return frame
    due_s = 0.0
    for frame in frames:
        for line in frame.spoken:
            sys.stdout.write(f"{line}\n")
        if frame.at_s >= due_s - 1e-6 or frame.is_over:
            due_s += _PLAIN_EVERY_S
            rows = [row for group in ("driving", "outside", "cabin") for row in rows_of(group, frame.values)]
            parts = [f"{label} {value}" for label, value in rows]
            sys.stdout.write(f"{frame.at_s:7.1f} s  {', '.join(parts)}\n")
    return frame


def _picture(frame: CarFrame, drive: str) -> RenderableType:
    """Return the frame as rich draws it: a table of its groups, and what happened below."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from cabin.bench.car_show import GROUPS, rows_of

    whole = Table.grid(padding=(0, 3))
    columns = []
    for group in GROUPS:
        inner = Table(title=group, show_header=False, box=None, title_style="bold", title_justify="left")
        for label, value in rows_of(group, frame.values):
            inner.add_row(Text(label, style="dim"), Text(value, style="cyan"))
        columns.append(inner)
    whole.add_row(*columns)
    events = Text("\n".join(frame.events) or "nothing has happened yet", style="dim" if not frame.events else "")
    return Panel(Group(whole, Text(), events), title=f"{drive}  {frame.at_s:.0f} s")
