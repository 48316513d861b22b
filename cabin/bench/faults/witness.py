"""What was written to the car, told by the car itself: twice, late, or unasked?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cabin.bench.faults.microphone import Spoken

__all__ = ["Write", "misdeeds", "read_writes"]

ENDPOINT_S = 1.6
"""From the last sound of what was said to the endpointer's word that it has ended, at most."""


@dataclass(frozen=True)
class Write:
    """One signal written."""

    path: str
    value: object
    at_s: float
    """time.monotonic() when the car was asked; it did take it."""


def read_writes(file: Path) -> list[Write]:
    """Return what the car noted, in order; a line cut short by a kill is left out."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            told = json.loads(line)
            found.append(Write(str(told["path"]), told["value"], float(told["at_s"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def misdeeds(spoken: Sequence[Spoken], writes: Sequence[Write], each: int, utterance_s: float) -> list[str]:
    """Return what was done twice, late or unasked.

    `each`: how many signals one utterance writes; `utterance_s`: the budget's deadline from the endpoint on.
    """
    found = []
    left = dict.fromkeys(range(len(spoken)), each)
    for write in writes:
        asked = [number for number, said in enumerate(spoken) if said.begun_s <= write.at_s]
        due_s = {number: spoken[number].ended_s + ENDPOINT_S + utterance_s for number in asked}
        in_time = [number for number in asked if left[number] and due_s[number] >= write.at_s]
        late = [number for number in asked if left[number]]
        if in_time:
            left[in_time[0]] -= 1
        elif late:
            left[late[-1]] -= 1
            found.append(f"{write.path} was written {write.at_s - due_s[late[-1]]:.1f} s too late")
        elif asked:
            found.append(f"{write.path} was written again for the same utterance")
        else:
            found.append(f"{write.path} was written and nobody had asked")
    return found
