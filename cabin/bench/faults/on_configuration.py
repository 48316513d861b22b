"""Faults of files that people write: configuration, policy, budgets; at the start and at a reload."""

from __future__ import annotations

import functools
import signal
import time
from typing import TYPE_CHECKING

from cabin.bench.faults.client import RefusedError, ask
from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS", "WRONG"]

WRONG = {
    "cabin.yaml": "dialogue: {}\nrecognizer: {n_best: many}\n",
    "policy.yaml": "rules: [{when: never}]\n",
    "budgets/headunit.yaml": "deadlines: {utterance_ms: soon}\n",
    "vehicle.yaml": "times: {write_deadline_ms: -5}\n",
}
"""Files that cannot be used."""


def _at_start(rig: Rig, name: str) -> float | None:
    file = rig.folder / name
    right = file.read_text(encoding="utf-8") if file.exists() else None
    file.write_text(WRONG[name], encoding="utf-8")
    rig.microphone.plug_in()
    rig.systemd.does_restart = False
    rig.systemd.start()
    rig.systemd.wait_ended(60.0)
    first = rig.systemd.runs[0]
    rig.claim("it ends with code 2 and never said READY", first.code == 2 and first.ready_s is None, first)
    log = rig.log()
    rig.claim("the file is named, without a traceback", file.name in log and "Traceback" not in log, log[-400:])
    if right is None:
        file.unlink()
    else:
        file.write_text(right, encoding="utf-8")
    since_s = time.monotonic()
    rig.systemd.start()
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


def _at_reload(rig: Rig, name: str) -> float | None:
    before, file = rig.worker(), rig.folder / name
    right = file.read_text(encoding="utf-8") if file.exists() else None
    file.write_text(WRONG[name], encoding="utf-8")
    since_s = time.monotonic()
    try:
        ask(rig.control, "reload", 60.0)
        rig.claim("the reload is refused", False, "taken over")
    except RefusedError as error:
        rig.claim("the reload is refused as wrong configuration", error.code == "wrong-configuration", error.error)
    rig.systemd.signal(signal.SIGHUP)
    told = rig.feed.wait(since_s, "fault", 30.0, what="reload refused")
    rig.claim("so it is by SIGHUP, and told", told, rig.feed.since(since_s))
    rig.claim("what held before holds on", rig.works() and rig.worker() == before, rig.status())
    if right is None:
        file.unlink()
    else:
        file.write_text(right, encoding="utf-8")
    return None


def _right_at_reload(rig: Rig) -> float | None:
    """Not a fault of the file: the change of everything while it serves."""
    since_s = time.monotonic()
    rig.systemd.signal(signal.SIGHUP)
    rig.claim("it is taken over", rig.feed.wait(since_s, "reloaded", 60.0), rig.feed.since(since_s))
    rig.claim("by the same main process", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return rig.recover(since_s)


FAULTS = (
    *(
        Fault(
            f"{name} wrong at the start",
            "configuration",
            "no READY; all mistakes told, code 2",
            functools.partial(_at_start, name=name),
            is_alone=True,
            starts=False,
        )
        for name in WRONG
    ),
    *(
        Fault(
            f"{name} wrong at a reload",
            "configuration",
            "refused; what held before holds on",
            functools.partial(_at_reload, name=name),
        )
        for name in WRONG
    ),
    Fault("reload by SIGHUP while it serves", "configuration", "taken over, nothing lost", _right_at_reload),
)
