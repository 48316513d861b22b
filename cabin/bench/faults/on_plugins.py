"""Faults of plugins: a recognizer, hooks and a car that raise, hang, end the process, or eat memory."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS"]


def _worker_survives(rig: Rig, deed: str) -> float | None:
    before = rig.worker()
    rig.order(deed)
    spoken = rig.say_command()
    rig.wait(lambda: rig.was_obeyed(deed), 10.0)
    since_s = time.monotonic()
    rig.feed.wait(spoken.begun_s, "fault", 10.0)
    rig.claim("the fault was told", rig.feed.since(spoken.begun_s, "fault"), "no event")
    seconds = rig.recover(since_s)
    rig.claim("the worker went on", rig.worker() == before, rig.worker())
    return seconds


def _worker_replaced(rig: Rig, deed: str) -> float | None:
    before = rig.worker()
    rig.order(deed)
    spoken = rig.say_command()
    rig.wait(lambda: rig.was_obeyed(deed), 10.0)
    since_s = time.monotonic()
    is_new = rig.wait(lambda: rig.worker() not in (0, before), 60.0)
    rig.claim("the worker was replaced", is_new, rig.worker())
    rig.claim("the loss was told", rig.feed.wait(spoken.begun_s, "dropped", 5.0), "no event")
    rig.claim("the main process went on", len(rig.systemd.runs) == 1, rig.systemd.runs)
    return rig.recover(since_s)


def _grows(rig: Rig) -> float | None:
    """The command may be done before anybody looks how much memory is held: growing is no reason to lose it."""
    before = rig.worker()
    rig.order("recognizer.eat")
    rig.say_command()
    rig.wait(lambda: rig.was_obeyed("recognizer.eat"), 10.0)
    since_s = time.monotonic()
    rig.claim("the worker was replaced", rig.wait(lambda: rig.worker() not in (0, before), 60.0), rig.worker())
    rig.claim("why was told", rig.feed.since(since_s, "fault", what="MiB"), rig.feed.since(since_s, "fault"))
    return rig.recover(since_s)


def _hook(rig: Rig, deed: str) -> float | None:
    """A hook of the main process fails: the command is done or told to be left, and the daemon goes on."""
    before = rig.systemd.pid
    rig.order(deed)
    spoken = rig.say_command()
    rig.feed.wait(spoken.begun_s, "turn", 20.0)
    rig.claim("the hook was called", rig.was_obeyed(deed), deed)
    told = rig.feed.since(spoken.begun_s, "done") + rig.feed.since(spoken.begun_s, "dropped")
    rig.claim("the command was done, or told to be left", told, rig.feed.since(spoken.begun_s))
    rig.claim("the main process went on", rig.systemd.pid == before, rig.systemd.runs)
    return rig.recover(time.monotonic()) and None


def _rule_hangs(rig: Rig, deed: str) -> float | None:
    """A rule that cannot be asked forbids: commands are refused, and told why, until the plugin is loaded anew.

    A plugin that hangs anywhere is left out, its rules with it.
    """
    rig.order(deed)
    for _ in range(3):
        spoken = rig.say_command()
        told = rig.feed.wait(spoken.begun_s, "turn", 20.0)
    rig.claim("a command is not done without its rule", told and "refused" in told.data["statuses"], told)
    replies = [reply.data["text"] for reply in rig.feed.since(0.0, "reply")]
    rig.claim("the driver is told which plugin", any("does not answer" in reply for reply in replies), replies)
    rig.claim("the daemon answers all the while", rig.status().get("phase") == "ready", rig.status())
    since_s = time.monotonic()
    rig.systemd.wait_ended(40.0)
    rig.claim("the watchdog was not fed", rig.systemd.runs[0].was_watchdog, rig.systemd.runs[0])
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


def _hook_leaves(rig: Rig, deed: str) -> float | None:
    """A hook ends the main process: systemd starts another."""
    rig.order(deed)
    rig.say_command()
    rig.systemd.wait_ended(20.0)
    since_s = rig.systemd.runs[0].ended_s or time.monotonic()
    rig.systemd.wait_ready(60.0, runs=2)
    seconds = rig.recover(since_s)
    rig.claim("it was started again", len(rig.systemd.runs) == 2, rig.systemd.runs)
    return seconds


def _car_raises(rig: Rig) -> float | None:
    rig.order("car.raise")
    spoken = rig.say_command()
    told = rig.feed.wait(spoken.begun_s, "done", 20.0) or rig.feed.wait(spoken.begun_s, "dropped", 1.0)
    rig.claim("the failure was told", told and told.data.get("status") != "done", told)
    reply = rig.feed.wait(spoken.begun_s, "reply", 5.0)
    rig.claim("the driver was told", reply, "no reply")
    return rig.recover(time.monotonic()) and None


def _car_hangs_a_while(rig: Rig) -> float | None:
    hold = rig.order("car.hold")
    spoken = rig.say_command()
    rig.feed.wait(spoken.begun_s, "understood", 20.0)
    since_s = time.monotonic()
    rig.claim("the daemon answers meanwhile", rig.status().get("phase") == "ready", rig.status())
    rig.say_command()
    time.sleep(2.0)
    rig.claim("nothing is written meanwhile", not rig.writes(), rig.writes())
    hold.unlink()
    rig.wait(lambda: bool(rig.writes()), 10.0)
    rig.claim("the command that was begun is carried through", rig.writes(), "no write")
    return rig.recover(since_s)


def _car_hangs_for_good(rig: Rig) -> float | None:
    rig.order("car.hang")
    spoken = rig.say_command()
    rig.feed.wait(spoken.begun_s, "understood", 20.0)
    since_s = time.monotonic()
    rig.systemd.wait_ended(60.0)
    first = rig.systemd.runs[0]
    rig.claim("the watchdog was not fed", first.was_watchdog, first)
    rig.claim("why was told", rig.feed.since(since_s, "fault", what="the car is at one command"), "no event")
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


def _main_grows(rig: Rig) -> float | None:
    """A hook holds more memory than the budget has: past the last step of the ladder a restart is asked for."""
    rig.order("observer.eat")
    rig.say_command()
    rig.wait(lambda: rig.was_obeyed("observer.eat"), 20.0)
    since_s = time.monotonic()
    rig.systemd.wait_ended(60.0)
    steps = [told.data["step"] for told in rig.feed.since(since_s, "degraded")]
    rig.claim("the driver was told of the steps", "restart" in steps, steps)
    rig.claim("it ended by itself with code 1", rig.systemd.runs[0].code == 1, rig.systemd.runs[0])
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


_TIGHT = {
    "resident_mib": 700,
    "ladder": {
        "least_samples": 1000,
        "hold_s": 0.5,
        "dwell_s": 0.5,
        "recover_s": 1.0,
        **{
            step: {
                "memory_percent": percent,
                "cgroup_percent": None,
                "pressure_percent": None,
                "processor_percent": None,
            }
            for step, percent in (("lean", 90), ("essential", 92))
        },
        "deaf": {"memory_percent": 94, "cgroup_percent": None},
        "restart": {"memory_percent": 96, "cgroup_percent": None},
    },
}
"""A budget that 600 MiB more do not fit into."""


def _of_hooks() -> list[Fault]:
    deeds = {
        "policy.raise": (
            "policy hook of a plugin raises",
            "that command is refused, the next one judged anew",
        ),
        "policy.exit": ("policy hook of a plugin calls sys.exit", "that command is refused; the daemon stays"),
        "reply.raise": ("reply hook of a plugin raises", "the catalog's own reply"),
    }
    return [
        Fault(name, "plugins", holds, functools.partial(_hook, deed=deed), is_quick=deed == "policy.raise")
        for deed, (name, holds) in deeds.items()
    ]


FAULTS = (
    Fault(
        "recognizer raises",
        "plugins",
        "the utterance is told to be lost, the worker stays",
        functools.partial(_worker_survives, deed="recognizer.raise"),
        is_quick=True,
    ),
    Fault(
        "recognizer hangs",
        "plugins",
        "dropped at its deadline, then the worker is replaced",
        functools.partial(_worker_replaced, deed="recognizer.hang"),
    ),
    Fault(
        "recognizer loops with all of the processor",
        "plugins",
        "dropped at its deadline, then the worker is replaced",
        functools.partial(_worker_replaced, deed="recognizer.spin"),
    ),
    Fault(
        "recognizer ends its process",
        "plugins",
        "the worker is replaced",
        functools.partial(_worker_replaced, deed="recognizer.leave"),
    ),
    Fault("recognizer eats memory", "plugins", "the worker is replaced past its limit", _grows),
    *_of_hooks(),
    *(
        Fault(
            f"{what} of a plugin with rules hangs",
            "plugins",
            "commands are refused, and told why; it is started again",
            functools.partial(_rule_hangs, deed=deed),
            is_alone=True,
        )
        for deed, what in (("policy.hang", "policy hook"), ("observer.hang", "observer"))
    ),
    Fault(
        "policy hook of a plugin ends the process",
        "plugins",
        "it is started again",
        functools.partial(_hook_leaves, deed="policy.leave"),
        is_alone=True,
    ),
    Fault("car raises in a write", "plugins", "the failure is told", _car_raises),
    Fault(
        "car hangs in a write for two seconds", "plugins", "all else goes on; no command piles up", _car_hangs_a_while
    ),
    Fault(
        "car hangs in a write for good",
        "plugins",
        "the watchdog is not fed, and it is started again",
        _car_hangs_for_good,
        settings={"daemon": {"act_s": 3.0}},
        is_alone=True,
    ),
    Fault(
        "plugin eats memory in the main process",
        "plugins",
        "the steps of the ladder, then a restart",
        _main_grows,
        settings={"budget": _TIGHT},
        is_alone=True,
    ),
)
