"""docs/reliability.md: what was broken, what must hold, what held, how long until all worked again."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Sequence
from pathlib import Path

from cabin.bench.faults.fault import Result

__all__ = ["page_text", "write_page"]

_HEAD = """# What happens when something breaks

Made by `cabin bench faults --page docs/reliability.md`. Each line is a fault that was done to a running `cabin run`:
real processes, the shipped models, the capture process with its ring, the control socket. Stood in for: systemd (READY,
the watchdog, the start after a failure), the microphone's hardware, and the car, which notes every write. In the table
of systemd and PulseAudio both of these are real, and cabin is installed as a service.

After each fault, three things are looked at besides what the line says: a spoken command is done; no command acted
twice, later than its deadline or unasked; READY was true: whenever it was told, the daemon worked.

"""
_WIDTH = 120


def page_text(results: Sequence[Result], note: str = "") -> str:
    """Return the page. `note` says what is to be known of the machine."""
    run = [result for result in results if not result.skipped]
    held = [result for result in run if result.held]
    times = sorted(result.recovery_s for result in run if result.recovery_s is not None)
    lines = [_HEAD]
    lines.append(f"**{len(held)} of {len(run)} kinds held.**")
    if times:
        middle, high = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
        lines.append(f" Until all worked again: median {middle:.1f} s, 95th percentile {high:.1f} s.")
    machine = f"Measured on {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}. {note}"
    lines.append(f"\n\n{textwrap.fill(machine.strip(), _WIDTH, break_long_words=False, break_on_hyphens=False)}\n")
    for family in dict.fromkeys(result.family for result in results):
        name = family[0].upper() + family[1:]
        lines += ["\n", f"## {name}\n\n", "| fault | what must hold | what held | seconds to recovery |\n"]
        lines.append("|---|---|---|---|\n")
        lines += [_row(result) for result in results if result.family == family]
    lines += _broken(run)
    return "".join(lines)


def write_page(file: Path, results: Sequence[Result], note: str = "") -> None:
    """Write the page, whole or not at all."""
    made = file.with_name(f".{file.name}.{os.getpid()}")
    made.write_text(page_text(results, note), encoding="utf-8")
    os.replace(made, file)


def _row(result: Result) -> str:
    if result.skipped:
        return f"| {result.name} | {result.holds} | not run: {result.skipped} | |\n"
    seconds = "" if result.recovery_s is None else f"{result.recovery_s:.1f}"
    looked = len(result.claims)
    what = f"all {looked} looked at" if result.held else f"**{looked - len(result.broken)} of {looked} looked at**"
    return f"| {result.name} | {result.holds} | {what} | {seconds or 'nothing ceased'} |\n"


def _broken(results: Sequence[Result]) -> list[str]:
    broken = [result for result in results if not result.held]
    if not broken:
        return []
    told = [f"- {result.name}: {'; '.join(claim.what for claim in result.broken)}.\n" for result in broken]
    return ["\n## What did not hold\n\n", *told]
