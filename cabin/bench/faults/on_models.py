"""Faults of models: missing, cut short, swapped, while it starts and while it runs."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.bench.faults.client import RefusedError, ask
from cabin.bench.faults.fault import Fault

if TYPE_CHECKING:
    from cabin.bench.faults.rig import Rig

__all__ = ["FAULTS", "cut"]

_WEIGHTS = "weights.bin"
"""Of the intent model; mapped into the worker's memory."""


def _copied(rig: Rig) -> Path:
    """Give the daemon models of its own to break; return the folder of the intent model."""
    from cabin import paths
    from cabin.config import load_config

    config = load_config(None, {}).value
    folder = rig.folder / "models"
    for name in (config.parser.model, config.recognizer.model, "silero-vad"):
        shutil.copytree(paths.models_dir(name), folder / name)
    listing = paths.models_dir(config.parser.model).parent / "models.yaml"
    if listing.exists():
        shutil.copy(listing, folder)
    rig.systemd.environ["CABIN_MODELS"] = str(folder)
    return folder / config.parser.model


def cut(file: Path) -> None:
    """Leave the first third of a file."""
    os.truncate(file, file.stat().st_size // 3)


def _broken_at_start(rig: Rig, break_it: Callable[[Path], None]) -> float | None:
    """Break the model before the start; mend it after the daemon has refused."""
    model = _copied(rig)
    kept = rig.folder / "kept"
    shutil.copytree(model, kept)
    break_it(model)
    rig.microphone.plug_in()
    rig.systemd.does_restart = False
    rig.systemd.start()
    rig.systemd.wait_ended(60.0)
    first = rig.systemd.runs[0]
    rig.claim("it never said READY", first.ready_s is None, first)
    rig.claim("it ended by itself, with a code that says so", first.code in (1, 2), first)
    log = rig.log()
    rig.claim("the log names the model, without a traceback", model.name in log and "Traceback" not in log, log[-400:])
    shutil.rmtree(model, ignore_errors=True)
    kept.rename(model)
    since_s = time.monotonic()
    rig.systemd.start()
    rig.systemd.wait_ready(60.0, runs=2)
    return rig.recover(since_s)


def _missing(model: Path) -> None:
    shutil.rmtree(model)


def _truncated(model: Path) -> None:
    cut(model / _WEIGHTS)


def _start_on_copy(rig: Rig) -> Path:
    model = _copied(rig)
    rig.start()
    rig.begin()
    return model


def _truncated_while_running(rig: Rig) -> float | None:
    """The mapped file is cut under the worker's feet: the next read beyond its end is a SIGBUS."""
    model = _start_on_copy(rig)
    whole = (model / _WEIGHTS).read_bytes()
    cut(model / _WEIGHTS)
    rig.say_command()
    rig.wait(lambda: rig.worker_state() != "running", 10.0)
    rig.claim("nothing was done with half a model", not rig.writes(), rig.writes())
    rig.claim("the main process answers", rig.status().get("phase") == "ready", rig.status())
    with (model / _WEIGHTS).open("r+b") as file:
        file.write(whole)
    return rig.recover(time.monotonic())


def _gone_while_running(rig: Rig) -> float | None:
    """The folder is moved away, then the worker dies: nothing can take its place until the folder is back."""
    model = _start_on_copy(rig)
    away = model.with_name("away")
    model.rename(away)
    rig.claim("what is loaded works on", rig.works(), rig.status())
    os.kill(rig.worker(), signal.SIGKILL)
    rig.wait(lambda: rig.worker_state() == "restarting", 10.0)
    time.sleep(3.0)
    rig.claim("the status says that there is no worker", rig.worker_state() == "restarting", rig.status())
    rig.claim("a text is refused, not waited for", not rig.answers(), "answered")
    away.rename(model)
    return rig.recover(time.monotonic())


def _swapped(rig: Rig) -> float | None:
    """Another copy takes the folder's place in one step, and the daemon reads anew while it serves."""
    model = _start_on_copy(rig)
    before = rig.worker()
    shutil.copytree(model, model.with_name("new"))
    model.rename(model.with_name("old"))
    model.with_name("new").rename(model)
    since_s = time.monotonic()
    try:
        ask(rig.control, "reload", 120.0)
    except (OSError, RefusedError) as error:
        rig.claim("the new model is taken over", False, error)
    seconds = rig.recover(since_s)
    rig.claim("a new worker holds it", rig.worker() not in (0, before), rig.worker())
    return seconds


def _swapped_for_broken(rig: Rig) -> float | None:
    model = _start_on_copy(rig)
    before = rig.worker()
    shutil.copytree(model, model.with_name("new"))
    cut(model.with_name("new") / _WEIGHTS)
    model.rename(model.with_name("old"))
    model.with_name("new").rename(model)
    refused = ""
    try:
        ask(rig.control, "reload", 120.0)
    except RefusedError as error:
        refused = error.code
    except OSError as error:
        rig.claim("the reload is answered", False, error)
    rig.claim("the reload is refused", refused, "taken over")
    rig.claim("the old worker serves on", rig.worker() == before and rig.works(), rig.status())
    shutil.rmtree(model)
    model.with_name("old").rename(model)
    return None


FAULTS = (
    Fault(
        "intent model missing at start",
        "models",
        "no READY; it says what is missing",
        lambda rig: _broken_at_start(rig, _missing),
        is_alone=True,
        starts=False,
    ),
    Fault(
        "intent model cut short at start",
        "models",
        "no READY; it says which file is wrong",
        lambda rig: _broken_at_start(rig, _truncated),
        is_alone=True,
        starts=False,
    ),
    Fault(
        "intent model cut short while it runs",
        "models",
        "nothing is done with half a model",
        _truncated_while_running,
        is_alone=True,
        starts=False,
    ),
    Fault(
        "intent model gone while it runs, then the worker killed",
        "models",
        "what is loaded works on; told when it cannot be replaced",
        _gone_while_running,
        is_alone=True,
        starts=False,
    ),
    Fault(
        "model swapped for another while it runs",
        "models",
        "taken over while the old one serves",
        _swapped,
        is_alone=True,
        starts=False,
    ),
    Fault(
        "model swapped for a broken one while it runs",
        "models",
        "refused; the old one serves on",
        _swapped_for_broken,
        is_alone=True,
        starts=False,
    ),
)
