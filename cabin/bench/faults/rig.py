"""One real `cabin run` with what a car has around it: a microphone, signals, something that starts it again.

The daemon is that of the checkout or installation that runs this: its models, catalogs and settings as shipped, but for
what `_SECTIONS` says. Its recognizer, car and sound source are wrapped by faulty_plugin.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cabin.bench.faults import faulty_plugin
from cabin.bench.faults.client import RefusedError, ask
from cabin.bench.faults.fault import Claim
from cabin.bench.faults.feed import Feed
from cabin.bench.faults.microphone import Spoken, VirtualMicrophone
from cabin.bench.faults.stand_in import StandIn
from cabin.bench.faults.witness import Write, misdeeds, read_writes
from cabin.demo.script import RECORDINGS

__all__ = ["COMMAND", "PROBE", "Rig", "merged"]

COMMAND = RECORDINGS / "16-defroster.wav"
"""defrost the rear window"""
INTENT = "defroster.on"
PROBE = "how much fuel do i have left"
"""A text that is answered and changes nothing."""

START_S = 60.0
RECOVER_S = 60.0
"""How long recovery is waited for before it counts as failed."""
UTTERANCE_S = 2.5

_SECTIONS: dict[str, Any] = {
    "capture": {"source": "faulty"},
    "recognizer": {"name": "faulty"},
    "dialog": {"question_s": 600},
    "guard": {"call_budget_ms": 1000},
    "control": {"transcripts": ["self"], "requests_per_s": 200},
}
BUDGET: dict[str, Any] = {
    "deadlines": {"recognize_ms": 2000, "parse_ms": 1500, "policy_ms": 500, "utterance_ms": UTTERANCE_S * 1000},
    "resident_mib": 100_000,
    "ladder": {"least_samples": 1000, "lean": {"pressure_percent": None}, "essential": {"pressure_percent": None}},
}
"""Deadlines are kept; the ladder, whose steps refuse commands, stays out of it: other tests break that."""


class Rig:
    """A daemon to break. `with` it."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], wrapped: tuple[str, str], watchdog_s: float = 10.0):
        """`settings`: sections of cabin.yaml, and `budget`; `wrapped`: the real recognizer and source, module:name."""
        self.folder, self.orders = folder, folder / "orders"
        self.config, self.control = folder / "cabin.yaml", folder / "c"
        self.claims: list[Claim] = []
        self.spoken: list[Spoken] = []
        self.each = 1
        """Signals that the command writes."""
        self.voice = _voice()
        self.microphone = VirtualMicrophone(folder / "m")
        self.options: list[str] = []
        self.environ_more: dict[str, str] = {}
        self._settings, self._wrapped, self._watchdog_s = settings, wrapped, watchdog_s
        self._begun_writes = 0
        self._prepare()
        self.systemd = StandIn(self.command(), self.environ(), folder, watchdog_s)
        self.feed = Feed(self.control)

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        self.feed.close()
        for pid in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.systemd.close()
        self.microphone.unplug()

    # What it is made of

    def _prepare(self) -> None:
        self.orders.mkdir(parents=True)
        (self.folder / "budgets").mkdir()
        self.write_config()
        budget = merged(BUDGET, self._settings.get("budget", {}))
        (self.folder / "budgets" / "headunit.yaml").write_text(json.dumps(budget), encoding="utf-8")
        vehicle = {"interface": "faulty", "interfaces": {"faulty": {"of": "simulated"}}}
        (self.folder / "vehicle.yaml").write_text(yaml.safe_dump(vehicle), encoding="utf-8")
        _install(self.folder / "plugin")

    def write_config(self, **more: Any) -> None:
        """Write cabin.yaml, with these sections besides."""
        sections = merged(merged(_SECTIONS, self._settings), more)
        sections.pop("budget", None)
        sections["capture"] = {"device": str(self.microphone.path), **sections["capture"]}
        sections["control"] = {"socket": str(self.control), **sections["control"]}
        self.config.write_text(yaml.safe_dump(sections), encoding="utf-8")

    def command(self, *options: str) -> list[str]:
        """Return how the daemon is started."""
        return [sys.executable, "-m", "cabin.cli.main", "run", *options, *self.options]

    def environ(self) -> dict[str, str]:
        """Return what the daemon finds in its environment."""
        path = [str(self.folder / "plugin"), *(entry for entry in sys.path if entry)]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "CABIN_CONFIG": str(self.config),
            faulty_plugin.FOLDER: str(self.orders),
            faulty_plugin.RECOGNIZER: self._wrapped[0],
            faulty_plugin.SOURCE: self._wrapped[1],
            **self.environ_more,
        }

    # Starting and looking

    def start(self) -> None:
        """Plug the microphone in, start the daemon, wait until it works, and learn what the command writes."""
        self.microphone.plug_in()
        self.systemd.start()
        if not self.systemd.wait_ready(START_S) or not self.wait(self.is_well, START_S):
            raise RuntimeError(f"the daemon does not start: {self.log()[-2000:]}")
        if not any(self.works() for _ in range(3)):
            raise RuntimeError(f"the command is not done even when nothing is broken: {self.log()[-2000:]}")

    def log(self) -> str:
        """Return what the daemon logged."""
        file = self.systemd.log
        return file.read_text(encoding="utf-8", errors="replace") if file is not None and file.exists() else ""

    def children(self, what: str = "cabin.") -> list[int]:
        """Return the processes that the daemon started whose command line holds a text."""
        return [pid for pid in _children(self.systemd.pid) if what in _command_line(pid)]

    def worker(self) -> int:
        """Return the worker's process; 0: there is none."""
        return next(iter(self.children("cabin.daemon.worker")), 0)

    def capture(self) -> int:
        """Return the capture process; 0: there is none."""
        return next(iter(self.children("cabin.audio.capture_child")), 0)

    def status(self) -> dict[str, Any]:
        """Return what the daemon says of itself; nothing when it does not answer."""
        try:
            return ask(self.control, "status", 5.0)
        except (OSError, RefusedError, ValueError):
            return {}

    def microphone_state(self) -> str:
        """Return what the daemon says of its microphone."""
        return str(self.status().get("microphone", {}).get("state", ""))

    def worker_state(self) -> str:
        """Return what the daemon says of its worker."""
        return "".join(str(worker.get("state", "")) for worker in self.status().get("workers", []))

    def is_well(self) -> bool:
        """Whether it says that all works, and answers a text."""
        status = self.status()
        workers = [worker.get("state") for worker in status.get("workers", [])]
        is_open = status.get("microphone", {}).get("state") in ("open", "none")
        if status.get("phase") != "ready" or workers != ["running"] or not is_open:
            return False
        return self.answers()

    def answers(self) -> bool:
        """Whether a text is parsed and answered."""
        try:
            return bool(ask(self.control, "say", 10.0, text=PROBE)["outcomes"])
        except (OSError, RefusedError, ValueError, KeyError):
            return False

    def is_busy(self) -> bool:
        """Whether something spoken is on its way, as far as can be seen from outside."""
        ended = self.feed.since(0.0, "speech", state="ended")
        if not ended or time.monotonic() - ended[-1].at_s > 2 * UTTERANCE_S:
            return False
        return not (self.feed.since(ended[-1].at_s, "turn") or self.feed.since(ended[-1].at_s, "dropped"))

    def wait(self, holds: Any, within_s: float) -> bool:
        """Wait until something holds."""
        return self.feed.wait_until(holds, within_s)

    # Doing

    def order(self, deed: str) -> Path:
        """Tell the plugin to fail: "car.raise"."""
        file = self.orders / deed
        file.touch()
        return file

    def was_obeyed(self, deed: str) -> bool:
        """Whether an order was carried out."""
        return not (self.orders / deed).exists()

    def say_command(self) -> Spoken:
        """Speak the command, to its end."""
        begun_s = time.monotonic()
        self.spoken.append(Spoken(begun_s, begun_s + self.length_s))
        self.spoken[-1] = self.microphone.say(self.voice)
        return self.spoken[-1]

    def begin_command_until_heard(self) -> float:
        """Begin to speak the command; return when, once the daemon has heard somebody speak."""
        begun_s = self.begin_command()
        if self.feed.wait(begun_s, "speech", START_S, state="began") is None:
            raise TimeoutError("nobody was heard")
        time.sleep(0.3)
        return begun_s

    def begin_half_a_command(self) -> float:
        """Begin to speak the command; return when, once half of it is given."""
        self.microphone.given_s = 0.0
        begun_s = self.begin_command()
        if not self.wait(lambda: 0.5 * self.length_s < self.microphone.given_s, START_S):
            raise TimeoutError("nobody took the sound")
        return begun_s

    def begin_command(self) -> float:
        """Begin to speak the command; return when."""
        begun_s = time.monotonic()
        self.microphone.begin(self.voice)
        self.spoken.append(Spoken(begun_s, begun_s + self.length_s))
        return begun_s

    @property
    def length_s(self) -> float:
        """How long the command is."""
        return len(self.voice) / 16_000

    def writes(self) -> list[Write]:
        """Return what was written to the car since the fault was begun."""
        return read_writes(self.orders / faulty_plugin.WRITES)[self._begun_writes :]

    # Claiming

    def begin(self) -> None:
        """Forget what was, for the next fault, once nothing of it is on its way any more."""
        self.wait(lambda: not self.is_busy(), 3 * UTTERANCE_S)
        self.claims.clear()
        self.spoken.clear()
        self._begun_writes += len(self.writes())
        for order in self.orders.glob("*.*"):
            if order.name != faulty_plugin.WRITES:
                order.unlink()

    def claim(self, what: str, held: object, seen: object = "") -> bool:
        """Note something that must hold."""
        self.claims.append(Claim(what, bool(held), "" if held else str(seen)[:300]))
        return bool(held)

    def recover(self, since_s: float, within_s: float = RECOVER_S) -> float | None:
        """Wait until all works again; return how long that took since the fault."""
        is_well = self.wait(self.is_well, within_s)
        seconds = time.monotonic() - since_s
        self.claim(f"works again within {within_s:g} s", is_well, self.status() or self.log()[-300:])
        return seconds if is_well else None

    def conclude(self) -> None:
        """Claim what must always hold: a command is done afterwards, and the car was never written to wrongly."""
        self.claim("a spoken command is done afterwards", self.works(), self.log()[-400:])
        said = self.systemd.runs[-1].ready_s is not None
        self.claim("READY is true", said == (self.status().get("phase") == "ready"), self.status())
        wrong = misdeeds(self.spoken, self.writes(), self.each, UTTERANCE_S)
        self.claim("nothing acted twice, late or unasked", not wrong, "; ".join(wrong))

    def works(self) -> bool:
        """Whether a spoken command is done; a machine that is busy with other things may need a second try."""
        for _ in range(3):
            before, begun_s = len(self.writes()), time.monotonic()
            try:
                self.say_command()
            except TimeoutError:
                return False
            self.feed.wait_until(lambda: self._came(begun_s, before), 8.0)  # noqa: B023
            if len(self.writes()) > before:
                self.feed.wait(begun_s, "turn", 5.0)
                return True
        return False

    def _came(self, begun_s: float, before: int) -> bool:
        return len(self.writes()) >= before + self.each or bool(self.feed.since(begun_s, "dropped"))

    @contextlib.contextmanager
    def stopped(self, pids: Sequence[int]) -> Iterator[None]:
        """Stop processes for the block."""
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)


def _voice() -> Any:
    import numpy as np

    from cabin.audio.wav import stream_sound

    return np.concatenate(list(stream_sound(COMMAND)))


def _install(folder: Path) -> None:
    """Put the plugin where entry points are found, as `pip install` would."""
    folder.mkdir()
    shutil.copy(str(faulty_plugin.__file__), folder / "cabin_faulty.py")
    info = folder / "cabin_faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cabin-faulty\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[cabin]\ncabin_faulty = cabin_faulty\n", encoding="utf-8")


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return sections laid over sections."""
    made = dict(below)
    for key, value in above.items():
        before = made.get(key)
        made[key] = merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return made


def _children(pid: int) -> list[int]:
    found: list[int] = []
    if not pid:
        return found
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (task / "children").read_text(encoding="ascii").split()]
    return found


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""
