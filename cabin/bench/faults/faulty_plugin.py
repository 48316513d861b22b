"""A plugin that fails when it is told to. `cabin bench faults` installs it into the daemon that it breaks.

A file NAME.DEED in the folder $CABIN_FAULTS is an order: NAME says where (recognizer, car, policy, observer, reply,
source), DEED what: raise, hang, exit, leave, abort, eat, spin, garble, hold. The order is taken when it is carried out,
but for `hold`, which lasts until its file is gone. The file `clock` holds seconds by which the wall clock is off.

The recognizer and the source are those of the configuration, wrapped; the car is another one, wrapped (`of`), and notes
every write in writes.jsonl.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.hookspecs import hookimpl

if TYPE_CHECKING:
    from cabin.audio.source import SoundSource, SoundSourceFactory, SourceSettings
    from cabin.catalog.schema import SignalSpec
    from cabin.hookspecs import Register
    from cabin.messages import Command, Outcome, Samples, SignalValue, Transcript, Verdict
    from cabin.speech.recognizer import Recognizer, RecognizerFactory, RecognizerSettings
    from cabin.vehicle.interface import VehicleFactory, VehicleInterface

__all__ = ["WRITES", "obey", "open_recognizer", "open_source", "step_clock"]

FOLDER = "CABIN_FAULTS"
RECOGNIZER = "CABIN_FAULTS_RECOGNIZER"
"""module:name of the factory of the recognizer behind this one."""
SOURCE = "CABIN_FAULTS_SOURCE"
WRITES = "writes.jsonl"

_EATEN_BYTES = 600 * 2**20
_BITES = 60
_FOREVER_S = 3600.0
_eaten: list[bytearray] = []
_real_time = time.time


def obey(where: str) -> None:
    """Carry out the order for a place, if there is one."""
    folder = Path(os.environ[FOLDER])
    for order in sorted(folder.glob(f"{where}.*")):
        deed = order.suffix[1:]
        if deed == "done":
            continue
        if deed == "hold":
            while order.exists():
                time.sleep(0.02)
            return
        with contextlib.suppress(FileNotFoundError):
            order.rename(order.with_suffix(".done"))
        _do(deed)


def _do(deed: str) -> None:
    if deed == "raise":
        raise RuntimeError("as ordered")
    if deed == "exit":
        raise SystemExit(7)
    if deed == "leave":
        os._exit(7)
    if deed == "abort":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif deed == "hang":
        time.sleep(_FOREVER_S)
    elif deed == "eat":
        for _ in range(_BITES):
            _eaten.append(bytearray(b"x") * (_EATEN_BYTES // _BITES))
            time.sleep(0.01)  # a leak is no loop that holds the interpreter's lock
    elif deed == "spin":
        end_s = time.monotonic() + _FOREVER_S
        while time.monotonic() < end_s:
            pass
    elif deed == "garble":
        _garble()


def _garble() -> None:
    """Write nonsense to every socket of this process: what its own end of the pair is, nobody outside can tell."""
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if str(each.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(each.name))) as pipe:
                    pipe.send(b"\xff" * 64)


def step_clock(offset_s: float) -> None:
    """Set this process's wall clock off by so much."""
    time.time = lambda: _real_time() + offset_s
    time.time_ns = lambda: int((_real_time() + offset_s) * 1e9)


def _follow_clock() -> None:
    file, last = Path(os.environ[FOLDER]) / "clock", 0.0
    while True:
        with contextlib.suppress(OSError, ValueError):
            offset_s = float(file.read_text(encoding="utf-8"))
            if offset_s != last:
                step_clock(offset_s)
                last = offset_s
        time.sleep(0.05)


def _inner(variable: str) -> Any:
    module, _, name = os.environ[variable].partition(":")
    return getattr(importlib.import_module(module), name)


class _Recognizer:
    def __init__(self, inner: Recognizer) -> None:
        self._inner, self.name = inner, inner.name

    def accept(self, samples: Samples) -> None:
        self._inner.accept(samples)

    def partial(self) -> Transcript:
        return self._inner.partial()

    def final(self) -> Transcript:
        (Path(os.environ[FOLDER]) / "recognizing").touch()
        obey("recognizer")
        return self._inner.final()

    def reset(self) -> None:
        self._inner.reset()

    def close(self) -> None:
        self._inner.close()


class _Source:
    def __init__(self, inner: SoundSource) -> None:
        self._inner = inner
        self.device, self.rate_hz, self.live = inner.device, inner.rate_hz, inner.live

    def start(self, sink: Any) -> None:
        self._inner.start(sink)

    def ended(self) -> str:
        obey("source")
        return self._inner.ended()

    def close(self) -> None:
        self._inner.close()


class _Car:
    name = "faulty"

    def __init__(self, inner: VehicleInterface) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, path: str, value: SignalValue, deadline_ms: float) -> None:
        asked_s = time.monotonic()
        obey("car")
        self._inner.write(path, value, deadline_ms)
        line = json.dumps({"path": path, "value": value, "at_s": asked_s}) + "\n"
        descriptor = os.open(Path(os.environ[FOLDER]) / WRITES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def open_recognizer(settings: RecognizerSettings) -> Recognizer:
    """Open the real recognizer, wrapped."""
    obey("recognizer-opening")
    return _Recognizer(_inner(RECOGNIZER)(settings))


def open_source(settings: SourceSettings) -> SoundSource:
    """Open the real source, wrapped."""
    threading.Thread(target=_follow_clock, daemon=True).start()
    obey("source-opening")
    return _Source(_inner(SOURCE)(settings))


def _open_car(specs: Mapping[str, SignalSpec], section: Mapping[str, Any]) -> VehicleInterface:  # noqa: ARG001
    car: VehicleInterface = _Car(section["of"])
    return car


@hookimpl
def register_recognizers(register: Register[RecognizerFactory]) -> None:
    """Register the recognizer, and begin to follow the clock."""
    threading.Thread(target=_follow_clock, daemon=True).start()
    register("faulty", open_recognizer, "fails when told to")


@hookimpl
def register_sound_sources(register: Register[SoundSourceFactory]) -> None:
    """Register the source."""
    register("faulty", open_source, "fails when told to")


@hookimpl
def register_vehicles(register: Register[VehicleFactory]) -> None:
    """Register the car."""
    register("faulty", _open_car, "notes what is written to it, fails when told to")


@hookimpl
def check_policy(command: Command, vehicle: VehicleInterface) -> Verdict | None:  # noqa: ARG001
    """Say nothing, unless told to fail."""
    obey("policy")
    return None


@hookimpl
def compose_reply(outcome: Outcome) -> str | None:  # noqa: ARG001
    """Leave the reply as it is, unless told to fail."""
    obey("reply")
    return None


@hookimpl
def observe_outcome(outcome: Outcome) -> None:  # noqa: ARG001
    """Look away, unless told to fail."""
    obey("observer")
