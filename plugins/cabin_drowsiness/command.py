"""`cabin make-drive`: a simulated driver's drive as a recording."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["make_drive"]

_EPILOG = """\b
Example:
  cabin make-drive drowsy --minutes 20 --out drowsy.jsonl
  cabin monitor drowsy.jsonl
"""


@click.command("make-drive", epilog=_EPILOG)
@click.argument("kind", type=click.Choice(["alert", "drowsy", "asleep", "long"]))
@click.option("--minutes", type=click.FloatRange(1, 600), default=20, show_default=True, help="How long it takes.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another drive of the same kind.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The recording to write.")
def make_drive(kind: str, minutes: float, seed: int, out: Path) -> None:
    """Write the drive of a simulated driver: eyelids, steering, lane and speed, to try monitors on."""
    from cabin.vehicle.recording import header, line_of
    from cabin.whole_file import write_whole
    from cabin_drowsiness.drives import KINDS, simulate

    chosen = KINDS[KINDS.index(kind)]
    lines = [header(f"simulated driver: {kind}"), *(line_of(event) for event in simulate(chosen, minutes, seed))]
    write_whole(out, "".join(lines))
