"""Figures of the service on this machine: `python tests/systemd/measure.py [STARTS]`, as root, on an idle machine.

Start to READY from systemd's own clock; memory of every process ten seconds after READY; from the microphone to the
signal; exposure. With the budget headunit, its limits and its ladder, as installed.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from box import ROOT, ServiceBox, box_tool, lacking, stage

RECORDINGS = ROOT / "cabin" / "demo" / "recordings"
SPOKEN = ("01-temperature.wav", "02-window.wav", "03-seat-heating.wav", "06-call.wav")
SETTLED_S = 10


def main() -> None:
    """Measure, and print a line of JSON a figure."""
    if reason := lacking():
        sys.exit(f"error: {reason}")
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with ServiceBox(box_tool(), stage(), Path(tempfile.mkdtemp(prefix="cabin-box-", dir="/tmp"))) as box:
        box.drop_unit("cabin.service.d/55-patient.conf")
        box.start_sound()
        box.start_service()  # the first one makes the cache
        tell(start_to_ready_s=measure_starts(box, starts))
        box.wait_microphone()
        time.sleep(SETTLED_S)
        memory = box.memory_mib()
        tell(memory_mib={role: {"rss": round(rss, 1), "pss": round(pss, 1)} for role, (rss, pss) in memory.items()})
        tell(pss_mib=round(sum(pss for _, pss in memory.values()), 1))
        tell(microphone_to_signal_ms=measure_turns(box, 5))
        said = box.run("systemd-analyze", "security", "--no-pager", "cabin.service").stdout
        tell(exposure=float(re.search(r"exposure level for \S+: ([\d.]+)", said)[1]))


def measure_starts(box: ServiceBox, count: int) -> dict:
    """Start it so often; return the seconds of each and their median."""
    seconds = []
    for _ in range(count):
        box.start_service()
        seconds.append(round(box.ready_s(), 3))
    return {"all": seconds, "median": statistics.median(seconds)}


def measure_turns(box: ServiceBox, rounds: int) -> dict:
    """Speak each recording so often; return the times from the endpoint, and from the last sound, to the signal."""
    told = []
    for _ in range(rounds):
        for name in SPOKEN:
            box.watch()
            box.speak(RECORDINGS / name)
            told.append(box.wait_event("turn")["ms"])
    return {
        key: {"median": statistics.median(values), "most": max(values), "turns": len(values)}
        for key in ("to_signal", "speech_to_signal")
        if (values := [round(ms[key], 1) for ms in told if key in ms])
    }


def tell(**figures: object) -> None:
    """Print a line."""
    sys.stdout.write(f"{json.dumps(figures)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
